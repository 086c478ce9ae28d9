/** Moments as people name them: snapshots that several runs have, that were never made, days and minutes. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { newRoot, otelAudit, removeRoot } from "../../support/command-trail.ts";
import { encodeJsonLine } from "../../../src/format/index.ts";
import { STREAM, type Told, told } from "../../support/told-records.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const on = (id: string, one: Told): Told => ({ ...one, target: ["experiment", id] });
const rate = (at: number, from: number, to: number): Told => ({
  at,
  action: "hp_change",
  details: { before: { lr: from }, after: { lr: to } },
});
const save = (at: number, id: string, more: Partial<Told> = {}): Told => ({
  at,
  action: "checkpoint_save",
  details: { checkpoint_id: id },
  ...more,
});
/** Two runs whose checkpoints share their names. */
const records: readonly Told[] = [
  on("exp-1", rate(1, 1, 2)),
  on("exp-1", save(2, "epoch-1")),
  on("exp-2", rate(3, 10, 20)),
  on("exp-2", save(4, "epoch-1")),
  on("exp-2", save(5, "epoch-2", { outcome: "failure", error: "disk full" })),
  on("exp-2", rate(6, 20, 30)),
  { at: 7, action: "version_snapshot", target: ["dataset", "d"], details: { name: "v9" } },
];
const root = newRoot();
const trail = join(root, "records.jsonl");
const lines = records.map((one, at) => `${encodeJsonLine(told(at + 1, one))}\n`);
writeFileSync(trail, lines.join(""));
afterAll(() => removeRoot(root));

const ask = (...args: readonly string[]) => otelAudit([...args, "-t", trail], { TZ: "UTC" });
const id = (number: number): string => `${STREAM}.${number}`;

test("reproduce ends at the run's own checkpoint", () => {
  const { code, out, err } = ask("reproduce", "--run", "exp-2", "--snapshot", "epoch-1");
  expect(code).toBe(0);
  expect(out).toMatch(/experiment exp-2 +lr +20 /);
  expect(err).toContain(`epoch-1 is named by 1 more: ${id(2)}`);
});

describe("a question back, with what there is", () => {
  test.each<[args: readonly string[], said: string, listed: readonly number[]]>([
    [
      ["reproduce", "--snapshot", "epoch-1"],
      '"epoch-1" was made of different things, each at a time of its own: give the id of the record as --snapshot, or a --run',
      [2, 4],
    ],
    [["around", "epoch-1"], "each at a time of its own: give the id of the record\n", [2, 4]],
    [["query", "--between", "epoch-1", "v9"], "give the id of the record\n", [2, 4]],
    [["query", "--between", "v9", "epoch-1"], "give the id of the record\n", [2, 4]],
    [
      ["reproduce", "--run", "exp-3", "--snapshot", "epoch-1"],
      'no record says that "epoch-1" was made in "exp-3": these are of other runs',
      [2, 4],
    ],
    [
      ["reproduce", "--run", "exp-2", "--snapshot", "epoch-2"],
      'no record says that "epoch-2" was made in "exp-2", only these, and none of them succeeded',
      [5],
    ],
    [
      ["query", "--between", "epoch-2", "v9"],
      'no record says that "epoch-2" was made, only these, and none of them succeeded',
      [5],
    ],
  ])("%s", (args, said, listed) => {
    const { code, out, err } = ask(...args);
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).toContain(said);
    const rows = err.split("\n").filter((line) => line.includes(STREAM));
    expect(rows.map((row) => Number(/\.(\d+) +(?:success|failure)/.exec(row)?.[1]))).toEqual(
      listed,
    );
    for (const row of rows)
      expect(row).toMatch(/ 2026-10-01 10:0\d:00\.000 \+00:00 .* trainer +experiment exp-[12] /);
  });
  test("the id of a record answers it", () => {
    const { code, out } = ask("reproduce", "--run", "exp-2", "--snapshot", id(4));
    expect(code).toBe(0);
    expect(out).toMatch(/experiment exp-2 +lr +20 /);
    expect(ask("query", "--between", id(4), "v9", "--columns", "record", "-o", "csv").out).toBe(
      `record\n${[7, 6, 5, 4].map(id).join("\n")}\n`,
    );
  });
  test("what is listed is recorded before", () => {
    const access = temporaryDirectory();
    const args = ["query", "--between", "epoch-1", "v9", "-t", trail, "--purpose", "review"];
    expect(otelAudit(args, { AUDIT_ACCESS_DIR: access }).code).toBe(1);
    const { out } = otelAudit(["query", "action:audit_access", "-t", access, "-o", "json"], {});
    expect(JSON.parse(out)).toMatchObject([
      { details: { scope: "query --between epoch-1 v9", results_count: 2 } },
    ]);
  });
});

test("around takes a save that failed, and says so", () => {
  const { code, out, err } = ask("around", "epoch-2", "--window", "10s");
  expect({ code, err }).toEqual({
    code: 0,
    err: `otel-audit: nothing that was read says when epoch-2 was made: this is ${id(5)} (checkpoint_save, failure)\n`,
  });
  expect(out).toContain(`> `);
});

test.each<[args: readonly string[], code: number]>([
  [["around", "d"], 1],
  [["reproduce", "--snapshot", "d"], 1],
  [["query", "--between", "d", "v9"], 2],
])("%s: what is no snapshot is not taken for one", (args, code) => {
  const found = ask(...args);
  expect(found).toMatchObject({ code, out: "" });
  expect(found.err).toContain('"d" is no snapshot or checkpoint that a record names');
  expect(found.err).toContain("otel-audit history d tells of; snapshots of it are v9\n");
});

describe("query --between says the window that it searches", () => {
  test.each<[from: string, to: string, said: string]>([
    [
      "2026-09-30",
      "2026-10-01",
      "from 2026-09-30 (2026-09-30 00:00:00.000 +00:00) to 2026-10-01 (until 2026-10-02 00:00:00.000 +00:00, not included)",
    ],
    [
      "2026-10-01T10:04",
      "2026-10-01T10:01",
      "from 2026-10-01T10:01 (2026-10-01 10:01:00.000 +00:00) to 2026-10-01T10:04 (until 2026-10-01 10:05:00.000 +00:00, not included)",
    ],
    [
      "2026-10",
      "v9",
      "from 2026-10 (2026-10-01 00:00:00.000 +00:00) to v9 (2026-10-01 10:07:00.000 +00:00)",
    ],
  ])("%s %s", (from, to, said) => {
    const { code, err } = ask("query", "--between", from, to);
    expect({ code, err }).toEqual({ code: 0, err: `otel-audit: ${said}\n` });
  });
  test("--sql has no window: that is said", () => {
    const { code, err } = ask("query", "--sql", "select 1", "--between", "v9", "epoch-1");
    expect(code).toBe(2);
    expect(err).toContain("cannot be used with option '--between");
  });
});
