/** The records of a piece of a file, in columns. */
import { describe, expect, test } from "vitest";
import type { AuditRecord } from "../../src/event/index.ts";
import { leafOf } from "../../src/seal/leaf-of.ts";
import { createExaminer } from "../../src/verify/examine.ts";
import { examineBlock, type ReadBlock, type ReadRecord } from "../../src/verify/examine-block.ts";
import type { ExaminedBlock } from "../../src/verify/examined-block.ts";
import { createNodeCrypto } from "../../src/verify/node-crypto.ts";
import { STREAMS } from "../support/sealed-journal.ts";

const [A, B] = STREAMS;
const TIME = "2026-11-21T09:00:02.123456Z";

function record(
  [stream, sequence]: readonly [string, number],
  more: AuditRecord["attributes"] = {},
  process: Partial<AuditRecord> = {},
): AuditRecord {
  return {
    attributes: {
      "audit.record.id": `${stream}.${sequence}`,
      "audit.sequence.number": sequence,
      "audit.time": TIME,
      "audit.action": "pause",
      ...more,
    },
    body: {},
    ...process,
  };
}
const call = (method: string | undefined, id: string): AuditRecord["attributes"] => ({
  "audit.record.kind": "result",
  "audit.call.id": id,
  ...(method === undefined ? {} : { "rpc.method": method }),
});

function examined(
  records: readonly AuditRecord[],
  { unknownKeys, ...more }: Partial<ReadBlock> & Pick<ReadRecord, "unknownKeys"> = {},
): Promise<ExaminedBlock> {
  const unknown = unknownKeys === undefined ? {} : { unknownKeys };
  const read = records.map((one, at) => ({ record: one, line: at + 10, doubts: [], ...unknown }));
  const block = { file: "f", isView: false, records: read, problems: [], ...more };
  return examineBlock(block, createExaminer(createNodeCrypto()));
}
const nameless: AuditRecord = { attributes: {}, body: {} };

test("each record has its place in every column, and what has no id has none", async () => {
  const records = [record([A, 1]), nameless, record([B, 7], call("a.A/B", "c1"))];
  const problems = [{ line: 3, message: "it is no JSON", isCut: true }];
  const block = await examined(records, { problems });
  expect(block).toMatchObject({ file: "f", isView: false, showsAll: false });
  expect(block.streams).toEqual([A, B]);
  const { leaves, stream, sequence, line, time, kind, source, method, call: calls } = block;
  expect([stream, sequence, line, time, kind, source, method].map((one) => [...one])).toEqual([
    [0, 1],
    [1, 7],
    [10, 12],
    [Date.parse(TIME), Date.parse(TIME)],
    [0, 1],
    [0, 0],
    [0, 1],
  ]);
  expect(calls).toHaveLength(2);
  expect([...leaves]).toEqual(
    [records[0], records[2]].flatMap((one) => [...(leafOf(one ?? nameless) ?? [])]),
  );
  expect(block.problems).toEqual([
    ...problems,
    { line: 11, message: "it has no id of a record", isCut: false },
  ]);
});

test("details only where there is something to say", async () => {
  const records = [record([A, 1]), record([A, 2], { "audit.sequence.number": 3 })];
  const { details } = await examined(records);
  expect(details).toEqual([
    { at: 1, doubts: ["audit.sequence.number is not the number in audit.record.id"] },
  ]);
  const { details: others } = await examined(records.slice(0, 1), { unknownKeys: ["x"] });
  expect(others).toEqual([{ at: 0, unknownKeys: ["x"] }]);
});

test("kinds", async () => {
  const kinds = ["result", "checkpoint", "intent"];
  const { kind } = await examined(
    kinds.map((name, at) => record([A, at + 1], { "audit.record.kind": name })),
  );
  expect([...kind]).toEqual([1, 2, 0]);
});

describe("calls", () => {
  test("methods are named once, and counted from 1", async () => {
    const { methods, method } = await examined([
      record([A, 1], call("a.A/One", "c1")),
      record([A, 2], call("a.A/Two", "c2")),
      record([A, 3], call("a.A/One", "c3")),
      record([A, 4], call(undefined, "c4")),
    ]);
    expect(methods).toEqual(["a.A/One", "a.A/Two", ""]);
    expect([...method]).toEqual([1, 2, 1, 3]);
  });
  test("only results of a call have one", async () => {
    const { method, call: calls } = await examined([
      record([A, 1], { ...call("a.A/One", "c1"), "audit.record.kind": "intent" }),
      record([A, 2], { "audit.record.kind": "result" }),
      record([A, 3], { ...call("a.A/One", ""), "audit.call.id": 7 }),
    ]);
    expect([...method, ...calls]).toEqual([0, 0, 0, 0, 0, 0]);
  });
  test("each id has a number of its own, and the same one everywhere", async () => {
    const ids = ["", "a", "b", "ab", "ba", "aab", "aba", "AbCdEfGhIjKlMnOp", "AbCdEfGhIjKlMnOq"];
    const records = [...ids, ...ids].map((id, at) => record([A, at + 1], call("a.A/B", id)));
    const numbers = [...(await examined(records)).call];
    expect(numbers.slice(ids.length)).toEqual(numbers.slice(0, ids.length));
    expect(new Set(numbers).size).toBe(ids.length);
    for (const number of numbers) expect(number > 0 && Number.isSafeInteger(number)).toBe(true);
    // Not in 32 bits: so many ids would have one.
    expect(Math.max(...numbers)).toBeGreaterThan(2 ** 40);
  });
});

describe("what records say of their process", () => {
  const host = { "host.name": "h" };
  const all = [
    record([A, 1], {}, { service: "trainer" }),
    record([A, 2]),
    record([A, 3], {}, { service: "trainer", resource: host }),
    record([A, 4], {}, { resource: host }),
    record([A, 5], {}, { service: "trainer" }),
    record([A, 6], {}, { service: "trainer", resource: { "host.name": "i" } }),
  ];
  test("services, counted from 1", async () => {
    const { sources, source } = await examined(all);
    expect(sources).toEqual([{ service: "trainer", resource: undefined }]);
    expect([...source]).toEqual([1, 0, 1, 0, 1, 1]);
  });
  test("with their resources, where the form keeps them", async () => {
    const { sources, source } = await examined(all, { hasResource: true });
    expect(sources).toEqual([
      { service: "trainer", resource: undefined },
      { service: "trainer", resource: host },
      { service: undefined, resource: host },
      { service: "trainer", resource: { "host.name": "i" } },
    ]);
    expect([...source]).toEqual([1, 0, 2, 3, 1, 4]);
  });
});
