/** `otel-audit quarantine` as people run it, against a real receiver. */
import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
  decodeQuarantineLine,
  encodeJsonLine,
  encodeQuarantineLine,
} from "../../src/format/index.ts";
import { startOtlpSink } from "../support/otlp-sink.ts";
import { resultRecord } from "../support/records.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import { type Ran, runPreparedLater } from "../support/prepared-command.ts";
const A = "AaaaaaaaaaaaaaaA";
const B = "BbbbbbbbbbbbbbbB";

/** Not synchronous: the receiver runs in this very process. */
async function run(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ran> {
  const inherited = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(AUDIT|OTEL|NODE_OPTIONS)/.test(name)),
  );
  return runPreparedLater(["quarantine", ...args], { env: { ...inherited, ...env } });
}

function entry(stream: string, sequence: number, more: object = {}): string {
  return encodeQuarantineLine({
    time: "2026-11-21T12:00:00.000Z",
    endpoint: "loki:3100",
    reason: "HTTP 400: timestamp too old",
    resource: { "service.name": "trainer" },
    line: encodeJsonLine(resultRecord(stream, sequence, { "audit.reason": "why", ...more })),
  });
}

/** An audit directory with three records in quarantine, the second of them one that stays bad. */
function quarantinedDirectory(): string {
  const directory = temporaryDirectory();
  mkdirSync(join(directory, "quarantine"));
  const poison = entry(A, 3, { "audit.target.id": "POISON" });
  writeFileSync(join(directory, "quarantine", `${A}.2.jsonl`), `${entry(A, 2)}\n${poison}\n`);
  writeFileSync(join(directory, "quarantine", `${B}.7.jsonl`), `${entry(B, 7)}\n`);
  return directory;
}

test("list shows what is there as a table, JSON and JSON lines", async () => {
  const directory = quarantinedDirectory();
  const table = await run(["list", "-d", directory]);
  expect(table).toMatchObject({ code: 0, err: "" });
  expect(table.out.split("\n").map((line) => line.split(/ {2,}/))).toEqual([
    ["RECORD", "ACTION", "SINCE", "RECEIVER", "REASON"],
    ...[`${A}.2`, `${A}.3`, `${B}.7`].map((id) => [
      id,
      "note_write",
      "2026-11-21T12:00:00.000Z",
      "loki:3100",
      "HTTP 400: timestamp too old",
    ]),
    [""],
  ]);
  const json = await run(["list", "-o", "json"], { AUDIT_LOG_DIR: directory });
  const parsed = JSON.parse(json.out) as { record: { record_id: string } }[];
  expect(parsed.map(({ record }) => record.record_id)).toEqual([`${A}.2`, `${A}.3`, `${B}.7`]);
  const lines = await run(["list", "-d", directory, "-o", "jsonl"]);
  expect(lines.out.split("\n")[0]).toBe(entry(A, 2));
});

test("show prints one record whole", async () => {
  const directory = quarantinedDirectory();
  const shown = await run(["show", `${A}.3`, "-d", directory]);
  expect(shown.code).toBe(0);
  expect(decodeQuarantineLine(JSON.stringify(JSON.parse(shown.out))).flat.target_id).toBe("POISON");
  expect(await run(["show", `${A}.9`, "-d", directory])).toMatchObject({
    code: 1,
    out: "",
    err: expect.stringContaining("otel-audit quarantine list shows those that are") as string,
  });
});

test("retry sends again; what is taken leaves, the rest stays, and the exit code says which", async () => {
  const directory = quarantinedDirectory();
  const sink = await startOtlpSink();
  sink.answer = (_request, body) => ({ status: body.includes("POISON") ? 400 : 200 });
  const env = { AUDIT_LOG_DIR: directory, AUDIT_OTLP_ENDPOINT: sink.url };
  const some = await run(["retry", "--all", "-o", "jsonl"], env);
  expect(some.code).toBe(4);
  expect(
    some.out
      .trim()
      .split("\n")
      .map((line): unknown => JSON.parse(line)),
  ).toEqual([
    { record: `${A}.2`, taken: true },
    { record: `${A}.3`, taken: false, reason: "HTTP 400" },
    { record: `${B}.7`, taken: true },
  ]);
  expect(some.err).toContain("took 2 of 3 records; 1 stays in quarantine");
  expect(new Set(sink.taken())).toEqual(new Set([`${A}.2`, `${B}.7`]));
  expect(sink.requests()[0]?.body).toContain("trainer");
  expect(readdirSync(join(directory, "quarantine"))).toEqual([`${A}.2.jsonl`]);

  expect(await run(["retry", `${A}.3`], env)).toMatchObject({ code: 4 });
  sink.answer = () => ({ status: 200 });
  const all = await run(["retry", `${A}.3`], env);
  expect(all.code).toBe(0);
  expect(all.out).toMatch(/AaaaaaaaaaaaaaaA\.3 +yes/);
  expect(readdirSync(join(directory, "quarantine"))).toEqual([]);
  expect(await run(["list"], env)).toMatchObject({
    code: 1,
    err: "otel-audit: the quarantine is empty\n",
  });
});

test("a receiver that does not answer changes nothing", async () => {
  const directory = quarantinedDirectory();
  const sink = await startOtlpSink();
  sink.answer = () => ({ status: 401 });
  const env = { AUDIT_LOG_DIR: directory, AUDIT_OTLP_ENDPOINT: sink.url };
  const failed = await run(["retry", "--all"], env);
  expect(failed.code).toBe(4);
  expect(failed.err).toContain("does not take records now: HTTP 401");
  expect(readdirSync(join(directory, "quarantine"))).toHaveLength(2);
});

test("a line that cannot be read is named, and stays", async () => {
  const directory = quarantinedDirectory();
  const file = join(directory, "quarantine", `${B}.7.jsonl`);
  writeFileSync(file, `{"torn\n${entry(B, 7)}\n`);
  const sink = await startOtlpSink();
  const env = { AUDIT_LOG_DIR: directory, AUDIT_OTLP_ENDPOINT: sink.url };
  const result = await run(["retry", "--all"], env);
  expect(result.err).toContain(`${B}.7.jsonl:1: not a JSON line`);
  expect(existsSync(file)).toBe(true);
  expect(result.code).toBe(3);
  expect(await run(["list", "-o", "json"], env)).toMatchObject({ code: 3, out: "[]\n" });
});

test.each<[args: string[], code: number, text: string]>([
  [["list"], 2, "no directory: pass --directory or set AUDIT_LOG_DIR"],
  [["list", "-d", "/nowhere/audit"], 3, "/nowhere/audit is not there"],
  [["retry", "-d", "."], 2, "name records, or say --all"],
  [["retry", "x", "--all", "-d", "."], 2, "not both"],
  [["retry", "--all", "-d", "."], 2, "nowhere to send to: set AUDIT_OTLP_ENDPOINT"],
  [["list", "-o", "csv", "-d", "."], 2, "Allowed choices are table, json, jsonl"],
])("%j exits with %i and says why", async (args, code, text) => {
  const result = await run(args);
  expect(result).toMatchObject({ code, out: "" });
  expect(result.err).toContain(text);
});

test.each([["--help"], ["list", "--help"], ["show", "--help"], ["retry", "--help"]])(
  "%s %s is answered on stdout",
  async (...args) => {
    const result = await run(args);
    expect(result).toMatchObject({ code: 0, err: "" });
    expect(result.out).toContain("Usage: otel-audit quarantine");
  },
);

test("a file that is a link is named, and nothing of it is sent", async () => {
  const directory = temporaryDirectory();
  mkdirSync(join(directory, "quarantine"));
  const elsewhere = join(directory, "elsewhere.jsonl");
  writeFileSync(elsewhere, `${entry(A, 2)}\n`);
  symlinkSync(elsewhere, join(directory, "quarantine", `${A}.2.jsonl`));
  const sink = await startOtlpSink();
  const env = { AUDIT_LOG_DIR: directory, AUDIT_OTLP_ENDPOINT: sink.url };
  const { code, err } = await run(["retry", "--all"], env);
  expect(code).toBe(3);
  expect(err).toContain(`quarantine/${A}.2.jsonl: it is a symbolic link`);
  expect(sink.requests()).toEqual([]);
});
