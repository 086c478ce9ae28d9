/** `otel-audit resend` as people run it: real journals, real files of lines, real receivers. */
import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { z } from "zod";
import { openResumeFile } from "../../src/deliver/index.ts";
import type { AuditRecord } from "../../src/event/index.ts";
import { encodeJsonLine } from "../../src/format/index.ts";
import { startFlakySink } from "../support/flaky-sink.ts";
import { recordsOfRequest } from "../support/otlp-json.ts";
import { type OtlpSink, startOtlpSink } from "../support/otlp-sink.ts";
import { fullRecord, resultRecord } from "../support/records.ts";
import { runCommand, startCommand } from "../support/running-command.ts";
import { otlpRequest } from "../support/stored-forms.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const A = "AbCdEfGhIjKlMnOp";
const B = "BbCdEfGhIjKlMnOp";
const RESOURCE = { "service.name": "trainer", "host.name": "h1" };

const summarySchema = z.object({
  read: z.number(),
  sent: z.number(),
  skipped: z.number(),
  taken: z.number(),
  refused: z.number(),
  unreadable: z.number(),
  missed: z.array(z.string()),
  left: z.number(),
  stopped: z.string().nullable(),
  resume: z.string().nullable(),
  refusals: z.array(z.object({ record: z.string(), why: z.string() })),
  streams: z.array(
    z.object({ stream: z.string(), records: z.number(), first: z.number(), last: z.number() }),
  ),
});

const summaryOf = (out: string): z.infer<typeof summarySchema> =>
  summarySchema.parse(JSON.parse(out));

function startOf(stream: string): AuditRecord {
  const record = resultRecord(stream, 1, {
    "audit.record.kind": "start",
    "audit.action": "stream_start",
  });
  return { ...record, resource: RESOURCE };
}

/** Records 1 to `count` of a stream, the first of them its start. */
function streamOf(stream: string, count: number): AuditRecord[] {
  return [
    startOf(stream),
    ...Array.from({ length: count - 1 }, (_, at) => resultRecord(stream, at + 2)),
  ];
}

/** An audit directory; each stream in segments of `size` records. */
function journalOf(streams: Readonly<Record<string, readonly AuditRecord[]>>, size = 10): string {
  const directory = temporaryDirectory();
  for (const [stream, records] of Object.entries(streams)) {
    const folder = join(directory, "journal", stream);
    mkdirSync(folder, { recursive: true });
    for (let at = 0; at < records.length; at += size) {
      const lines = records.slice(at, at + size).map((record) => `${encodeJsonLine(record)}\n`);
      writeFileSync(join(folder, `${at / size + 1}.jsonl`), lines.join(""));
    }
  }
  return directory;
}

const idsOf = (stream: string, from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, at) => `${stream}.${from + at}`);

/** Sends some paths to a sink, and prints what became of them as JSON. */
const resendTo = (
  sink: Pick<OtlpSink, "url">,
  args: readonly string[],
): ReturnType<typeof runCommand> =>
  runCommand(["resend", ...args, "--endpoint", sink.url, "-o", "json"]);

const takenOf = (sink: OtlpSink, stream: string): readonly string[] =>
  sink.taken().filter((id) => id.startsWith(`${stream}.`));

test("a journal arrives whole, in order, each stream with its resource", async () => {
  const sink = await startOtlpSink();
  // Twelve segments: by name 10 would come before 2.
  const directory = journalOf({ [A]: streamOf(A, 120), [B]: streamOf(B, 30) });
  writeFileSync(join(directory, "audit_log.csv"), "a view is no source\n");
  const { code, out, err } = await resendTo(sink, [directory, "--batch", "7"]);
  expect({ code, err }).toEqual({ code: 0, err: "" });
  expect(summaryOf(out)).toMatchObject({
    read: 150,
    sent: 150,
    refused: 0,
    unreadable: 0,
    left: 0,
  });
  expect(takenOf(sink, A)).toEqual(idsOf(A, 1, 120));
  expect(takenOf(sink, B)).toEqual(idsOf(B, 1, 30));
  for (const { body } of sink.requests()) {
    expect(body).toContain('{"key":"host.name","value":{"stringValue":"h1"}}');
    expect(recordsOfRequest(body).length).toBeLessThanOrEqual(7);
  }
});

test("segments named one by one go in their order, also without the first of them", async () => {
  const sink = await startOtlpSink();
  const directory = journalOf({ [A]: streamOf(A, 120) });
  const folder = join(directory, "journal", A);
  const segments = readdirSync(folder)
    .filter((name) => name !== "1.jsonl")
    .toSorted();
  expect(segments[0]).toBe("10.jsonl");
  const { code, err } = await runCommand([
    "resend",
    ...segments.map((name) => join(folder, name)),
    "--endpoint",
    sink.url,
  ]);
  expect({ code, err }).toEqual({ code: 0, err: "" });
  expect(sink.taken()).toEqual(idsOf(A, 11, 120));
  expect(sink.requests()[0]?.body).toContain('"host.name"');
  rmSync(join(folder, "1.jsonl"));
  const again = await runCommand(["resend", directory, "--endpoint", sink.url]);
  expect(again.code).toBe(0);
  expect(again.err).toContain("the start record of stream");
});

test("what comes out is what came in: attributes, body, ids and times, from lines as from a journal", async () => {
  const records = [startOf(A), fullRecord];
  const direct = otlpRequest(records);
  const file = join(temporaryDirectory(), "audit.jsonl");
  writeFileSync(file, `${direct}\n`);
  const sink = await startOtlpSink();
  expect((await runCommand(["resend", file, "--endpoint", sink.url])).code).toBe(0);
  expect(JSON.parse(sink.requests()[0]?.body ?? "")).toEqual(JSON.parse(direct));
});

test("rotated files of a Collector go before the one that is written; torn and glued lines lose no whole one", async () => {
  const sink = await startOtlpSink();
  const directory = temporaryDirectory();
  const request = (from: number, to: number): string =>
    otlpRequest(streamOf(A, to).slice(from - 1));
  const torn = request(31, 40).slice(0, 500);
  writeFileSync(join(directory, "audit-2026-11-21T10-00-00.000.jsonl"), `${request(1, 10)}\n`);
  writeFileSync(
    join(directory, "audit.jsonl"),
    `${request(11, 20)}${request(21, 30)}\n${torn}${request(31, 40)}\n${torn}`,
  );
  writeFileSync(join(directory, "audit.csv"), "timestamp,action_type\n");
  const { code, out, err } = await resendTo(sink, [directory, "--batch", "3"]);
  expect(code).toBe(4);
  expect(sink.taken()).toEqual(idsOf(A, 1, 40));
  expect(summaryOf(out)).toMatchObject({ sent: 40, unreadable: 1, stopped: null });
  expect(err).toContain("audit.jsonl:2 is not sent: the line begins with the rest");
});

/** A Collector's directory with more than is read ahead in its first file: records 1 to 4000, and 4001 to 4010. */
function collectorDirectory(): string {
  const directory = temporaryDirectory();
  const records = streamOf(A, 4010);
  const lines = Array.from(
    { length: 40 },
    (_, at) => `${otlpRequest(records.slice(at * 100, (at + 1) * 100))}\n`,
  );
  writeFileSync(join(directory, "audit-2026-11-21T10-00-00.000-size.jsonl"), lines.join(""));
  writeFileSync(join(directory, "audit.jsonl"), `${otlpRequest(records.slice(4000))}\n`);
  return directory;
}

const requestOf = (from: number, to: number): string =>
  `${otlpRequest(Array.from({ length: to - from + 1 }, (_, at) => resultRecord(A, from + at)))}\n`;

test.each(["directory", "file"] as const)(
  "what a Collector rotates while it is sent is found under its new name (%s)",
  async (how) => {
    const sink = await startOtlpSink();
    const directory = collectorDirectory();
    const now = join(directory, "audit.jsonl");
    sink.answer = (request) => {
      if (request === 1) {
        appendFileSync(now, requestOf(4011, 4012));
        renameSync(now, join(directory, "audit-2026-11-21T11-00-00.000-size.jsonl"));
        writeFileSync(now, requestOf(4013, 4020));
      }
      return { status: 200 };
    };
    const paths =
      how === "directory"
        ? [directory]
        : readdirSync(directory).map((name) => join(directory, name));
    const { code, out, err } = await resendTo(sink, [...paths, "--batch", "50"]);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    // Of files that were named, those very files are sent.
    expect(sink.taken()).toEqual(idsOf(A, 1, how === "directory" ? 4020 : 4012));
    expect(summaryOf(out)).toMatchObject({ missed: [], left: 0 });
  },
);

test("a file that is gone, or was cut, before its turn is named, and the run is not whole", async () => {
  const directory = collectorDirectory();
  const now = join(directory, "audit.jsonl");
  for (const [harm, why] of [
    [() => truncateSync(now, 0), "it was cut from"],
    [() => rmSync(now), "it was deleted, or moved to another directory"],
  ] as const) {
    const sink = await startOtlpSink();
    sink.answer = (request) => {
      if (request === 1) harm();
      return { status: 200 };
    };
    const { code, out, err } = await resendTo(sink, [directory, "--batch", "50"]);
    expect(code).toBe(4);
    expect(err).toContain(`${now} is missed: since it was listed ${why}`);
    expect(summaryOf(out)).toMatchObject({ sent: 4000, missed: [now] });
    writeFileSync(now, requestOf(4001, 4010));
  }
});

test("what a run takes is kept for the next one, and leaves nothing out of its own", () => {
  const file = join(temporaryDirectory(), "resume.json");
  const first = openResumeFile(file, "http://h:1/");
  first.add(A, 7);
  expect(first.wasTaken(A, 7)).toBe(false);
  first.save(file);
  const next = openResumeFile(file, "http://h:1/");
  next.add(A, 8);
  expect([next.wasTaken(A, 7), next.wasTaken(A, 8)]).toEqual([true, false]);
});

test("a later copy of a record id is sent too: only an earlier run's file says what was taken before", async () => {
  const sink = await startOtlpSink();
  const directory = temporaryDirectory();
  const forged = resultRecord(A, 7, { "audit.actor.id": "forged" });
  const lines = [forged, ...streamOf(A, 400)].map((record) => `${otlpRequest([record])}\n`);
  const [first = "", ...rest] = lines;
  writeFileSync(join(directory, "audit-2026-11-21T10-00-00.000-size.jsonl"), first);
  // Far behind it: what is read before the first is taken could not be mistaken.
  const padding = Array.from({ length: 20 }, () => rest.slice(9).join("")).join("");
  writeFileSync(join(directory, "audit.jsonl"), padding + rest.slice(0, 9).join(""));
  const args = [directory, "--resume", join(temporaryDirectory(), "resume.json")];
  const { code, out, err } = await resendTo(sink, args);
  expect({ code, err }).toEqual({ code: 0, err: "" });
  const all = 1 + 20 * 391 + 9;
  expect(summaryOf(out)).toMatchObject({ read: all, sent: all, taken: 0 });
  expect(sink.taken().filter((id) => id === `${A}.7`)).toHaveLength(2);
  const again = await resendTo(sink, args);
  expect(again.code).toBe(0);
  expect(summaryOf(again.out)).toMatchObject({ sent: 0, taken: all });
});

test("of a Collector's directory the trail is sent; what else lies there is named, and sent where it is named", async () => {
  const sink = await startOtlpSink();
  const directory = temporaryDirectory();
  const write = (name: string, ...sequences: number[]): string => {
    const file = join(directory, name);
    const records = sequences.map((sequence) => resultRecord(A, sequence));
    writeFileSync(file, records.length === 0 ? "" : `${otlpRequest(records)}\n`);
    return file;
  };
  write("audit-2026-11-20T10-00-00.000.jsonl", 1);
  write("audit-2026-11-21T10-00-00.000-size.jsonl", 2);
  write("audit.jsonl", 3);
  const unproven = write("unproven.jsonl", 4);
  write("redacted.jsonl", 5);
  write("audit-old.jsonl", 6);
  write("1.jsonl", 7);
  write("keycloak.jsonl");
  writeFileSync(join(directory, "audit.csv"), "timestamp,action_type\n");
  const { code, out, err } = await resendTo(sink, [directory]);
  expect(code).toBe(0);
  expect(summaryOf(out)).toMatchObject({ read: 3, sent: 3 });
  expect(sink.taken()).toEqual(idsOf(A, 1, 3));
  expect(err).toBe(
    `otel-audit: left out of ${directory}: 1.jsonl, audit-old.jsonl, redacted.jsonl, unproven.jsonl: of a directory only its journal, or else audit.jsonl and its rotated files, is sent; name a file to send it\n`,
  );
  const named = await runCommand(["resend", unproven, "--endpoint", sink.url]);
  expect({ code: named.code, err: named.err }).toEqual({ code: 0, err: "" });
  expect(sink.taken()).toEqual(idsOf(A, 1, 4));
});

test("beside a journal other lines are named, and copies of it are not", async () => {
  const directory = journalOf({ [A]: streamOf(A, 3) });
  writeFileSync(join(directory, "audit.jsonl"), `${otlpRequest([resultRecord(B, 1)])}\n`);
  for (const name of ["audit_log.json", "audit_log-1.json", "audit_log.csv"])
    writeFileSync(join(directory, name), "a copy\n");
  writeFileSync(join(directory, "audit_checkpoints.jsonl"), "a copy\n");
  const { code, out, err } = await runCommand(["resend", directory, "--dry-run", "-o", "json"]);
  expect(code).toBe(0);
  expect(summaryOf(out).left).toBe(3);
  expect(err).toMatch(/^otel-audit: left out of [^,]*: audit\.jsonl: of a directory [^\n]*\n$/);
});

test("a directory with other lines only is refused, and they are named", async () => {
  const directory = temporaryDirectory();
  writeFileSync(join(directory, "unproven.jsonl"), `${otlpRequest([resultRecord(A, 1)])}\n`);
  const { code, err } = await runCommand(["resend", directory, "--dry-run"]);
  expect(code).toBe(3);
  expect(err).toContain("it holds no journal and no audit.jsonl");
  expect(err).toContain("unproven.jsonl");
});

test.each([
  ["journal", ["--stream", "zzz"]],
  ["lines", ["--stream", "zzz", "--from-sequence", "3"]],
  ["journal", ["--since", "2030-01-01T00:00:00Z"]],
])("a range of a %s without a record is said, and is no success: %j", async (kind, range) => {
  const sink = await startOtlpSink();
  const directory = kind === "journal" ? journalOf({ [A]: streamOf(A, 3) }) : temporaryDirectory();
  if (kind === "lines")
    writeFileSync(join(directory, "audit.jsonl"), `${otlpRequest(streamOf(A, 3))}\n`);
  for (const to of [["--endpoint", sink.url], ["--dry-run"]]) {
    const { code, err } = await runCommand(["resend", directory, ...to, ...range]);
    expect({ code, err }).toEqual({
      code: 1,
      err: `otel-audit: nothing was found to send: no record that was read fits ${range.join(" ")}; --dry-run without it shows which streams are there\n`,
    });
  }
  expect(sink.requests()).toEqual([]);
});

test("files without a record are said to have none", async () => {
  const directory = temporaryDirectory();
  writeFileSync(join(directory, "audit.jsonl"), "");
  const { code, err } = await runCommand(["resend", directory, "--dry-run"]);
  expect({ code, err }).toEqual({
    code: 1,
    err: "otel-audit: nothing was found to send: there is no record in the files\n",
  });
});

test("a range is sent, and nothing else", async () => {
  const sink = await startOtlpSink();
  const directory = journalOf({ [A]: streamOf(A, 50), [B]: streamOf(B, 50) });
  const { code, out } = await resendTo(sink, [
    directory,
    "--stream",
    B,
    "--from-sequence",
    "11",
    "--to-sequence",
    "40",
    "--since",
    "2026-05-27T14:30:20Z",
    "--until",
    "2026-05-27T14:30:29Z",
  ]);
  expect(code).toBe(0);
  // --until is not included.
  expect(sink.taken()).toEqual(idsOf(B, 20, 28));
  expect(summaryOf(out)).toMatchObject({ read: 50, sent: 9, skipped: 41 });
});

test("a dry run sends nothing, and needs nobody to send to", async () => {
  const directory = journalOf({ [A]: streamOf(A, 20) });
  const { code, out } = await runCommand(["resend", directory, "--dry-run", "-o", "json"]);
  expect(code).toBe(0);
  const { sent, left, streams } = summaryOf(out);
  expect({ sent, left, streams }).toEqual({
    sent: 0,
    left: 20,
    streams: [{ stream: A, records: 20, first: 1, last: 20 }],
  });
});

test.each([
  ["400", { status: 400, body: '{"message":"the record is bad"}' }],
  ["413", { status: 413 }],
  ["a rejection", { status: 200, body: '{"partialSuccess":{"rejectedLogRecords":"1"}}' }],
])("what is refused with %s is named, the rest goes on", async (_, refusal) => {
  const sink = await startOtlpSink();
  const bad = [`${A}.7`, `${A}.20`];
  sink.answer = (_request, body) =>
    bad.some((id) => body.includes(`"${id}"`)) ? refusal : { status: 200 };
  const directory = journalOf({ [A]: streamOf(A, 20) });
  const { code, out } = await resendTo(sink, [directory]);
  expect(code).toBe(4);
  const { sent, refused, refusals } = summaryOf(out);
  expect({ sent, refused }).toEqual({ sent: 18, refused: 2 });
  expect(refusals.map(({ record }) => record)).toEqual(bad);
  const all = idsOf(A, 1, 20).filter((id) => !bad.includes(id));
  expect([...new Set(sink.taken())]).toEqual(all);
});

test("a receiver that refuses everything ends the run instead of being asked about each record", async () => {
  const sink = await startOtlpSink();
  sink.answer = () => ({ status: 400, body: "no such tenant" });
  const directory = journalOf({ [A]: streamOf(A, 200) });
  const { code, out, err } = await runCommand(
    ["resend", directory, "--endpoint", sink.url, "-o", "json"],
    { cwd: directory },
  );
  expect(code).toBe(4);
  expect(sink.requests().length).toBeLessThan(20);
  expect(summaryOf(out)).toMatchObject({ sent: 0, refused: 0, left: 200 });
  expect(err).toContain("took nothing, and nothing else would be taken");
  expect(err).toContain("no such tenant");
  // Nothing was taken: there is nothing to go on from.
  expect(readdirSync(directory)).toEqual(["journal"]);
});

test("a sink on a bad day gets everything, and is never left before it has", async () => {
  let seed = 7;
  const sink = await startFlakySink(() => {
    seed = (seed * 16_807) % 2_147_483_647;
    return seed / 2_147_483_647;
  });
  const directory = journalOf({ [A]: streamOf(A, 300), [B]: streamOf(B, 300) }, 100);
  const command = startCommand([
    "resend",
    directory,
    "--endpoint",
    sink.url,
    "--batch",
    "50",
    "-o",
    "json",
  ]);
  await sink.until(() => sink.stored.size >= 100);
  await sink.recover();
  const { code, out } = await command.ended;
  expect(code).toBe(0);
  expect(summaryOf(out).sent).toBe(600);
  expect(sink.stored.size).toBe(600);
});

test("interrupted it says how to go on, and goes on without a record twice or missing", async () => {
  const sink = await startOtlpSink();
  const directory = journalOf({ [A]: streamOf(A, 500), [B]: streamOf(B, 400) }, 100);
  const cwd = temporaryDirectory();
  // From the sixth request on nothing is taken, so that the end of the run is where it is expected.
  sink.answer = (request) => (request > 5 ? { status: 503 } : { status: 200 });
  const command = startCommand(
    ["resend", directory, "--endpoint", sink.url, "--batch", "20", "-o", "json"],
    { cwd },
  );
  await sink.until(() => sink.requests().length >= 7);
  command.child.kill("SIGINT");
  const { code, out, err } = await command.ended;
  expect(code).toBe(4);
  const { stopped, resume, sent } = summaryOf(out);
  expect(stopped).toBe("interrupted");
  expect(sent).toBe(sink.taken().length);
  expect(resume).not.toBeNull();
  expect(err).toContain(`to go on: the same command with --resume ${resume ?? ""}`);
  sink.answer = () => ({ status: 200 });
  const again = await resendTo(sink, [directory, "--resume", resume ?? ""]);
  expect(again.code).toBe(0);
  expect(summaryOf(again.out)).toMatchObject({ sent: 900 - sent, taken: sent });
  expect(takenOf(sink, A)).toEqual(idsOf(A, 1, 500));
  expect(takenOf(sink, B)).toEqual(idsOf(B, 1, 400));
  const last = await resendTo(sink, [directory, "--resume", resume ?? ""]);
  expect(summaryOf(last.out)).toMatchObject({ sent: 0, taken: 900 });
});

test("what was refused is asked again by the next run", async () => {
  const sink = await startOtlpSink();
  const resume = join(temporaryDirectory(), "resume.json");
  sink.answer = (_request, body) => ({ status: body.includes(`"${A}.3"`) ? 400 : 200 });
  const directory = journalOf({ [A]: streamOf(A, 5) });
  const args = [directory, "--resume", resume];
  expect((await resendTo(sink, args)).code).toBe(4);
  sink.answer = () => ({ status: 200 });
  const { code, out } = await resendTo(sink, args);
  expect(code).toBe(0);
  expect(summaryOf(out)).toMatchObject({ sent: 1, taken: 4 });
  const elsewhere = await resendTo({ url: "http://127.0.0.1:1" }, args);
  expect(elsewhere.code).toBe(2);
  expect(elsewhere.err).toContain("name another file");
});

test("headers go with each request; without --endpoint it sends to where the service sends", async () => {
  const sink = await startOtlpSink();
  const directory = journalOf({ [A]: streamOf(A, 2) });
  const env = {
    AUDIT_LOG_DIR: directory,
    AUDIT_OTLP_ENDPOINT: sink.url,
    AUDIT_OTLP_HEADERS: "authorization=of-the-environment",
  };
  expect((await runCommand(["resend"], { env })).code).toBe(0);
  expect(sink.requests()[0]?.headers["authorization"]).toBe("of-the-environment");
  const given = ["resend", "--endpoint", sink.url, "--header", "x-tenant=t=1"];
  expect((await runCommand(given, { env })).code).toBe(0);
  const { headers } = sink.requests().at(-1) ?? {};
  expect(headers?.["x-tenant"]).toBe("t=1");
  expect(headers?.["authorization"]).toBeUndefined();
});

test.each<[name: string, file: string, text: string]>([
  ["a CSV view", "audit_log.csv", "timestamp,action_type,status,details,error\n"],
  ["a JSON view", "audit_log.json", `[\n${encodeJsonLine(resultRecord(A, 1))}\n]\n`],
])("%s is refused with a sentence that names the journal", async (_, name, text) => {
  const file = join(temporaryDirectory(), name);
  writeFileSync(file, text);
  const { code, err } = await runCommand(["resend", file, "--dry-run"]);
  expect(code).toBe(3);
  expect(err).toMatch(/^otel-audit: .*cannot be sent again: .*journal.*\n$/);
});

test.each<[args: string[], code: number, text: string]>([
  [["--dry-run"], 2, "nothing to send"],
  [["x.jsonl"], 2, "nowhere to send to"],
  [["x.jsonl", "--dry-run"], 3, "x.jsonl"],
  [["x.jsonl", "--dry-run", "--from-sequence", "3"], 2, "--stream"],
  [["x.jsonl", "--dry-run", "--rate", "0"], 2, "--rate must be a whole number"],
  [["x.jsonl", "--dry-run", "--since", "soon"], 2, "--since must be a time"],
  [["x.jsonl", "--endpoint", "127.0.0.1"], 2, "must be an http or https URL"],
  [["x.jsonl", "--endpoint", "http://h:1", "--header", "secret"], 2, "--header must be name=value"],
])("%j is refused", async (args, code, text) => {
  const ran = await runCommand(["resend", ...args], { cwd: temporaryDirectory() });
  expect({ code: ran.code, out: ran.out }).toEqual({ code, out: "" });
  expect(ran.err).toContain(text);
  expect(ran.err).not.toContain("secret\n");
});

test("what contradicts itself is named, not sent", async () => {
  const sink = await startOtlpSink();
  const directory = journalOf({ [A]: streamOf(A, 3) });
  const file = join(directory, "journal", A, "1.jsonl");
  const text = readFileSync(file, "utf8").replace(`"sequence":2,`, `"sequence":9,"sequence":2,`);
  writeFileSync(file, text);
  const { code, err } = await runCommand(["resend", directory, "--endpoint", sink.url]);
  expect(code).toBe(4);
  expect(sink.taken()).toEqual([`${A}.1`, `${A}.3`]);
  expect(err).toContain(`record ${A}.2 contradicts itself`);
});
