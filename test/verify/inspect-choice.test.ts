/** Which copy, and which checkpoint, an inspection shows, where there are several. */
import { expect, test } from "vitest";
import { encodeJsonLine } from "../../src/format/index.ts";
import { replace, text } from "../support/edited-journal.ts";
import { createSeconds, createStreamWriter, keyOfTest } from "../support/fixed-stream.ts";
import { inspect, lineOf, segments } from "../support/inspected.ts";
import { journalOf, result, type Write } from "../support/key-histories.ts";
import { linesOf, STREAMS } from "../support/sealed-journal.ts";

const [A] = STREAMS;
const OUTCOME = replace('"outcome":"success"', '"outcome":"failure"');
const withMore = (line: string): string => line.replace('"service"', '"actor_id":"bob","service"');

test("the first copy that is proven, with its fields and its leaf", async () => {
  const files = { "a.jsonl": `${OUTCOME(lineOf(A, 2))}\n`, "b.jsonl": text(linesOf(A)) };
  const { copies, shown, fields, leaf } = await inspect(`${A}.2`, files);
  expect(copies.map(({ state, differing }) => [state, differing])).toEqual([
    ["altered", ["audit_outcome"]],
    ["proven", []],
  ]);
  expect(shown).toBe(1);
  expect(fields.find(({ key }) => key === "audit_outcome")?.value).toBe("success");
  expect(leaf?.digest).toEqual(leaf?.signed);
  expect(leaf?.text).toContain('"audit_outcome","success"');
});

test("where none is proven, the first", async () => {
  const files = { "a.jsonl": text([...linesOf(A).slice(2), OUTCOME(lineOf(A, 2))]) };
  const { copies, shown, leaf } = await inspect(`${A}.2`, files);
  expect([copies.length, shown]).toEqual([1, 0]);
  expect(leaf?.digest).not.toEqual(leaf?.signed);
});

test.each<readonly [string, Readonly<Record<string, string>>, number]>([
  ["in one file", { "a.jsonl": text([withMore(lineOf(A, 9)), ...linesOf(A)]) }, 10],
  [
    "in two files, at the same line",
    {
      "a.jsonl": text([...linesOf(A).slice(0, 8), withMore(lineOf(A, 9))]),
      "b.jsonl": text(linesOf(A)),
    },
    9,
  ],
])(
  "a checkpoint is held against the copy that holds nothing else: %s",
  async (_name, files, at) => {
    const { copies, shown, checkpoint, verdict } = await inspect(`${A}.9`, files);
    expect(copies.map(({ state, differing }) => [state, differing])).toEqual([
      ["altered", ["audit_actor_id"]],
      ["proven", []],
    ]);
    expect([shown, checkpoint?.line, verdict]).toEqual([1, at, "altered"]);
  },
);

/** The second checkpoint carries the leaves of the first again. */
const chain: Write = ({ a }) => {
  a.checkpoint("open");
  a.add(result);
  a.checkpoint("run");
  a.add(result);
  a.checkpoint("run");
};
test.each(["as they were written", "the last one first"])(
  "the checkpoint that was made for a record, and none that carries its leaf again: %s",
  async (order) => {
    const lines = journalOf(chain)[A] ?? [];
    const read = order === "as they were written" ? lines : lines.toReversed();
    // Records 2 and 3 stand behind the first checkpoint, and under both others.
    for (const number of [2, 3]) {
      const { checkpoint, verdict } = await inspect(`${A}.${number}`, { "a.jsonl": text(read) });
      expect([verdict, checkpoint?.number, checkpoint?.record]).toEqual(["proven", 2, `${A}.4`]);
    }
    const { checkpoint } = await inspect(`${A}.4`, { "a.jsonl": text(read) });
    expect(checkpoint?.number).toBe(3);
  },
);

test("an end that somebody else signs contradicts the trail, and takes nothing from the copy that its process has signed", async () => {
  const other = createStreamWriter(A, keyOfTest(2), createSeconds());
  other.add({ kind: "start", action: "stream_start" });
  for (const state of ["open", "close"] as const) other.checkpoint(state);
  const forged = other.records.slice(1).map(({ record }) => encodeJsonLine(record));
  const files = { "a.jsonl": text(forged), "b.jsonl": text(linesOf(A)) };
  const inspection = await inspect(`${A}.8`, files, [keyOfTest(0).line]);
  expect(inspection).toMatchObject({
    verdict: "altered",
    headline: `ALTERED ${A}.8: checkpoints contradict each other`,
    copies: [{ state: "proven", file: "b.jsonl" }],
    checkpoint: { isKeyTrusted: true },
  });
  const told = inspection.problems.map((problem) => /\(([^)]*)\)/.exec(problem)?.[1]);
  // Those of the key that was given stand; the others contradict them.
  expect(told).toEqual(["a.jsonl:1", "a.jsonl:2", "a.jsonl:1"]);
});

test("a hundred problems are told, and no more", async () => {
  const changed = lineOf(A, 9).replace("results 1", "results 2");
  const files = {
    ...segments({ [A]: linesOf(A) }),
    "z.jsonl": text(Array<string>(101).fill(changed)),
  };
  const { problems, verdict } = await inspect(`${A}.2`, files);
  expect(problems).toHaveLength(100);
  expect(problems.at(-1)).toBe(`checkpoint ${A}.9 (z.jsonl:100): its signature is wrong`);
  expect(verdict).toBe("proven");
});

test("a commitment that is no hash is shown as none", async () => {
  const odd = lineOf(A, 2).replace(/(audit_actor_id:[^:,"]{42})./, "$1x");
  const { fields, verdict } = await inspect(`${A}.2`, { "a.jsonl": text([odd]) });
  expect(fields.find(({ key }) => key === "audit_actor_id")).toMatchObject({
    value: "ann",
    state: "altered",
    commitment: null,
  });
  expect(verdict).toBe("altered");
});
