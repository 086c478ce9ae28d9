/** Lines from the end of a journal, whatever their lengths are to the blocks that are read. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { linesBackward } from "../../src/journal/backward-lines.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const STREAM = "AaaaaaaaaaaaaaaA";
const BLOCK = 64 * 1024;

/** Lengths of lines in bytes: some are as long as a block, or two, give or take a few. */
const lengths = fc.array(
  fc.oneof(
    fc.integer({ min: 0, max: 200 }),
    fc.integer({ min: BLOCK - 3, max: BLOCK + 3 }),
    fc.integer({ min: 2 * BLOCK - 3, max: 2 * BLOCK + 3 }),
    fc.integer({ min: 0, max: 5 * BLOCK }),
  ),
  { maxLength: 12 },
);

test("they are those of the files, the newest first, each with the place where it begins", () => {
  const directory = temporaryDirectory();
  const folder = join(directory, "journal", STREAM);
  mkdirSync(folder, { recursive: true });
  fc.assert(
    fc.property(fc.array(lengths, { minLength: 1, maxLength: 3 }), fc.nat(BLOCK), (all, torn) => {
      const expected: unknown[] = [];
      for (const [at, segment] of [[], [], []].map(
        (none, of) => [of + 1, all[of] ?? none] as const,
      )) {
        let offset = 0;
        let text = "";
        for (const [number, length] of segment.entries()) {
          // Three bytes a character now and then, so that blocks cut them.
          const line = (number % 2 === 0 ? "€".repeat(length / 3) : "").padEnd(
            length % 7,
            `${number}`,
          );
          if (line !== "") expected.unshift({ text: line, start: { segment: at, offset } });
          text += `${line}\n`;
          offset = Buffer.byteLength(text);
        }
        writeFileSync(join(folder, `${at}.jsonl`), text + "x".repeat(torn));
      }
      expect([...linesBackward(directory, STREAM)]).toEqual(expected);
    }),
    { numRuns: 60 },
  );
});
