/** What is read of lines that a kill, a full disk or another writer has torn. */
import { appendFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { filesToSend } from "../../src/cli/resend-files.ts";
import { createResendReader } from "../../src/cli/resend-reader.ts";
import { resultRecord } from "../support/records.ts";
import { otlpRequest } from "../support/stored-forms.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const STREAM = "AbCdEfGhIjKlMnOp";
const EVERYTHING = {
  since: -Infinity,
  until: Infinity,
  stream: undefined,
  fromSequence: 0,
  toSequence: Infinity,
};

async function sequencesIn(file: string): Promise<readonly number[]> {
  const reader = createResendReader({
    range: EVERYTHING,
    isTaken: () => false,
    onProblem() {},
    onMissed() {},
    warn() {},
  });
  const found: number[] = [];
  for (const group of (await filesToSend([file])).groups)
    for await (const items of reader.read(group)) found.push(...items.map((item) => item.sequence));
  return found;
}

test("no whole request is lost before, behind or between torn ones", async () => {
  const directory = temporaryDirectory();
  let files = 0;
  const piece = fc.record({
    size: fc.integer({ min: 1, max: 4 }),
    /** Part of a request that was written before it, and cut. */
    tornBefore: fc.option(fc.double({ min: 0.01, max: 0.99, noNaN: true })),
    isGlued: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(piece, { minLength: 1, maxLength: 8 }),
      fc.option(fc.double({ min: 0.01, max: 0.99, noNaN: true })),
      async (pieces, tornEnd) => {
        let next = 1;
        let text = "";
        const requestOf = (size: number): string =>
          otlpRequest(Array.from({ length: size }, (_, at) => resultRecord(STREAM, next + at)));
        for (const { size, tornBefore, isGlued } of pieces) {
          const request = requestOf(size);
          if (tornBefore !== null) {
            text += request.slice(0, Math.max(1, Math.floor(request.length * tornBefore)));
            // Torn behind a whole one in the same line: prepare, or the next start, ends the line.
            text += isGlued ? "" : "\n";
          }
          text += request + (isGlued && tornBefore === null ? "" : "\n");
          next += size;
        }
        const last = requestOf(3);
        if (tornEnd !== null) text += last.slice(0, Math.max(1, Math.floor(last.length * tornEnd)));
        const file = join(directory, `${++files}.jsonl`);
        writeFileSync(file, text);
        const expected = Array.from({ length: next - 1 }, (_, at) => at + 1);
        expect(await sequencesIn(file)).toEqual(expected);
      },
    ),
    { numRuns: 300 },
  );
});

test("what was written and rotated behind the reader is read in a second round, and not a third", async () => {
  const directory = temporaryDirectory();
  const now = join(directory, "audit.jsonl");
  const numbers = (from: number, to: number): readonly number[] =>
    Array.from({ length: to - from + 1 }, (_, at) => from + at);
  const requestOf = (from: number, to: number): string =>
    `${otlpRequest(numbers(from, to).map((number) => resultRecord(STREAM, number)))}\n`;
  const cut = requestOf(4, 6);
  writeFileSync(now, `${requestOf(1, 3)}${cut.slice(0, 100)}`);
  const problems: string[] = [];
  const reader = createResendReader({
    range: EVERYTHING,
    isTaken: () => false,
    onProblem: ({ file, line }) => problems.push(`${file}:${line}`),
    onMissed: (file) => expect.unreachable(file),
    warn() {},
  });
  const found: number[] = [];
  let rotations = 0;
  for (const group of (await filesToSend([directory])).groups) {
    for await (const items of reader.read(group)) {
      found.push(...items.map((item) => item.sequence));
      // While something is in hand: the reader goes on behind it.
      rotations++;
      const rest = rotations === 1 ? `${cut.slice(100)}no record\n` : requestOf(20, 20);
      appendFileSync(now, rest);
      renameSync(now, join(directory, `audit-2026-11-21T10-00-0${rotations}.000-size.jsonl`));
      writeFileSync(now, requestOf(rotations * 7, rotations * 7 + 2));
    }
  }
  expect(rotations).toBeGreaterThan(2);
  // What the second list has, with what comes to it before its turn; not what comes after.
  expect(found).toEqual([...numbers(1, 9), 20]);
  const rotated = join(directory, "audit-2026-11-21T10-00-01.000-size.jsonl");
  expect(problems.at(-1)).toBe(`${rotated}:3`);
});
