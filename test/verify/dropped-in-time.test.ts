/** Whatever somebody takes away, a piece of time in which it was written is not verified. */
import { expect, test } from "vitest";
import type { AuditRecord } from "../../src/event/index.ts";
import { createExaminer } from "../../src/verify/examine.ts";
import { examineBlock } from "../../src/verify/examine-block.ts";
import { createNodeCrypto } from "../../src/verify/node-crypto.ts";
import { reportOf } from "../../src/verify/report.ts";
import type { TimeWindow } from "../../src/verify/time-window.ts";
import { createVerification } from "../../src/verify/verification.ts";
import {
  createSeconds,
  createStreamWriter,
  keyOfTest,
  type StreamWriter,
} from "../support/fixed-stream.ts";
import { STREAMS } from "../support/sealed-journal.ts";

const crypto = createNodeCrypto();
const examiner = createExaminer(crypto);
const result = { kind: "result", action: "pause", body: { note: "x" } };

/** A stream that was begun, and has a checkpoint behind each of these numbers of results. */
function begun(stream: string, counts: readonly number[], nextTime: () => string): StreamWriter {
  const writer = createStreamWriter(stream, keyOfTest(0), nextTime);
  writer.add({ kind: "start", action: "stream_start" });
  writer.checkpoint("open");
  for (const count of counts) {
    for (let at = 0; at < count; at++) writer.add(result);
    writer.checkpoint("run");
  }
  return writer;
}
const recordsOf = ({ records }: StreamWriter): readonly AuditRecord[] =>
  records.map(({ record }) => record);

/** A stream, and one that adopted what had come up to the third checkpoint, and later: both whole. */
const { own, adopter } = (() => {
  const [A, B] = STREAMS;
  const nextTime = createSeconds();
  const a = begun(A, [1, 2, 3], nextTime);
  a.add(result);
  a.checkpoint("close");
  // As it was before its last two checkpoints, on a copy of its disk.
  const earlier = begun(A, [1, 2], createSeconds());
  earlier.add(result);
  earlier.add(result);
  const b = begun(B, [], nextTime);
  b.adopt(earlier);
  b.checkpoint("close");
  return { own: recordsOf(a), adopter: recordsOf(b) };
})();

const kindOf = ({ attributes }: AuditRecord): unknown => attributes["audit.record.kind"];
const timeOf = ({ attributes }: AuditRecord): number =>
  Date.parse(String(attributes["audit.time"]));

/** Of the stream, by its number. */
function recordAt(number: number): AuditRecord {
  const record = own[Math.min(Math.max(number, 1), own.length) - 1];
  if (record === undefined) throw new Error("no records");
  return record;
}

/** In a journal, or as views and their checkpoints. */
async function exitCodeOf(
  files: readonly (readonly AuditRecord[])[],
  { window, isView }: { readonly window: TimeWindow; readonly isView: boolean },
): Promise<number> {
  const verification = createVerification({ crypto, window, areCopiesExpected: isView });
  for (const [at, records] of files.entries()) {
    const parts = isView
      ? [
          { isView, records: records.filter((record) => kindOf(record) === "result") },
          { isView: false, records: records.filter((record) => kindOf(record) === "checkpoint") },
        ]
      : [{ isView, records }];
    for (const part of parts) {
      const read = part.records.map((record, line) => ({ record, line: line + 1, doubts: [] }));
      const block = { file: `${at}`, isView: part.isView, records: read, problems: [] };
      await verification.add(await examineBlock(block, examiner));
    }
  }
  return reportOf(verification.finish()).exitCode;
}

/** Every choice of one number or two. */
function* choices(): Generator<readonly number[]> {
  const numbers = own.map((_record, at) => at + 1);
  for (let mask = 1; mask < 1 << numbers.length; mask++) {
    const chosen = numbers.filter((number) => (mask >> (number - 1)) & 1);
    if (chosen.length <= 2) yield chosen;
  }
}

/** Pieces of time that hold the time of a record: it alone, and with its neighbours. */
function windowsAround(number: number): readonly TimeWindow[] {
  return [
    [number, number],
    [number - 1, number + 1],
    [number - 2, number],
    [number, number + 2],
  ].map(([first = 0, last = 0]) => ({
    since: timeOf(recordAt(first)),
    until: timeOf(recordAt(last)),
  }));
}

test.each([
  ["a journal", false, []],
  ["views", true, []],
  ["a journal, and before it that of a process that adopted a part", false, [adopter]],
  ["views, and before them those of a process that adopted a part", true, [adopter]],
] as const)("%s", async (_name, isView, before) => {
  const verified: string[] = [];
  for (const dropped of choices()) {
    const left = own.filter((_record, at) => !dropped.includes(at + 1));
    // What is behind all that is left may never have been: nobody can tell a cut end without an anchor.
    const lastShown = own.findLastIndex(
      (record, at) => !dropped.includes(at + 1) && (!isView || kindOf(record) === "checkpoint"),
    );
    const asked = dropped.filter(
      (number) => number <= lastShown && (!isView || kindOf(recordAt(number)) === "result"),
    );
    for (const number of asked) {
      for (const window of windowsAround(number)) {
        if ((await exitCodeOf([...before, left], { window, isView })) === 0)
          verified.push(
            `${dropped.join()} from ${new Date(window.since).toISOString()} to ${new Date(window.until).toISOString()}`,
          );
      }
    }
  }
  expect(verified).toEqual([]);
});
