/** Somebody edits checkpoints, with or without a key. */
import { beforeAll, describe, expect, test } from "vitest";
import { signerOfFile } from "../../../src/seal/index.ts";
import { encodeKey } from "../../../src/seal/portable.ts";
import { resigned, strangersKey } from "../../support/forged-trail.ts";
import {
  expectVerdict,
  type Flat,
  judge,
  openWorkshop,
  type Victim,
  victimOf,
} from "../../support/attacked-trail.ts";

const workshop = openWorkshop();
let stream = "";
beforeAll(() => {
  stream = workshop.write();
});
const victim = (): Victim => victimOf(`${workshop.folder}/audit`, [stream]);

const NOTE = "audit.checkpoint.note";
const LEAVES = "audit.checkpoint.leaves";
const SUBTREES = "audit.checkpoint.subtrees";

/** @param other where `to` is what stands there already: keys and hashes are others each time. */
const note =
  (from: string | RegExp, to: string, other = to) =>
  (flat: Flat): void => {
    const before = String(flat.attributes[NOTE]);
    const after = before.replace(from, to);
    flat.attributes[NOTE] = after === before ? before.replace(from, other) : after;
  };
const list =
  (name: string, change: (all: string[]) => readonly string[]) =>
  (flat: Flat): void => {
    flat.attributes[name] = change([...((flat.attributes[name] ?? []) as string[])]);
  };

/** The second checkpoint: it counts 2 to 5, and is covered itself, and so are they: the third carries them again. */
const EDITED = ["checkpoint_altered A.6 A/1.jsonl:6", "record_altered A.6 A/1.jsonl:6"];

describe("an edited checkpoint counts for nothing", () => {
  test.each<readonly [string, (flat: Flat) => void]>([
    ["its size", note("\n5\n", "\n4\n")],
    ["its root", note(/\n5\n./, "\n5\nx", "\n5\ny")],
    ["its number", note("number 2", "number 3")],
    ["its state", note("state run", "state close")],
    ["its time", note(/time 20/, "time 21")],
    ["its results", note("results 2", "results 1")],
    ["its key", note(/key otel-audit\+./, "key otel-audit+0", "key otel-audit+1")],
    ["the kind of its key", note(/(key otel-audit\+[0-9a-f]{8}\+)A/, "$1B")],
    ["its previous", note(/previous ./, "previous x", "previous y")],
    ["a line more", note("\nresults", "\napproved bob\nresults")],
    ["calls that were handled", note(/calls 1 1/, "calls 0 0")],
    ["the version of its leaves, signature and all", note("audit-leaf/1", "audit-leaf/0")],
    ["a byte of its signature", note(/(\u2014 otel-audit .{20})./, "$1/", "$1+")],
    ["its signature under another name", note("\u2014 otel-audit", "\u2014 somebody")],
    ["a leaf more", list(LEAVES, (all) => [...all, "A".repeat(43)])],
    ["a leaf less", list(LEAVES, (all) => all.slice(1))],
    ["its leaves in another order", list(LEAVES, (all) => all.toReversed())],
    ["a leaf that is none", list(LEAVES, ([, ...rest]) => ["?", ...rest])],
    ["no leaves", list(LEAVES, () => [])],
    ["no begin", note(/begin \d+\n/, "")],
    ["a later begin", note("begin 1", "begin 2")],
    ["a begin at its end", note("begin 1", "begin 5")],
    ["a subtree where there is none", list(SUBTREES, (all) => [...all, "A".repeat(43)])],
    ["no note", (flat) => void delete flat.attributes[NOTE]],
  ])("%s", async (_name, change) => {
    const attacked = victim();
    attacked.record(6, change);
    expectVerdict(await judge(attacked, {}, [attacked.path("journal")]), "tampered", EDITED);
  });

  test.each<readonly [string, (flat: Flat) => void]>([
    ["a subtree more", list(SUBTREES, (all) => [...all, "A".repeat(43)])],
    ["another subtree", list(SUBTREES, () => ["A".repeat(43)])],
    ["no subtrees", (flat) => void delete flat.attributes[SUBTREES]],
  ])("%s, of the third one", async (_name, change) => {
    const attacked = victim();
    attacked.record(9, change);
    expectVerdict(await judge(attacked, {}, [attacked.path("journal")]), "tampered", [
      "checkpoint_altered A.9 A/1.jsonl:9",
      "record_altered A.9 A/1.jsonl:9",
    ]);
  });

  test("two in a row: what only they carry is unproven", async () => {
    const attacked = victim();
    for (const record of [6, 9]) attacked.record(record, note(/results (\d)/, "results 1$1"));
    expectVerdict(await judge(attacked, {}, [attacked.path("journal")]), "tampered", [
      "checkpoint_altered A.6 A/1.jsonl:6",
      "checkpoint_altered A.9 A/1.jsonl:9",
      "record_altered A.6 A/1.jsonl:6",
      "record_altered A.9 A/1.jsonl:9",
      "record_unproven A.2 A/1.jsonl:2 x4",
    ]);
  });

  test("while audit_checkpoints.jsonl has it as it was, its records are proven all the same", async () => {
    const attacked = victim();
    attacked.record(6, note("results 2", "results 1"));
    expectVerdict(await judge(attacked), "tampered", EDITED);
  });

  test("a later version of the format: nobody can tell", async () => {
    const attacked = victim();
    attacked.record(6, note("audit-checkpoint/1", "audit-checkpoint/2"));
    expectVerdict(await judge(attacked, {}, [attacked.path("journal")]), "tampered", [
      "format_unsupported A.6 A/1.jsonl:6",
      ...EDITED.slice(1),
    ]);
  });

  test("leaves and note of another checkpoint", async () => {
    const attacked = victim();
    const other = JSON.parse(attacked.lines(attacked.journal())[8] ?? "") as Flat;
    attacked.record(
      6,
      list(LEAVES, () => other.attributes[LEAVES] as string[]),
    );
    expectVerdict(await judge(attacked, {}, [attacked.path("journal")]), "tampered", EDITED);
  });
});

describe("what no later checkpoint covers", () => {
  const LAST = "checkpoint_altered A.12 A/1.jsonl:12";
  test.each<readonly [string, (flat: Flat) => void]>([
    ["an actor", (flat) => void Object.assign(flat, { actor_id: "bob", actor_type: "user" })],
    ["another action", (flat) => void (flat["action_type"] = "model_release")],
    ["details", (flat) => void (flat["details"] = { approved: true })],
    ["a reason", (flat) => void (flat["reason"] = "approved by the board")],
    ["an outcome", (flat) => void Object.assign(flat, { outcome: "failure", status: "failed" })],
    ["an error", (flat) => void (flat["error"] = "it failed")],
    ["an attribute", (flat) => void (flat.attributes["audit.approved.by"] = "bob")],
    ["more impact", (flat) => void (flat.attributes["audit.impact"] = "high")],
    ["a trace", (flat) => void (flat["trace_id"] = "f".repeat(32))],
  ])("the last checkpoint is given %s", async (_name, change) => {
    const attacked = victim();
    attacked.record(12, change);
    expectVerdict(await judge(attacked, {}, [attacked.path("journal")]), "tampered", [LAST]);
  });

  test("an early checkpoint is put behind the end of an open stream, as if there were more", async () => {
    const attacked = victim();
    attacked.rewrite(attacked.journal(), (lines) => {
      const copy = JSON.parse(lines[5] ?? "") as Flat;
      Object.assign(copy, { record_id: `${stream}.10`, sequence: 10 });
      return [...lines.slice(0, 9), JSON.stringify(copy)];
    });
    expectVerdict(await judge(attacked, {}, [attacked.path("journal")]), "tampered", [
      "checkpoint_altered A.10 A/1.jsonl:10",
      "stream_unclosed x1",
    ]);
  });
});

describe("checkpoints that were put in", () => {
  test.each(["10", "12", "13"])("unsigned, as record %s", async (number) => {
    const attacked = victim();
    attacked.rewrite(attacked.journal(), (lines) => {
      const forged = JSON.parse(lines[5] ?? "") as Flat;
      Object.assign(forged, { record_id: `${stream}.${number}`, sequence: Number(number) });
      note(/\u2014.*\n/, "")(forged);
      return [...lines, JSON.stringify(forged)];
    });
    const { report, said } = await judge(attacked, {}, [attacked.path("journal")]);
    expect(said).toContain(`checkpoint_altered A.${number} A/1.jsonl:13`);
    expect(report.exitCode).toBe(1);
  });

  test("signed with another key, for the same stream", async () => {
    const attacked = victim();
    const forged = resigned(attacked.lines(attacked.journal()), strangersKey());
    attacked.rewrite(attacked.journal(), (lines) => [...lines, forged[5] ?? ""]);
    const { report, said } = await judge(attacked, {}, [attacked.path("journal")]);
    expect(said).toContain("histories_differ A A/1.jsonl:13");
    expect(report.exitCode).toBe(1);
  });
});

describe("the one who has the key tells another history", () => {
  const own = (): ReturnType<typeof signerOfFile> => signerOfFile(workshop.keyFile);
  test("beside the first one", async () => {
    const attacked = victim();
    const lines = attacked.lines(attacked.journal());
    const changed = lines.map((line) =>
      line.replace('"actor_type":"user"', '"actor_type":"service"'),
    );
    attacked.rewrite(attacked.path("audit_checkpoints.jsonl"), () =>
      resigned(changed, own()).filter((line) => line.includes(NOTE)),
    );
    const { report } = await judge(attacked);
    expect(report.exitCode).toBe(1);
  });
  test.each<readonly [string, Parameters<typeof resigned>[2], string]>([
    [
      "which covers itself",
      (said) => (said.number === 2 ? { size: 9 } : {}),
      "checkpoint_altered A.6 A/1.jsonl:6",
    ],
    [
      "with another time than its record",
      (said) => (said.number === 2 ? { time: "2026-01-01T00:00:00.000000Z" } : {}),
      "checkpoint_altered A.6 A/1.jsonl:6",
    ],
    [
      "of another stream",
      (said) => (said.number === 2 ? { stream: "QQQQQQQQQQQQQQQQ" } : {}),
      "checkpoint_altered A.6 A/1.jsonl:6",
    ],
    [
      "that adopts its own stream",
      (said) => (said.number === 2 ? { state: "adopted", adopter: said.stream } : {}),
      "checkpoint_altered A.6 A/1.jsonl:6",
    ],
    [
      "that names no checkpoint before it",
      (said) => (said.number === 2 ? { previous: undefined } : {}),
      "histories_differ A A/1.jsonl:6",
    ],
    [
      "that opens it a second time",
      (said) => (said.number === 2 ? { state: "open" } : {}),
      "histories_differ A A/1.jsonl:6",
    ],
    [
      "that closes it before the end",
      (said) => (said.number === 2 ? { state: "close" } : {}),
      "histories_differ A A/1.jsonl:9",
    ],
    [
      "with the number of another one",
      (said) => (said.number === 2 ? { number: 1 } : {}),
      "histories_differ A A/1.jsonl:6",
    ],
    [
      "of a later version of the leaves",
      (said) => (said.number === 2 ? { leaf: "audit-leaf/2" } : {}),
      "format_unsupported A.6 A/1.jsonl:6",
    ],
  ])("in checkpoints one of them %s", async (_name, change, expected) => {
    const attacked = victim();
    attacked.rewrite(attacked.journal(), (lines) => resigned(lines, own(), change));
    const { report, said } = await judge(attacked, {}, [attacked.path("journal")]);
    expect(said).toContain(expected);
    expect(report.exitCode).toBe(expected.startsWith("format") ? 4 : 1);
  });
  test("whole, and nobody has a copy: it cannot be found", async () => {
    const attacked = victim();
    attacked.rewrite(attacked.journal(), (lines) =>
      resigned(
        lines.map((line) => line.replace('"actor_type":"user"', '"actor_type":"service"')),
        own(),
      ),
    );
    const publicKeys = [own().key];
    expectVerdict(
      await judge(attacked, { publicKeys }, [attacked.path("journal")]),
      "verified",
      [],
    );
    const { report } = await judge(attacked, { publicKeys });
    expect(report.exitCode).toBe(1);
    expect(report.keys[0]?.key).toBe(encodeKey(own().key));
  });
});
