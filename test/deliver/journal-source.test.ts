import { appendFileSync, mkdirSync, rmSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { createJournalSource } from "../../src/deliver/index.ts";
import { encodeJsonLine } from "../../src/format/index.ts";
import { resultRecord } from "../support/records.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const STREAM = "AaaaaaaaaaaaaaaA";
const OTHER = "BbbbbbbbbbbbbbbB";

/** Nobody writes to it, and nobody has for longer than a writer needs to take its lock. */
function writeDeadStream(directory: string, stream: string, sequence: number): void {
  mkdirSync(join(directory, "journal", stream), { recursive: true });
  const segment = join(directory, "journal", stream, "1.jsonl");
  appendFileSync(segment, `${encodeJsonLine(resultRecord(stream, sequence))}\n`);
  const longAgo = new Date(Date.now() - 3_600_000);
  utimesSync(segment, longAgo, longAgo);
}

type Source = ReturnType<typeof createJournalSource>;

function openSource(directory: string): Source {
  const source = createJournalSource({ directory, host: "sink", report: () => {} });
  onTestFinished(() => source.letGo());
  return source;
}

/** What a shipper does, with a receiver that takes everything. */
async function shipAll(source: Source): Promise<readonly string[]> {
  const taken: string[] = [];
  expect(source.hold()).toBe(true);
  for (const stream of source.streams()) {
    for (let batch = await source.read(stream, 1024); batch !== undefined;) {
      expect(source.settle(batch, { settled: batch.items.length, refused: [] })).toBe(true);
      taken.push(...batch.items.map(({ id }) => id));
      batch = await source.read(stream, 1024);
    }
  }
  return taken;
}

test("a stream that was taken for dead and goes on is shipped on", async () => {
  const directory = temporaryDirectory();
  writeDeadStream(directory, STREAM, 1);
  writeDeadStream(directory, OTHER, 1);
  const source = openSource(directory);
  expect(await shipAll(source)).toEqual([`${STREAM}.1`, `${OTHER}.1`]);
  expect(source.streams()).toEqual([]);
  writeDeadStream(directory, STREAM, 2);
  expect(source.streams()).toEqual([STREAM]);
  expect(source.backlog().records).toBe(1);
  expect(await shipAll(source)).toEqual([`${STREAM}.2`]);
  expect(source.streams()).toEqual([]);
});

test.each([
  ["is held", () => {}],
  ["was let go", (source: Source) => source.letGo()],
])("state/ that is deleted while the lock %s: everything is shipped again", async (_, before) => {
  const directory = temporaryDirectory();
  writeDeadStream(directory, STREAM, 1);
  const source = openSource(directory);
  await shipAll(source);
  expect(source.streams()).toEqual([]);
  before(source);
  rmSync(join(directory, "state"), { recursive: true });
  expect(await shipAll(source)).toEqual([`${STREAM}.1`]);
});
