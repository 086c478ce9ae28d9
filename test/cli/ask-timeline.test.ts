/** show, history, around, explain and reproduce as people run them, over what a service has written. */
import { appendFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Audit, createAudit } from "otel-audit";
import { encodeJsonLine } from "../../src/format/index.ts";
import { newRoot, otelAudit, removeRoot, STEERING } from "../support/command-trail.ts";
import { resultRecord } from "../support/records.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const root = newRoot();
const directory = join(root, "audit");
const ids = new Map<string, string>();
let stream = "";
const id = (name: string): string => ids.get(name) ?? name;

const ann = { id: "ann", role: "trainer", type: "user" } as const;
const bob = { id: "bob", type: "user" } as const;
const experiment = { type: "experiment", id: "exp-1" };

/** One training run: parameters, a checkpoint, samples, and a restore that fails. */
async function writeStory(audit: Audit): Promise<void> {
  const events: readonly (readonly [name: string, event: Parameters<Audit["record"]>[0]])[] = [
    [
      "first",
      {
        action: "hp_change",
        actor: ann,
        target: experiment,
        before: { lr: 0.1, tags: ["a", "b"] },
        after: { lr: 0.01, tags: ["a", "c"] },
        reason: "loss is flat",
      },
    ],
    [
      "save",
      {
        action: "checkpoint_save",
        actor: ann,
        target: { type: "checkpoint", id: "ckpt_1" },
        snapshot: "ckpt_1",
        details: { checkpoint_id: "ckpt_1", step: 40 },
      },
    ],
    [
      "discard",
      {
        action: "sample_discard",
        actor: bob,
        target: experiment,
        details: { sample_ids: ["s1", "s2"] },
        reason: "blurry",
      },
    ],
    [
      "second",
      {
        action: "hp_change",
        actor: bob,
        target: experiment,
        before: { lr: 0.05 },
        after: { lr: 0.5, optimizer: { name: "adam" } },
      },
    ],
    [
      "denied",
      {
        action: "hp_change",
        actor: bob,
        target: experiment,
        before: { lr: 0.5 },
        after: { lr: 5 },
        outcome: "denied",
        error: "too high",
      },
    ],
    ["pause", { action: "pause", actor: bob, target: experiment }],
    [
      "failed",
      {
        action: "checkpoint_restore",
        actor: ann,
        target: { type: "checkpoint", id: "ckpt_1" },
        snapshot: "ckpt_1",
        details: { checkpoint_id: "ckpt_1" },
        error: "disk is gone",
        authorization: { id: "T-7", by: "eve" },
      },
    ],
    [
      "steered",
      {
        action: "note_write",
        actor: bob,
        details: { note: STEERING, long: "word ".repeat(60).trim() },
        reason: `why ${STEERING}`,
      },
    ],
    [
      "release",
      {
        action: "version_snapshot",
        actor: ann,
        target: { type: "dataset", id: "roads" },
        details: { name: "v1.4" },
      },
    ],
  ];
  for (const [name, event] of events) {
    await audit.record(event);
    ids.set(name, "");
  }
}

const ask = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  otelAudit(args, { AUDIT_LOG_DIR: directory, TZ: "UTC", ...env });

beforeAll(async () => {
  const audit = await createAudit({ directory });
  stream = audit.stream;
  await writeStory(audit);
  await audit.close();
  // The numbers are those of the journal, which has checkpoints and a start in between.
  const { out } = ask(["query", "-o", "jsonl", "--order", "oldest"]);
  const records = out
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as { record_id: string });
  for (const [at, name] of [...ids.keys()].entries()) ids.set(name, records[at]?.record_id ?? "?");
});
afterAll(() => removeRoot(root));

// oxlint-disable-next-line no-control-regex -- what must not be there
const CONTROLS = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/;

describe("show", () => {
  test("one record in full", () => {
    const { code, out, err } = ask(["show", id("first")]);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    const lines = out.split("\n");
    expect(lines[0]).toMatch(/^ann changed lr from 0\.1 to 0\.01 and tags/);
    for (const text of [
      `record         ${id("first")} (result)`,
      "actor          ann (user, role trainer)",
      "target         experiment exp-1",
      "outcome        success",
      "reason         loss is flat",
    ])
      expect(lines).toContain(text);
    expect(out).toMatch(
      /when +\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} \+00:00, \d{4}-\d\d-\d\dT[\d:]+\.\d{6}Z\n/,
    );
    expect(out).toContain("  lr\n    - 0.1\n    + 0.01\n");
    expect(out).toContain("  tags\n    - b\n    + c\n      1 more on both sides\n");
    expect(out).toMatch(/seal +counted by checkpoint \d+ of .*\n? *.*otel-audit\s+inspect/);
  });
  test("as JSON", () => {
    const { code, out } = ask(["show", id("failed"), "-o", "json"]);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      version: 1,
      record: { record_id: id("failed"), outcome: "failure" },
      changes: [],
      seal: { state: "covered" },
      traceUrl: null,
    });
  });
  test("the beginning of an id, and its number, are enough", () => {
    const number = id("first").split(".")[1] ?? "";
    for (const text of [number, `${stream.slice(0, 4)}.${number}`, `.${number}`])
      expect(ask(["show", text, "-o", "json"]).code).toBe(0);
  });
  test("approval and error", () => {
    const { out } = ask(["show", id("failed")]);
    expect(out).toContain("approval       T-7 by eve\n");
    expect(out).toContain("error          disk is gone\n");
  });
  test("nothing of a record steers the terminal, and nothing is cut", () => {
    const { code, out } = ask(["show", id("steered")]);
    expect(code).toBe(0);
    expect(out).not.toMatch(CONTROLS);
    expect(out.match(/\bword\b/g)?.length).toBeGreaterThanOrEqual(60);
    for (const line of out.split("\n")) expect(line.length).toBeLessThanOrEqual(100);
  });
  test("colours only where they are asked for", () => {
    expect(ask(["show", id("first")], { FORCE_COLOR: "1" }).out).toContain("\u001b[31m    - 0.1");
    expect(ask(["show", id("first")], { NO_COLOR: "1" }).out).not.toMatch(CONTROLS);
  });
  test("several: they are listed", () => {
    const { code, out, err } = ask(["show", stream.slice(0, 5)]);
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).toContain("is the beginning of");
    expect(err).toContain(id("first"));
  });
  test("a template without a place for an id", () => {
    const { code, err } = ask(["show", id("first")], { AUDIT_TRACE_URL: "https://traces.example" });
    expect(code).toBe(2);
    expect(err).toContain("AUDIT_TRACE_URL must have {trace_id}");
  });
  test.each([
    ["an id that no URL can have makes no link", "https://traces.example/{trace_id}", false],
    ["one that no link has room for is passed over", "https://traces.example/{span_id}", true],
  ])("%s", (_, template, isLinked) => {
    const file = join(temporaryDirectory(), "audit.jsonl");
    const record = resultRecord("AbCdEfGhIjKlMnOp", 1);
    const line = encodeJsonLine({ ...record, traceId: "TRACE", spanId: "b7ad6b7169203331" });
    writeFileSync(file, `${line.replace("TRACE", "\\ud800")}\n`);
    const { code, out } = otelAudit(["show", "AbCdEfGhIjKlMnOp.1", "-t", file], {
      AUDIT_TRACE_URL: template,
    });
    expect({ code, isLinked: out.includes("https://traces.example") }).toEqual({
      code: 0,
      isLinked,
    });
  });
});

describe("history", () => {
  test("every value of an experiment, attempts too, and the contradiction", () => {
    const { code, out, err } = ask(["history", "exp-1", "--field", "lr", "-o", "csv"]);
    expect(code).toBe(0);
    const rows = out
      .trimEnd()
      .split("\n")
      .map((line) => line.split(","));
    expect(rows[0]?.slice(0, 9)).toEqual(
      "time,record,actor,action,of,field,from,to,outcome".split(","),
    );
    expect(rows.slice(1).map((row) => [row[1], row[2], ...row.slice(5, 9)])).toEqual([
      [id("first"), "ann", "lr", "0.1", "0.01", "success"],
      [id("second"), "bob", "lr", "0.05 (! it was 0.01)", "0.5", "success"],
      [id("denied"), "bob", "lr", "0.5", "5", "denied"],
    ]);
    expect(err).toContain(`${id("second")} says that lr of experiment exp-1 was 0.05 before`);
  });
  test("a sample: what became of it, and why", () => {
    const { code, out } = ask(["history", "s2"]);
    expect(code).toBe(0);
    expect(out).toMatch(/sample_discard +discarded +true +success +because blurry/);
  });
  test("values at a time, as JSON", () => {
    const { out } = ask(["show", id("discard"), "-o", "json"]);
    const { record } = JSON.parse(out) as { readonly record: { readonly timestamp: string } };
    const { code, out: json } = ask(["history", "exp-1", "--at", record.timestamp, "-o", "json"]);
    expect(code).toBe(0);
    const { at } = JSON.parse(json) as {
      readonly at: { readonly fields: readonly { readonly field: string }[] };
    };
    expect(at.fields.find(({ field }) => field === "lr")).toMatchObject({
      value: { kind: "value", value: 0.01 },
      setBy: id("first"),
      doubts: [expect.stringContaining(`${id("second")} found 0.05 there`)],
    });
  });
  test("several things of one name, and actions of it", () => {
    const { err } = ask(["history", "lr"]);
    expect(err).not.toContain("more than one thing");
    expect(ask(["history", "bob"])).toMatchObject({
      code: 1,
      err: expect.stringContaining("bob also acted, in") as string,
    });
  });
  test.each([["jsonl"], ["markdown"], ["table"]])("as %s", (format) => {
    const { code, out } = ask(["history", "exp-1", "-o", format]);
    expect(code).toBe(0);
    // Markdown escapes what an id may hold.
    expect(out.replaceAll("\\_", "_")).toContain(id("denied"));
  });
});

describe("around", () => {
  test("a snapshot, with metrics: rows that cannot be read are told", () => {
    const file = join(root, "metrics.csv");
    writeFileSync(
      file,
      "time,loss\n2020-01-01T00:00:00Z,0.75\nnever,1\n2100-01-01T00:00:00Z,0.5\n",
    );
    const { code, out, err } = ask(["around", "ckpt_1", "--metrics", file]);
    expect(code).toBe(0);
    expect(err).toContain(`${file}:3: row left out: "never" is no time`);
    expect(err).toContain('time is "time", ISO 8601');
    const [heading = "", ...lines] = out.trimEnd().split("\n");
    expect(heading).toMatch(/TIME +OFFSET +RECORD +OUTCOME +LOSS +WHAT/);
    expect(lines.filter((line) => line.startsWith(">"))).toEqual([
      expect.stringContaining(id("save")),
    ]);
    expect(lines[0]).toContain("0.75 → 0.5 (-0.25)");
    expect(lines).toHaveLength(9);
  });
  test("as JSON, and nothing of a far time", () => {
    const { out } = ask(["around", id("pause"), "--window", "1h", "-o", "json"]);
    expect(JSON.parse(out)).toMatchObject({
      version: 1,
      moment: { kind: "record", record: id("pause") },
      total: 9,
      metrics: null,
    });
    expect(ask(["around", "2001-01-01"])).toMatchObject({ code: 1, out: "" });
  });
  test("query --between two snapshots, with terms behind them", () => {
    const { code, out } = ask([
      "query",
      "--between",
      "v1.4",
      "ckpt_1",
      "outcome:denied",
      "--columns",
      "record",
      "-o",
      "csv",
    ]);
    expect({ code, out }).toEqual({ code: 0, out: `record\n${id("denied")}\n` });
  });
});

describe("explain", () => {
  test("what came before the failed restore, with why", () => {
    const { code, out } = ask(["explain", id("failed")]);
    expect(code).toBe(0);
    const steps = out.split("\n").filter((line) => /^\d{4}-/.test(line));
    const rowOf = (name: string): string =>
      steps.find((line) => line.includes(`${id(name)} `)) ?? "";
    expect(rowOf("save")).toMatch(/same target, same actor, a checkpoint was saved/);
    expect(rowOf("pause")).toContain("training was paused");
    expect(rowOf("denied")).toContain("a parameter was changed, or was to be");
    expect(rowOf("discard")).toBe("");
    expect(out).toMatch(/\nThis is a sequence, not a verdict/);
    expect(out).toContain("ended          failed");
  });
  test("what did not fail is told like that", () => {
    expect(ask(["explain", id("pause")]).out).toContain("it did not fail: success");
    const { out } = ask(["explain", id("failed"), "-o", "json"]);
    expect(JSON.parse(out)).toMatchObject({ version: 1, hasFailed: true, attemptsTotal: 0 });
  });
});

describe("reproduce", () => {
  test("changes and values of a run, for people", () => {
    const { code, out } = ask(["reproduce", "--run", "exp-1"]);
    expect(code).toBe(0);
    expect(out).toMatch(/^State of exp-1: 3 changes/);
    expect(out).toMatch(/experiment exp-1 +lr +0\.5 /);
    expect(out).toMatch(/experiment exp-1 +optimizer\.name +adam /);
    expect(out).toContain("discarded: true, 2 of them: s1, s2");
    expect(out.replaceAll(/\s+/g, " ")).toContain(
      "left out, for they did not come about: 1 denied, 1 failure",
    );
  });
  test("up to a snapshot, as JSON", () => {
    const { code, out } = ask(["reproduce", "--snapshot", "ckpt_1", "-o", "json"]);
    expect(code).toBe(0);
    const found = JSON.parse(out) as {
      readonly steps: readonly { readonly record: string }[];
      readonly final: unknown;
    };
    expect(found).toMatchObject({
      version: 1,
      run: null,
      snapshot: "ckpt_1",
      runs: ["exp-1"],
      leftOut: [],
    });
    expect(found.steps.map(({ record }) => record)).toEqual([id("first")]);
  });
});

test("lines that are no records: what there is is shown, and the exit code says so", () => {
  const file = join(root, "torn.jsonl");
  const { out } = ask(["query", "-o", "jsonl"]);
  writeFileSync(file, out);
  appendFileSync(file, '{"timestamp":"2026\n');
  for (const args of [
    ["show", id("first")],
    ["history", "exp-1"],
    ["around", "ckpt_1"],
    ["explain", id("failed")],
    ["reproduce"],
  ]) {
    const { code, err } = ask([...args, "--trail", file]);
    expect([args[0], code]).toEqual([args[0], 4]);
    expect(err).toContain(`${file}:10: `);
  }
});

test("who looks is recorded before anything is shown", () => {
  const access = join(root, "access");
  const looks = [
    ["show", id("first")],
    ["show", stream.slice(0, 5)],
    ["history", "exp-1"],
    ["around", "ckpt_1"],
    ["explain", id("failed")],
    ["reproduce", "--run", "exp-1"],
    ["query", "outcome:denied", "--between", "v1.4", "ckpt_1"],
  ];
  for (const args of looks) ask([...args, "--purpose", "review"], { AUDIT_ACCESS_DIR: access });
  const found = otelAudit(
    ["query", "action:audit_access", "-t", access, "-o", "jsonl", "--order", "oldest"],
    {},
  );
  const scopes = found.out
    .trimEnd()
    .split("\n")
    .map((line) => (JSON.parse(line) as { details: { scope: string } }).details.scope);
  expect(scopes).toEqual(looks.map((args) => args.join(" ")));

  const policy = join(root, "elsewhere.yaml");
  writeFileSync(policy, "version: 1\naccess: required\n", { mode: 0o600 });
  for (const args of looks) {
    const { code, out, err } = ask(args, { AUDIT_POLICY_FILE: policy });
    expect({ args, code, out }).toEqual({ args, code: 2, out: "" });
    expect(err).toContain("give --purpose");
    expect(err).not.toContain(id("first"));
  }
});

test.each<[name: string, args: readonly string[], code: number, text: string]>([
  ["show: nothing of that id", ["show", "nobody"], 1, "no record has the id"],
  ["show: no id", ["show", "*"], 2, "is no id of a record"],
  ["show: no trail", ["show", "x", "-t", "nowhere"], 3, "nowhere"],
  ["history: nothing", ["history", "nobody"], 1, "nothing found"],
  ["history: an empty name", ["history", " "], 2, "an empty name"],
  ["history: no time", ["history", "x", "--at", "soon"], 2, "--at must be a time"],
  [
    "history: since and at",
    ["history", "x", "--at", "today", "--since", "-1h"],
    2,
    "--at needs everything",
  ],
  ["history: no role", ["history", "x", "--as", "thing"], 2, "Allowed choices"],
  ["around: nothing of that name", ["around", "nobody"], 1, "is no snapshot or checkpoint"],
  [
    "around: no window",
    ["around", "ckpt_1", "--window", "long"],
    2,
    "--window must be a length of time",
  ],
  ["around: a metric without a file", ["around", "ckpt_1", "--metric", "loss"], 2, "need a file"],
  [
    "around: no such file",
    ["around", "ckpt_1", "--metrics", "nowhere.csv"],
    3,
    "cannot read nowhere.csv",
  ],
  ["explain: nothing of that id", ["explain", "nobody"], 1, "no record has the id"],
  [
    "reproduce: no such run",
    ["reproduce", "--run", "exp-9"],
    1,
    'no change is known that came about in "exp-9"',
  ],
  [
    "reproduce: no such snapshot",
    ["reproduce", "--snapshot", "x"],
    1,
    "is no snapshot or checkpoint",
  ],
  ["reproduce: both", ["reproduce", "--snapshot", "x", "--at", "today"], 2, "cannot be used with"],
  ["query: between one", ["query", "--between", "ckpt_1"], 2, "--between takes two"],
  [
    "query: between what is not there",
    ["query", "--between", "ckpt_1", "x"],
    2,
    '--between: "x" is no snapshot',
  ],
])("%s", (_name, args, code, text) => {
  const ran = ask(args);
  expect({ code: ran.code, out: ran.out }).toEqual({ code, out: "" });
  expect(ran.err).toContain(text);
});

test.each([["show"], ["history"], ["around"], ["explain"], ["reproduce"]])(
  "%s --help has examples and exit codes",
  (command) => {
    const { code, out } = ask([command, "--help"]);
    expect(code).toBe(0);
    expect(out).toContain(`\n  otel-audit ${command} `);
    expect(out).toMatch(/\nExit: 0 .*1 .*2 wrong usage; 3 /s);
    for (const line of out.split("\n")) expect(line.length).toBeLessThanOrEqual(120);
  },
);
