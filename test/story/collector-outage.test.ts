import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readJournal } from "otel-audit/read";
import { connect } from "../../examples/training-service/client.ts";
import { prepareCollectorDirectory } from "../../src/collector/index.ts";
import { CSV_HEADER, decodeCsvRows } from "../../src/format/index.ts";
import { eventually, freePorts } from "../collector/child-process.ts";
import {
  BUILD_TIMEOUT_MILLIS,
  startCollector,
  whyNoCollector,
} from "../collector/collector-process.ts";
import { startVictoriaLogs } from "../collector/victoria-logs-process.ts";
import { startTrainingService } from "../support/program.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const why = whyNoCollector();
if (why !== undefined) console.warn(`test/story/collector-outage.test.ts: ${why}`);

const RECORD_ID = /"audit\.record\.id","value":\{"stringValue":"([^"]+)"/g;

describe.skipIf(why !== undefined)("while the Collector is away", () => {
  test(
    "records wait in the journal, and every one arrives in its files and in VictoriaLogs",
    async () => {
      const directory = temporaryDirectory();
      const dir = join(temporaryDirectory(), "collector");
      const backend = await startVictoriaLogs(temporaryDirectory());
      const [port] = await freePorts(1);
      const startIt = () => {
        prepareCollectorDirectory(dir);
        return startCollector({
          dir,
          overlays: ["overlays/otlp.yaml"],
          env: {
            AUDIT_OTLP_BACKEND: backend.endpoint,
            AUDIT_OTLP_HTTP_ENDPOINT: `127.0.0.1:${port}`,
          },
        });
      };
      let collector = await startIt();
      const service = await startTrainingService({
        AUDIT_LOG_DIR: directory,
        AUDIT_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
      });
      const client = connect(service.ready, { user: "ann", type: "user" });
      const acknowledged: string[] = [];
      const write = async (name: string, count: number): Promise<void> => {
        for (let at = 1; at <= count; at++) {
          await client.writeNote({
            experiment_id: "exp-1",
            point_id: `${name}-${at}`,
            text: "a note",
          });
          acknowledged.push(`${name}-${at}`);
        }
      };

      await write("before", 20);
      await eventually(async () =>
        readFileSync(collector.jsonFile, "utf8").includes("before-20") ? true : undefined,
      );
      await collector.kill();
      await write("during", 30);
      await eventually(async () =>
        service.output().includes("did not take audit records") ? true : undefined,
      );
      collector = await startIt();
      await write("after", 20);

      const ids = new Set<string>();
      const results = new Set<string>();
      for await (const entry of readJournal(directory)) {
        if (entry.kind === "problem") throw new Error(entry.message);
        const { "audit.record.id": id, "audit.record.kind": kind } = entry.record.attributes;
        // Another checkpoint may come at any time.
        if (kind !== "checkpoint") ids.add(String(id));
        if (kind === "result") results.add(String(id));
      }
      expect(results.size).toBe(acknowledged.length);

      await eventually(async () => {
        const [row] = await backend.query(
          `!"audit.record.kind":=checkpoint | count() n, count_uniq("audit.record.id") unique`,
        );
        return row?.["unique"] === String(ids.size) ? true : undefined;
      }, 240_000);
      const inJson = new Set(
        [...readFileSync(collector.jsonFile, "utf8").matchAll(RECORD_ID)].map(([, id]) => id),
      );
      expect([...ids].filter((id) => !inJson.has(id))).toEqual([]);
      const csv = readFileSync(collector.csvFile, "utf8");
      expect(csv.startsWith(CSV_HEADER)).toBe(true);
      const inCsv = decodeCsvRows(csv.slice(CSV_HEADER.length)).map(({ record }) =>
        String(record.attributes["audit.record.id"]),
      );
      expect([...new Set(inCsv)].toSorted()).toEqual([...results].toSorted());

      // Said once it has lasted for ten seconds.
      await eventually(async () =>
        service.output().includes("takes audit records again") ? true : undefined,
      );
      client.close();
      await service.end("SIGTERM");
      await collector.stop();
    },
    BUILD_TIMEOUT_MILLIS,
  );
});
