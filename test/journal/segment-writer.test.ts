/** The writer of segments alone, where a disk or somebody else stops it half way. */
import { closeSync, openSync, readFileSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { newId } from "../../src/event/index.ts";
import { encodeJsonLine } from "../../src/format/index.ts";
import { findCut } from "../../src/journal/cut-segment.ts";
import { careFor, type SegmentFacts } from "../../src/journal/segment-care.ts";
import { openSegmentWriter, type SegmentWriter } from "../../src/journal/segment-writer.ts";
import { skipLoudly } from "../support/fault-row.ts";
import { resultRecord } from "../support/records.ts";
import { fill, smallDisk } from "../support/small-disk.ts";

interface Opened {
  readonly writer: SegmentWriter;
  readonly current: () => SegmentFacts;
  readonly write: (sequence: number) => void;
  readonly textOf: (number: number) => string;
}

function open(directory: string): Opened {
  const stream = newId();
  const writer = openSegmentWriter({
    directory,
    stream,
    maxBytes: 1e6,
    maxAgeMillis: 1e6,
    nowMillis: () => performance.now(),
    report: () => {},
    foundForeign: () => {},
    began: () => {},
  });
  onTestFinished(writer.close);
  return {
    writer,
    current() {
      const { current } = writer.unconfirmed();
      if (current === undefined) throw new Error("nothing is written");
      return current;
    },
    write: (sequence) =>
      writer.appendLine(Buffer.from(`${encodeJsonLine(resultRecord(stream, sequence))}\n`)),
    textOf: (number) => readFileSync(join(directory, "journal", stream, `${number}.jsonl`), "utf8"),
  };
}

test("cut while the disk is full: it is told, and what stands behind the cut is copied before the next line", (context) => {
  const disk = smallDisk("16m");
  if (disk === undefined) return skipLoudly(context, "cut while the disk is full");
  const { writer, current, write, textOf } = open(join(disk, "audit"));
  for (const sequence of [1, 2, 3]) write(sequence);
  const { path } = current();
  truncateSync(path, textOf(1).indexOf("\n") + 1);
  for (const sequence of [4, 5]) write(sequence);
  const behind = textOf(1).slice(textOf(1).indexOf("\n") + 1);
  const { fd } = current();
  const filler = fill(disk);
  const mended = writer.mend({ fd, change: "truncated", cut: findCut(current()) });
  expect(mended?.change).toMatchObject({ change: "truncated" });
  expect(mended?.lost).toMatchObject({ from: 2, to: 3, count: 2 });
  expect(textOf(2)).toBe("");
  expect(() => write(6)).toThrow("ENOSPC");
  filler.free();
  write(6);
  expect(textOf(2).startsWith(behind)).toBe(true);
  expect(textOf(2).split("\n")).toHaveLength(4);
  expect(current()).toMatchObject({ first: 4, count: 3 });
});

test("an earlier segment that cannot be synced is done with when its bytes were durable before", () => {
  // A device has nothing to sync, and says so.
  const fd = openSync("/dev/null", "r");
  onTestFinished(() => closeSync(fd));
  const dead = { fd, path: "", name: "1.jsonl", inode: undefined, size: 1, first: 1, count: 1 };
  const first = careFor({ current: undefined, older: [dead] });
  expect(first).toMatchObject({ settled: [], unsynced: [fd] });
  expect(first.olderError).toContain("1.jsonl: EINVAL");
  const later = careFor({ current: undefined, older: [{ ...dead, mayFail: true }] });
  expect(later.settled).toEqual([{ fd }]);
  expect(later.olderError).toBe(undefined);
});
