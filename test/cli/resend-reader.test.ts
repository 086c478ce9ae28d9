/** What is read of lines that a kill, a full disk or another writer has torn. */
import { writeFileSync } from "node:fs";
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
