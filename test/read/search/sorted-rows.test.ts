/** Rows in an order: the same whether memory holds them or a file. */
import { readdirSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { before } from "../../../src/read/search/order.ts";
import { createSortedRows, type SortedRow } from "../../../src/read/search/sorted-rows.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const ORDERS = ["newest", "oldest", "read"] as const;
const row = fc.record({
  time: fc.constantFrom("2026-10-01T09:00:00.000000Z", "2026-10-02T09:00:00.000000Z", "2026-10-03"),
  stream: fc.constantFrom("a", "b", "c\td", "\u2028"),
  sequence: fc.nat(5),
  text: fc.string({ unit: "grapheme", maxLength: 40 }).map((text) => JSON.stringify({ text })),
});

test("as if memory held them all: any order, any limit, however often something is put by", async () => {
  const directory = temporaryDirectory();
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(row, { maxLength: 30 }), { maxLength: 12 }),
      fc.constantFrom(...ORDERS),
      fc.option(fc.nat(100), { nil: undefined }),
      fc.nat(200),
      async (parts, order, limit, heldChars) => {
        const sorted = createSortedRows({ order, limit, directory, heldChars });
        for (const part of parts) {
          part.forEach(sorted.add);
          await sorted.makeRoom();
        }
        const all: SortedRow[] = parts.flat();
        if (order !== "read") all.sort(before(order));
        expect([...sorted.end()]).toEqual(all.slice(0, limit));
      },
    ),
  );
  expect(readdirSync(directory)).toEqual([]);
});

test("pieces of many batches are merged", async () => {
  const directory = temporaryDirectory();
  const sorted = createSortedRows({ order: "oldest", directory, heldChars: 1_000_000 });
  const count = 30_000;
  for (let at = 0; at < count; at++) {
    // Each piece reaches over the whole time.
    const sequence = (at * 7919) % count;
    sorted.add({ time: "", stream: "s", sequence, text: `"${"é".repeat(at % 200)}"` });
    if (at % 100 === 0) await sorted.makeRoom();
  }
  const sequences = Array.from(sorted.end(), ({ sequence }) => sequence);
  expect(sequences).toEqual(Array.from({ length: count }, (_, at) => at));
});

test("without a directory memory holds everything", async () => {
  const sorted = createSortedRows({ order: "read", heldChars: 1 });
  const text = JSON.stringify("x".repeat(100));
  sorted.add({ time: "", stream: "s", sequence: 1, text });
  await sorted.makeRoom();
  expect([...sorted.end()]).toHaveLength(1);
});

test("no room is an error that says what to do, and loses nothing that was there", async () => {
  const sorted = createSortedRows({ order: "read", heldChars: 1, directory: "/dev/null/no" });
  sorted.add({ time: "", stream: "s", sequence: 1, text: '"xyz"' });
  await expect(sorted.makeRoom()).rejects.toThrow(
    /^cannot put by in \/dev\/null\/no .*TMPDIR.*otel-audit export/,
  );
  expect([...sorted.end()]).toHaveLength(1);
});
