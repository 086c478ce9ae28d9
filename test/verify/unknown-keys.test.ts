/** Keys of lines that nobody here knows: counted, and no more of them kept than anybody reads. */
import { expect, test } from "vitest";
import { STREAMS } from "../support/sealed-journal.ts";
import { createUnknownKeys } from "../../src/verify/unknown-keys.ts";

const [A, B] = STREAMS;
const place = { file: "f", line: 7 };

/** The ends of the sentences, and how many records they are of. */
function said(
  seen: readonly (readonly [stream: string, keys: readonly string[]])[],
): readonly (readonly [string, string | undefined, number | undefined])[] {
  const unknown = createUnknownKeys();
  for (const [at, [stream, keys]] of seen.entries())
    unknown.see(keys, { stream, sequence: at + 1, place });
  const found: (readonly [string, string | undefined, number | undefined])[] = [];
  unknown.finish((code, { message, record, count, file, line }) => {
    expect([code, file, line]).toEqual(["format_unsupported", "f", 7]);
    found.push([message.replace(/^.* does not know /, ""), record, count]);
  });
  return found;
}

const many = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, at) => `k${at}`);

test("each key once for each stream, with the first record that has it", () => {
  expect(
    said([
      [A, ["x"]],
      [A, ["x", "y"]],
      [B, ["x"]],
    ]),
  ).toEqual([
    ['the key "x"', `${A}.1`, 2],
    ['the key "y"', `${A}.2`, undefined],
    ['the key "x"', `${B}.3`, undefined],
  ]);
});

test("64 keys are named, and the rest is one", () => {
  expect(said([[A, many(64)]])).toHaveLength(64);
  const all = said([
    [A, many(66)],
    [A, ["k1"]],
  ]);
  expect(all).toHaveLength(65);
  expect(all[1]).toEqual(['the key "k1"', `${A}.1`, 2]);
  expect(all[64]).toEqual(["many more keys", `${A}.1`, 2]);
});

test("of long keys the first 256 characters count", () => {
  const long = "x".repeat(256);
  expect(
    said([
      [A, [`${long}1`]],
      [A, [`${long}2`]],
    ]),
  ).toMatchObject([[expect.any(String), `${A}.1`, 2]]);
});
