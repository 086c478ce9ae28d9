/**
 * The real Collector with the real configuration: what comes in over OTLP, against what stands in
 * its files and in a real backend. Built on first use; without `go` skipped (AUDIT_REQUIRE=go: fails).
 */
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import * as grpc from "@grpc/grpc-js";
import { JsonLogsSerializer, ProtobufLogsSerializer } from "@opentelemetry/otlp-transformer";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildCollector, buildVictoriaLogs } from "../../collector-config/build/build.ts";
import { type AuditRecord, recordId } from "../../src/event/index.ts";
import { CSV_HEADER, decodeCsvRows } from "../../src/format/index.ts";
import { toLogRecord, toResource } from "../../src/otel/index.ts";
import { recordIdsIn, resultRecord as result, STREAM } from "../support/posted-records.ts";
import { eventually, freePorts } from "./child-process.ts";
import {
  BUILD_TIMEOUT_MILLIS,
  type CollectorOptions,
  type RunningCollector,
  startCollector,
  whyNoCollector,
} from "./collector-process.ts";
import { startVictoriaLogs } from "./victoria-logs-process.ts";

const MASK = "****";
const TIME = "2026-11-21T04:40:00.123Z";

const skipped = whyNoCollector();
if (skipped !== undefined)
  process.stderr.write(`\notel-audit: test/collector/config-run: ${skipped}\n\n`);

type LogRecords = Parameters<typeof JsonLogsSerializer.serializeRequest>[0];

function logsOf(records: readonly AuditRecord[], scope?: string): LogRecords {
  const resource = toResource({ "service.name": "trainer" });
  return records.map((record) => {
    const log = toLogRecord(record, resource);
    return scope === undefined ? log : { ...log, instrumentationScope: { name: scope } };
  });
}

/** The bytes that the exporter of the process sends. */
function otlpJson(records: readonly AuditRecord[], scope?: string): string {
  return new TextDecoder().decode(JsonLogsSerializer.serializeRequest(logsOf(records, scope)));
}

/** Posts, and does not wait for the files. */
async function accept(collector: RunningCollector, body: string): Promise<number> {
  const response = await fetch(`${collector.httpEndpoint}/v1/logs`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body,
  });
  await response.text();
  return response.status;
}

async function postText(collector: RunningCollector, body: string): Promise<number> {
  const status = await accept(collector, body);
  // Accepted is on disk in the spool: the files have it a moment later.
  if (status === 200) await collector.drained();
  return status;
}

function post(collector: RunningCollector, records: readonly AuditRecord[]): Promise<number> {
  return postText(collector, otlpJson(records));
}

/** Posts to the inner side of the spool, past the first redaction. Resolves when the files have it. */
async function postBehind(
  collector: RunningCollector,
  records: readonly AuditRecord[],
  scope?: string,
): Promise<void> {
  const client = new grpc.Client(collector.spoolEndpoint, grpc.credentials.createInsecure());
  const bytes = ProtobufLogsSerializer.serializeRequest(logsOf(records, scope));
  await new Promise<void>((resolve, reject) => {
    client.makeUnaryRequest(
      "/opentelemetry.proto.collector.logs.v1.LogsService/Export",
      (request: Uint8Array) => Buffer.from(request),
      () => undefined,
      bytes ?? new Uint8Array(),
      (error) => (error === null ? resolve() : reject(error)),
    );
  }).finally(() => client.close());
}

async function csvRecords(collector: RunningCollector): Promise<readonly AuditRecord[]> {
  const text = await readFile(collector.csvFile, "utf8");
  expect(text.slice(0, CSV_HEADER.length)).toBe(CSV_HEADER);
  return decodeCsvRows(text.slice(CSV_HEADER.length)).map(({ record }) => record);
}

function jsonRecordIds(collector: RunningCollector): Promise<readonly string[]> {
  return recordIdsIn(collector.jsonFile);
}

function idsOf(records: readonly AuditRecord[]): readonly unknown[] {
  return records.map(({ attributes }) => attributes["audit.record.id"]);
}

describe.skipIf(skipped !== undefined)("the Collector", () => {
  let root: string;
  let directories = 0;
  const newDir = (): string => path.join(root, String(++directories));
  /** Runs one Collector for one test and ends it whatever happens. */
  const withCollector = async (
    use: (collector: RunningCollector) => Promise<void>,
    options: Partial<CollectorOptions> = {},
  ): Promise<void> => {
    const collector = await startCollector({ dir: newDir(), ...options });
    try {
      await use(collector);
    } finally {
      await collector.stop();
    }
  };

  beforeAll(async () => {
    root = await mkdtemp(path.join(tmpdir(), "otel-audit-collector-"));
    await buildCollector();
    await buildVictoriaLogs();
  }, BUILD_TIMEOUT_MILLIS);

  afterAll(async () => {
    await rm(root, { recursive: true, force: true });
  });

  describe("a record that went through it and its CSV file", () => {
    const records: readonly (readonly [name: string, record: AuditRecord])[] = [
      ["nothing but what it must have", result(1)],
      [
        "a value in every column",
        result(
          2,
          {
            "audit.call.id": "Cabcdefghijklmno",
            "audit.outcome": "failure",
            "audit.actor.id": "ada",
            "audit.actor.type": "user",
            "audit.target.type": "experiment",
            "audit.target.id": "e-1",
            "audit.reason": "because",
            "audit.source.id": "trainer-1",
            "audit.call.duration_ms": 12.5,
            "rpc.method": "trainer.ExperimentService/UpdateParameters",
            "rpc.status_code": "INTERNAL",
            "exception.message": "line 1\nline 2",
          },
          { traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331" },
        ),
      ],
      [
        "attributes without a column, of every type",
        result(3, {
          "audit.category": "data",
          "audit.count": 7,
          "x.flag": false,
          "x.ratio": -0.25,
          "x.text": '":{ is no map, nor is ,{',
          "audit.redaction.rules": ["email", "bearer"],
          "audit.authorization.by": "grace",
        }),
      ],
      [
        "before, after and details of every JSON type",
        result(
          4,
          {},
          {
            body: {
              before: { lr: 0.001, layers: [1, 2, { size: 3 }], on: true, none: null, empty: {} },
              after: { lr: 1e-7, layers: [], large: 9_007_199_254_740_991, text: "" },
              "body.audit.action": "renamed by the producer",
            },
          },
        ),
      ],
      [
        "quotes, line ends, markup and letters beyond ASCII",
        result(
          5,
          { "audit.reason": 'say "hi", <b>&\r\nünï \u{1f600} \u2028', "audit.actor.id": ',"' },
          { body: { note: '"a","b"\r\n<>&\u2028\\', ключ: "значение" } },
        ),
      ],
      ...[
        "=cmd|' /C calc'!A0",
        "+1+2",
        "-1+2",
        "@SUM(A1)",
        "\tx",
        "\rx",
        "'quoted",
        "'-5",
        "''",
      ].map(
        (text, index) =>
          [
            `a cell that starts like ${JSON.stringify(text)}`,
            result(10 + index, { "audit.reason": text }),
          ] as const,
      ),
      ...["-5", "-5.25", "-1e-7", "-1E+7"].map(
        (text, index) =>
          [
            `a cell that is the number ${text}`,
            result(30 + index, { "audit.reason": text }),
          ] as const,
      ),
    ];
    let read: readonly AuditRecord[];
    let text: string;

    beforeAll(async () => {
      await withCollector(async (collector) => {
        await post(
          collector,
          records.map(([, record]) => record),
        );
        read = await csvRecords(collector);
        text = await readFile(collector.csvFile, "utf8");
      });
    });

    it("is there once, in the order in which it was sent", () => {
      expect(idsOf(read)).toEqual(idsOf(records.map(([, record]) => record)));
    });

    it.each(records.map(([name, record], index) => [name, record, index] as const))(
      "is the same: %s",
      (_name, record, index) => {
        expect(read[index]).toEqual(record);
      },
    );

    it("shows a spreadsheet no formula, and leaves numbers numbers", () => {
      expect(text).toContain(`"'=cmd|' /C calc'!A0"`);
      expect(text).toContain(`"-5.25"`);
      expect(text).not.toMatch(/(^|,)"[=+@\t\r]/m);
    });

    it("has empty cells for absent ids", () => {
      expect(text).not.toContain("0000000000000000");
    });
  });

  describe("the outcome of a record", () => {
    const statuses = [
      [undefined, "success"],
      ["success", "success"],
      ["failure", "failed"],
      ["denied", "failed"],
      ["unknown", "failed"],
    ] as const;
    let rows: readonly string[];

    beforeAll(async () => {
      await withCollector(async (collector) => {
        for (const [at, [outcome]] of statuses.entries()) {
          const attributes = outcome === undefined ? {} : { "audit.outcome": outcome };
          await post(collector, [result(at + 1, attributes)]);
        }
        const text = await readFile(collector.csvFile, "utf8");
        rows = text.slice(CSV_HEADER.length).trimEnd().split("\n");
      });
    });

    it.each(statuses.map((row, at) => [...row, at] as const))(
      "%s is the status %s",
      (_outcome, status, at) => {
        expect(rows).toHaveLength(statuses.length);
        expect(rows[at]).toContain(`"${TIME}","hp_change","${status}",`);
        expect(rows[at]).toContain(`"${recordId(STREAM, at + 1)}"`);
      },
    );
  });

  it("masks secrets wherever they stand, and nothing that is kept", async () => {
    const secret = "hunter2";
    const record = result(
      1,
      {
        "audit.actor.id": "ada@example.org",
        "rpc.request.password": secret,
        "exception.message": `denied for Bearer ${secret}.${secret}`,
      },
      {
        body: {
          before: { user: { password: secret, api_key: 5 } },
          after: { list: [{ deep: { client_secret: secret } }, `Bearer ${secret}.${secret}`] },
        },
      },
    );
    await withCollector(async (collector) => {
      expect(await post(collector, [record])).toBe(200);
      expect(await csvRecords(collector)).toEqual([
        result(
          1,
          {
            "audit.actor.id": "ada@example.org",
            "rpc.request.password": MASK,
            "exception.message": `denied for ${MASK}`,
          },
          {
            body: {
              before: { user: { password: MASK, api_key: MASK } },
              after: { list: [{ deep: { client_secret: MASK } }, MASK] },
            },
          },
        ),
      ]);
      expect(await readFile(collector.jsonFile, "utf8")).not.toContain(secret);
    });
  });

  it("masks what another producer nested in an attribute", async () => {
    const map = {
      kvlistValue: { values: [{ key: "password", value: { stringValue: "hunter2" } }] },
    };
    const nested = {
      key: "x",
      value: { arrayValue: { values: [{ stringValue: "y" }, { arrayValue: { values: [map] } }] } },
    };
    const flat = `"attributes":[{"key":"audit.record.id"`;
    const request = otlpJson([result(1)]).replace(
      flat,
      `"attributes":[${JSON.stringify(nested)},{"key":"audit.record.id"`,
    );
    expect(request).toContain("hunter2");
    await withCollector(async (collector) => {
      expect(await postText(collector, request)).toBe(200);
      expect(await csvRecords(collector)).toEqual([
        result(1, { "x.0": "y", "x.10.password": MASK }),
      ]);
      expect(await readFile(collector.jsonFile, "utf8")).not.toContain("hunter2");
    });
  });

  it("takes audit records only; results alone become rows", async () => {
    const { "audit.record.id": _id, ...withoutId } = result(2).attributes;
    await withCollector(async (collector) => {
      await post(collector, [result(1), { ...result(2), attributes: withoutId }]);
      await postText(collector, otlpJson([result(3)], "some.application"));
      await postText(collector, otlpJson([result(4)], "otel-auditor"));
      await postText(collector, otlpJson([result(5)], "otel-audit-java"));
      for (const kind of ["start", "intent", "delivery", "gap", "checkpoint"]) {
        await post(collector, [result(6, { "audit.record.kind": kind })]);
      }
      expect(idsOf(await csvRecords(collector))).toEqual([1, 5].map((n) => recordId(STREAM, n)));
      const inJson = [1, 5, 6, 6, 6, 6, 6].map((n) => recordId(STREAM, n));
      expect(await jsonRecordIds(collector)).toEqual(inJson);
    });
  });

  it("writes no row that would make the rest of the file unreadable", async () => {
    const { "audit.time": _time, ...withoutTime } = result(1).attributes;
    await withCollector(async (collector) => {
      const odd = result(2, { "audit.sequence.number": "two" });
      await post(collector, [{ ...odd, attributes: withoutTime }, odd, result(3)]);
      expect(idsOf(await csvRecords(collector))).toEqual([recordId(STREAM, 3)]);
      expect(await jsonRecordIds(collector)).toEqual([1, 2, 3].map((n) => recordId(STREAM, n)));
    });
  });

  it("keeps its files for the owner, and its listeners on loopback", async () => {
    await withCollector(async (collector) => {
      await post(collector, [result(1)]);
      expect(collector.output()).not.toMatch(/"endpoint": "(0\.0\.0\.0|\[::\])/);
      expect((await stat(collector.dir)).mode & 0o777).toBe(0o700);
    });
  });

  it("loses nothing that it has accepted when it is killed, and keeps the header", async () => {
    const dir = newDir();
    const accepted = new Set<string>();
    let sequence = 0;
    for (let life = 0; life < 3; life++) {
      const collector = await startCollector({ dir });
      const killAt = sequence + 100;
      let dead: Promise<unknown> | undefined;
      for (;;) {
        const batch = Array.from({ length: 10 }, () => result(++sequence));
        // The kill falls into the requests that follow it.
        if (dead === undefined && sequence >= killAt) dead = collector.kill();
        const status = await accept(collector, otlpJson(batch)).catch(() => 0);
        if (status !== 200) break;
        for (const id of idsOf(batch)) accepted.add(String(id));
      }
      await dead;
    }
    const last = await startCollector({ dir });
    expect(await post(last, [result(++sequence)])).toBe(200);
    const rows = new Set(
      (await csvRecords(last)).map(({ attributes }) => attributes["audit.record.id"]),
    );
    const inJson = new Set(await jsonRecordIds(last));
    await last.stop();

    expect(accepted.size).toBeGreaterThan(200);
    expect([...accepted].filter((id) => !rows.has(id))).toEqual([]);
    expect([...accepted].filter((id) => !inJson.has(id))).toEqual([]);
  });

  it("keeps in the spool what a file cannot take, and writes it later", async () => {
    const dir = newDir();
    const full = path.join(root, "full-disk.yaml");
    await writeFile(full, "exporters: { file/audit_csv: { path: /dev/full } }");
    await withCollector(
      async (collector) => {
        expect(await accept(collector, otlpJson([result(1)]))).toBe(200);
        await eventually(async () =>
          collector.output().includes("no space left on device") ? true : undefined,
        );
      },
      { dir, overlays: [full] },
    );
    await withCollector(
      async (collector) => {
        await collector.drained();
        expect(idsOf(await csvRecords(collector))).toEqual([recordId(STREAM, 1)]);
      },
      { dir },
    );
  });

  it("answers 503 when the spool is full, so that the sender keeps the record", async () => {
    const full = path.join(root, "full-spool.yaml");
    await writeFile(
      full,
      "exporters:\n  file/audit_csv: { path: /dev/full }\n  otlp_grpc/spool: { sending_queue: { queue_size: 2 } }\n",
    );
    await withCollector(
      async (collector) => {
        const answers: number[] = [];
        for (let n = 1; n <= 3; n++) answers.push(await accept(collector, otlpJson([result(n)])));
        expect(answers).toEqual([200, 200, 503]);
      },
      { overlays: [full] },
    );
  });

  it("redacts and filters again what a process of this machine posts behind the spool's hop", async () => {
    await withCollector(async (collector) => {
      const secret = result(1, { "audit.reason": "Bearer hunter2.hunter2" });
      const body = { user: { password: "hunter2" } };
      await postBehind(collector, [{ ...secret, body }]);
      await postBehind(collector, [result(2)], "some.application");
      expect(await csvRecords(collector)).toEqual([
        result(1, { "audit.reason": MASK }, { body: { user: { password: MASK } } }),
      ]);
      expect(await readFile(collector.jsonFile, "utf8")).not.toContain("hunter2");
    });
  });

  it("keeps apart what claims to be an audit record and has no id or no seal", async () => {
    const without = (n: number, key: string, rest = {}): AuditRecord => {
      const { [key]: _gone, ...attributes } = result(n, rest).attributes;
      return { ...result(n), attributes };
    };
    await withCollector(async (collector) => {
      await post(collector, [
        result(1),
        without(2, "audit.record.id", { "audit.reason": "Bearer hunter2.hunter2" }),
        without(3, "audit.integrity.fields"),
        result(4, { "audit.record.id": "no id" }),
        result(5, { "audit.record.id": 5 }),
        without(6, "audit.integrity.fields", { "audit.record.kind": "gap" }),
        without(7, "audit.integrity.fields", {
          "audit.checkpoint.note": "a note",
          "audit.record.kind": "checkpoint",
        }),
        without(8, "audit.integrity.fields", { "audit.checkpoint.note": "a note" }),
        result(9, { "audit.integrity.fields": "" }),
      ]);
      expect(await jsonRecordIds(collector)).toEqual([1, 6, 7].map((n) => recordId(STREAM, n)));
      expect(idsOf(await csvRecords(collector))).toEqual([recordId(STREAM, 1)]);
      const unproven = await readFile(collector.unprovenFile, "utf8");
      expect(unproven.match(/"audit\.sequence\.number"/g)).toHaveLength(6);
      for (const n of [2, 3, 4, 5, 8, 9]) {
        expect(unproven).toContain(`"audit.sequence.number","value":{"intValue":"${n}"}`);
      }
      expect(unproven).not.toContain("hunter2");
    });
  });

  it("delivers to a backend that comes later, over kills of both", async () => {
    const dir = newDir();
    const backendDir = newDir();
    const [port = 0] = await freePorts(1);
    const options = {
      dir,
      overlays: ["overlays/otlp.yaml"],
      env: { AUDIT_OTLP_BACKEND: `http://127.0.0.1:${port}/insert/opentelemetry` },
    };
    const first = await startCollector(options);
    for (let n = 1; n <= 20; n++) expect(await accept(first, otlpJson([result(n)]))).toBe(200);
    await first.kill();
    const backend = await startVictoriaLogs(backendDir, { port });
    const second = await startCollector(options);
    const last = result(21, {}, { body: { after: { lr: 0.1 } } });
    expect(await accept(second, otlpJson([last]))).toBe(200);
    await eventually(async () => {
      const [row] = await backend.query('* | count_uniq("audit.record.id") n');
      return row?.["n"] === "21" ? true : undefined;
    });
    const [row] = await backend.query(`"audit.record.id":="${recordId(STREAM, 21)}"`);
    expect(row).toMatchObject({ "after.lr": "0.1", "audit.time": TIME, "service.name": "trainer" });
    await second.stop();
    await backend.stop();
  });
});
