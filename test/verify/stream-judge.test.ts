/** Copies of records, adopters, and parts of the time: what a stream comes to. */
import { describe, expect, test } from "vitest";
import type { AttributeValue, AuditRecord } from "../../src/event/index.ts";
import { createExaminer } from "../../src/verify/examine.ts";
import { examineBlock } from "../../src/verify/examine-block.ts";
import { createNodeCrypto } from "../../src/verify/node-crypto.ts";
import { reportOf, type VerificationReport } from "../../src/verify/report.ts";
import { createVerification } from "../../src/verify/verification.ts";
import type { VerificationOptions } from "../../src/verify/verification-options.ts";
import { createSeconds, createStreamWriter, keyOfTest } from "../support/fixed-stream.ts";
import { purgeOfFirst, result, type Write } from "../support/key-histories.ts";
import { STREAMS } from "../support/sealed-journal.ts";

const [A, B] = STREAMS;
const crypto = createNodeCrypto();

/** The records of the streams that were written, one stream behind the other; a second apart. */
function written(write: Write): readonly AuditRecord[] {
  const nextTime = createSeconds();
  const [a, b, c] = STREAMS.map((stream) => createStreamWriter(stream, keyOfTest(0), nextTime));
  if (a === undefined || b === undefined || c === undefined) throw new Error("no streams");
  a.add({ kind: "start", action: "stream_start" });
  write({ a, b, c });
  return [...a.records, ...b.records, ...c.records].map(({ record }) => record);
}

type Options = Partial<Omit<VerificationOptions, "crypto">> & { readonly isView?: boolean };
/** The report of records that stand in one journal. */
async function verified(
  records: readonly AuditRecord[],
  { isView = false, ...options }: Options = {},
): Promise<VerificationReport> {
  const verification = createVerification({ crypto, ...options });
  const read = records.map((record, at) => ({ record, line: at + 1, doubts: [] }));
  const block = { file: "f", isView, showsAll: !isView, records: read, problems: [] };
  await verification.add(await examineBlock(block, createExaminer(crypto)));
  return reportOf(verification.finish());
}
const idOf = ({ attributes }: AuditRecord): string => String(attributes["audit.record.id"]);
const find = (records: readonly AuditRecord[], id: string): AuditRecord => {
  const record = records.find((one) => idOf(one) === id);
  if (record === undefined) throw new Error(`no record ${id}`);
  return record;
};
const given = (
  record: AuditRecord,
  more: Readonly<Record<string, AttributeValue>>,
): AuditRecord => ({
  ...record,
  attributes: { ...record.attributes, ...more },
});
const altered = (record: AuditRecord, reason = "x"): AuditRecord =>
  given(record, { "audit.reason": reason });
/** Codes, lines and counts, but for what is said of the stream's end. */
const saidOf = ({ findings }: VerificationReport): readonly string[] =>
  findings
    .filter(({ code }) => code !== "stream_unclosed" && code !== "records_adopted")
    .map(({ code, record, line, count }) =>
      [code, record?.replace(A, "A").replace(B, "B"), line, count]
        .filter((word) => word !== undefined)
        .join(" "),
    );

describe("copies of a record that nothing covers", () => {
  const records = written(({ a }) => {
    a.checkpoint("open");
    a.add(result);
  });
  const before = records.slice(0, 2);
  const tail = find(records, `${A}.3`);
  const [x, y] = [altered(tail, "x"), altered(tail, "y")];
  const UNSIGNED = "records_unsigned A.3 3 1";
  test.each<readonly [string, readonly AuditRecord[], boolean, readonly string[]]>([
    ["one", [tail], false, [UNSIGNED]],
    [
      "two that are alike, in one journal",
      [tail, tail],
      false,
      ["record_inserted A.3 4", UNSIGNED],
    ],
    ["two that are alike, elsewhere", [tail, tail], true, [UNSIGNED]],
    ["two that are not", [tail, x], true, ["copies_differ A.3 4", UNSIGNED]],
    ["two that are not, in one journal", [tail, x], false, ["copies_differ A.3 4", UNSIGNED]],
    [
      "two that are alike, and differ from the first",
      [tail, x, x],
      false,
      ["copies_differ A.3 4", "copies_differ A.3 5", "record_inserted A.3 5", UNSIGNED],
    ],
    [
      "three that differ",
      [tail, x, y],
      false,
      ["copies_differ A.3 4", "copies_differ A.3 5", UNSIGNED],
    ],
    [
      "the first one again behind another",
      [tail, x, tail],
      false,
      ["copies_differ A.3 4", "record_inserted A.3 5", UNSIGNED],
    ],
  ])("%s", async (_name, copies, areCopiesExpected, said) => {
    const report = await verified([...before, ...copies], { areCopiesExpected });
    expect(saidOf(report)).toEqual(said);
    expect(report.records).toMatchObject({ read: 3, proven: 2, unsigned: 1 });
    for (const { code, message } of report.findings) {
      if (code === "copies_differ")
        expect(message).toBe(
          `two copies of record ${A}.3 are not the same, and no checkpoint tells which is right`,
        );
      if (code === "record_inserted")
        expect(message).toBe(`record ${A}.3 stands twice in its journal`);
    }
  });
});

describe("a call counts once, however many copies of its record there are", () => {
  const call = (id: string): typeof result => ({
    ...result,
    attributes: { "rpc.method": "probe.Probe/Do", "audit.call.id": id },
  });
  const records = written(({ a }) => {
    a.checkpoint("open");
    a.add(call("QbCdEfGhIjKlMnOp"));
    a.add(call("RbCdEfGhIjKlMnOp"));
    a.checkpoint("run", { calls: [{ method: "probe.Probe/Do", handled: 2, recorded: 2 }] });
  });
  const [start, open, first, second, run] = records;
  const wrong = first === undefined ? undefined : altered(first);
  test.each<readonly [string, readonly (AuditRecord | undefined)[]]>([
    ["one each", records],
    ["two before their checkpoint", [start, open, first, first, second, second, run]],
    ["two behind it", [start, open, run, first, first, second, second]],
    ["some before and some behind", [start, open, first, second, run, first, second]],
    ["altered ones behind it", [start, open, run, wrong, first, wrong, second]],
  ])("%s", async (_name, all) => {
    const { calls } = await verified(all.flatMap((record) => record ?? []));
    expect(calls).toEqual([
      { stream: A, method: "probe.Probe/Do", handled: 2, recorded: 2, found: 2 },
    ]);
  });
});

describe("records that an adopter signed", () => {
  const adopted = written(({ a, b }) => {
    a.checkpoint("open");
    a.add(result);
    a.add(result);
    b.add({ kind: "start", action: "stream_start" });
    b.checkpoint("open");
    b.adopt(a);
  });
  const third = find(adopted, `${A}.3`);
  const others = adopted.filter((record) => record !== third);

  test("are adopted", async () => {
    expect((await verified(adopted)).records).toMatchObject({ proven: 4, adopted: 3 });
  });
  test.each<readonly [string, readonly AuditRecord[], number]>([
    ["altered: it is not adopted", [...others, altered(third)], 2],
    ["altered, beside one that is not", [...others, altered(third), third], 3],
    ["the same, the other way round", [...others, third, altered(third)], 3],
  ])("%s", async (_name, records, count) => {
    const report = await verified(records);
    expect(report.records.adopted).toBe(count);
    expect(saidOf(report).filter((one) => one.startsWith("record_altered"))).toHaveLength(1);
  });

  test("are something that is signed, where nothing else is", async () => {
    const alone = written(({ a, b }) => {
      b.add({ kind: "start", action: "stream_start" });
      b.checkpoint("open");
      b.adopt(a);
    }).filter((record) => idOf(record) !== `${B}.1`);
    const codesOf = async (records: readonly AuditRecord[]): Promise<readonly string[]> =>
      (await verified(records)).findings.map(({ code }) => code);
    expect(await codesOf(alone)).not.toContain("nothing_signed");
    const start = find(alone, `${A}.1`);
    const wrong = alone.map((record) => (record === start ? altered(record) : record));
    expect(await codesOf(wrong)).toContain("nothing_signed");
  });

  test.each([
    ["8 of a stream without a checkpoint", 8, false, []],
    ["9 of a stream without a checkpoint", 9, false, ["record_unproven A.1 14 9"]],
    ["512 behind a checkpoint", 512, true, []],
    ["513 behind a checkpoint", 513, true, ["record_unproven A.2 1 513"]],
  ] as const)("%s", async (_name, count, hasOwn, said) => {
    let second = 0;
    const nextTime = (): string => `2026-11-21T09:00:00.${String(++second).padStart(6, "0")}Z`;
    const a = createStreamWriter(A, keyOfTest(0), nextTime);
    const b = createStreamWriter(B, keyOfTest(0), nextTime);
    a.add(result);
    if (hasOwn) a.checkpoint("open");
    while (a.records.length < count + (hasOwn ? 1 : 0)) a.add(result);
    b.add(result);
    b.checkpoint("open");
    while (a.state.covered.size < a.records.length) {
      const most = a.records.slice(0, a.state.covered.size + 256);
      const part = { ...a, records: most };
      b.adopt(part);
      Object.assign(a.state, part.state);
    }
    const all = [...b.records, ...a.records.toReversed()].map(({ record }) => record);
    const lines = new Map(all.map((record, at) => [idOf(record), at + 1]));
    const report = await verified(all);
    const first = said[0]?.split(" ")[1]?.replace("A", A) ?? "";
    expect(saidOf(report)).toEqual(
      said.map((one) => one.replace(/ \d+ (\d+)$/, ` ${lines.get(first)} $1`)),
    );
  });

  test("a purge that its process signs later is believed", async () => {
    const all = written(({ a, b }) => {
      a.add(purgeOfFirst);
      a.checkpoint("open");
      const before = { ...a.state };
      a.add({ ...purgeOfFirst, body: { scope: { segments: [`${A}/1-1: 2-2`] } } });
      b.add({ kind: "start", action: "stream_start" });
      b.checkpoint("open");
      b.adopt(a);
      Object.assign(a.state, before);
      a.checkpoint("run");
    }).filter((record) => idOf(record) !== `${A}.1` && idOf(record) !== `${A}.2`);
    const run = find(all, `${A}.5`);
    const report = await verified([
      ...all.filter((record) => record !== run && idOf(record).startsWith(B)),
      ...all.filter((record) => record !== run && idOf(record).startsWith(A)),
      run,
    ]);
    expect(saidOf(report).filter((one) => /missing|purged/.test(one))).toContain(
      "records_purged 1",
    );
  });
});

describe("of a part of the time", () => {
  /** Four checkpoints; 1 and 2 at seconds 1 and 2, and so on. */
  const records = written(({ a }) => {
    a.checkpoint("open");
    for (let count = 0; count < 3; count++) {
      a.add(result);
      a.add(result);
      a.checkpoint("run");
    }
  });
  const at = (second: number): number =>
    Date.parse(`2026-11-21T09:00:${String(second).padStart(2, "0")}.123456Z`);
  const without = (...numbers: readonly number[]): readonly AuditRecord[] =>
    records.filter((record) => !numbers.some((number) => idOf(record) === `${A}.${number}`));
  const MISSING = "records_missing A.6 1";
  test.each<readonly [string, readonly [since: number, until: number], readonly string[]]>([
    ["in which it came", [6, 6], [MISSING]],
    ["from its checkpoint on", [8, 11], [MISSING]],
    ["up to the checkpoint before", [1, 5], [MISSING]],
    ["before that", [1, 4], []],
    ["behind its checkpoint", [9, 11], []],
  ])("a record is missing in the time %s", async (_name, [since, until], said) => {
    const window = { since: at(since), until: at(until) };
    for (const all of [without(6), without(6).toReversed()])
      expect(saidOf(await verified(all, { window, areCopiesExpected: true }))).toEqual(said);
  });

  test("between the last own checkpoint and one of an adopter nobody knows what happened", async () => {
    const adopted = written(({ a, b }) => {
      a.add({ kind: "start", action: "stream_start" });
      a.checkpoint("open");
      a.add(result);
      for (let count = 0; count < 5; count++) b.add(result);
      b.checkpoint("open");
      b.adopt(a);
    });
    const own = adopted.filter((record) => idOf(record).startsWith(A));
    const last = Date.parse(String(own.at(-1)?.attributes["audit.time"]));
    const window = { since: last + 100, until: last + 200 };
    const others = adopted.filter(
      (record) =>
        !idOf(record).startsWith(B) || record.attributes["audit.record.kind"] === "checkpoint",
    );
    expect(saidOf(await verified(others, { window }))).toContain("time_unread");
  });

  test("of several streams one that says something of the time is enough", async () => {
    const all = written(({ a, b }) => {
      a.checkpoint("open");
      b.add(result);
      b.checkpoint("open");
      a.checkpoint("run");
    });
    const opened = all.find((record) => idOf(record) === `${B}.2`);
    const time = Date.parse(String(opened?.attributes["audit.time"]));
    const window = { since: time + 100, until: time + 200 };
    expect(saidOf(await verified(all, { window }))).not.toContain("time_unread");
    const other = all.filter((record) => idOf(record).startsWith(B));
    expect(saidOf(await verified(other, { window }))).toContain("time_unread");
  });

  test.each<readonly [string, readonly [since: number, until: number], readonly string[]]>([
    ["between two checkpoints", [6.1, 6.9], []],
    ["before the first record", [-9, -8], ["time_unread"]],
    ["behind the last checkpoint", [12, 20], ["time_unread"]],
  ])("nothing happened in a time %s", async (_name, [since, until], said) => {
    const window = { since: at(0) + since * 1000, until: at(0) + until * 1000 };
    expect(saidOf(await verified(records, { window }))).toEqual(said);
  });

  test.each<readonly [string, readonly [since: number, until: number], number]>([
    ["all", [1, 11], 11],
    ["the first three", [1, 3], 3],
    ["one", [4, 4], 1],
    ["none", [12, 20], 0],
  ])("%s are counted", async (_name, [since, until], proven) => {
    const window = { since: at(since), until: at(until) };
    const report = await verified(records, { window });
    expect(report.records.proven).toBe(proven);
    expect(report.findings.map(({ code }) => code)).not.toContain("nothing_signed");
  });

  test.each<readonly [string, readonly [since: number, until: number], readonly string[]]>([
    ["up to its last checkpoint", [1, 10], []],
    ["from there on", [11, 11], ["records_unsigned A.12 12 2"]],
    ["behind all of it", [20, 21], ["records_unsigned A.12 12 2", "time_unread"]],
  ])("a stream that was not closed is asked for a time %s", async (_name, [since, until], said) => {
    const tail = written(({ a }) => {
      a.checkpoint("open");
      for (let count = 0; count < 3; count++) {
        a.add(result);
        a.add(result);
        a.checkpoint("run");
      }
      a.add(result);
      a.add(result);
    });
    const window = { since: at(since), until: at(until) };
    const report = await verified(tail, { window });
    expect(saidOf(report)).toEqual(said);
    expect(report.records.unsigned).toBe(said.length === 0 ? 0 : 2);
  });
});
