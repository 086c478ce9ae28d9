/** Views without their journal, and answers of a backend: what is left of a trail elsewhere. */
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type AuditRecord, readRecords } from "otel-audit/read";
import {
  categorizedAnswer,
  logcliLines,
  lokiEntries,
  plainAnswer,
} from "../support/loki-export.ts";
import { runSealedService } from "../support/sealed-service.ts";
import { otlpRequest } from "../support/stored-forms.ts";
import { allProven, verified } from "../support/verdicts.ts";

const root = mkdtempSync(join(tmpdir(), "otel-audit-story-"));
const audit = join(root, "audit");
const journal = join(audit, "journal");
const CHECKPOINTS = "audit_checkpoints.jsonl";
let records: readonly AuditRecord[] = [];
let shown = 0;
let directories = 0;

beforeAll(async () => {
  await runSealedService({ directory: audit, rounds: 36 });
  const found: AuditRecord[] = [];
  for await (const item of readRecords(journal)) {
    if (item.kind === "record") found.push(item.record);
  }
  records = found;
  const isOf = (kind: string) => (record: AuditRecord) =>
    record.attributes["audit.record.kind"] === kind;
  shown = records.filter((record) => isOf("result")(record) || isOf("checkpoint")(record)).length;
});

afterAll(() => rmSync(root, { recursive: true, force: true }));

/** A directory with copies of some files of the audit directory. */
function copied(names: readonly string[], changed: Readonly<Record<string, string>> = {}): string {
  const directory = join(root, `copy-${++directories}`);
  mkdirSync(directory);
  for (const name of names) copyFileSync(join(audit, name), join(directory, name));
  for (const [name, text] of Object.entries(changed)) writeFileSync(join(directory, name), text);
  return directory;
}

const textOf = (name: string): string => readFileSync(join(audit, name), "utf8");

describe("views", () => {
  test.each([
    ["audit_log.csv and the checkpoints", ["audit_log.csv", CHECKPOINTS]],
    ["audit_log.json and the checkpoints", ["audit_log.json", CHECKPOINTS]],
    ["both and the checkpoints", ["audit_log.json", "audit_log.csv", CHECKPOINTS]],
  ])("%s: every result is proven, and none is missing", async (_name, names) => {
    expect(await verified([copied(names)])).toEqual(allProven(shown, ["only_results"]));
  });

  test("audit_log.json, cut into parts, with the journal", async () => {
    const [first = "", ...lines] = textOf("audit_log.json").split("\n");
    const half = Math.floor(lines.length / 2);
    const newest = `${[first, ...lines.slice(0, half)].join("\n").replace(/,$/, "")}\n]\n`;
    const older = [first, ...lines.slice(half)].join("\n");
    const parts = copied([], { "audit_log.json": newest, "audit_log-1.json": older });
    expect(readdirSync(parts)).toHaveLength(2);
    expect(await verified([parts, journal])).toEqual(allProven(records.length));
    expect(await verified([parts, join(audit, CHECKPOINTS)])).toEqual(
      allProven(shown, ["only_results"]),
    );
  });

  test.each(["audit_log.csv", "audit_log.json"])("a row deleted from %s: missing", async (name) => {
    const lines = textOf(name).split("\n");
    const at = lines.findIndex((line) => /Tune-7[,"]/.test(line));
    const text = lines.toSpliced(at, 1).join("\n");
    expect(await verified([copied([CHECKPOINTS], { [name]: text })])).toEqual({
      ...allProven(shown - 1, ["only_results", "records_missing"]),
      verdict: "incomplete",
      exitCode: 4,
      missing: 1,
    });
  });

  test.each(["audit_log.csv", "audit_log.json"])("%s alone: nothing is signed", async (name) => {
    expect(await verified([copied([name])])).toMatchObject({
      verdict: "inconclusive",
      exitCode: 4,
      proven: 0,
    });
  });
});

/** Made by the rules that Loki documents: no Loki ran. */
describe("answers of a Loki that was not run", () => {
  test.each([
    ["metadata beside the lines", "json", categorizedAnswer],
    ["metadata among the labels", "json", plainAnswer],
    ["lines of logcli", "jsonl", logcliLines],
  ] as const)("%s: every record is proven", async (_name, ending, textFor) => {
    const file = join(root, `loki-${++directories}.${ending}`);
    writeFileSync(file, textFor(lokiEntries([otlpRequest(records)])));
    expect(await verified([file])).toEqual(allProven(records.length));
  });
});
