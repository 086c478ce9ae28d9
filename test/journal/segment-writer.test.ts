/** The writer of segments alone, where a disk or somebody else stops it half way. */
import {
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { INVALID_SPAN_CONTEXT } from "@opentelemetry/api";
import { expect, onTestFinished, test } from "vitest";
import { newId } from "../../src/event/index.ts";
import {
  encodeJsonLine,
  listSegments,
  purgedFile,
  streamDirectory,
} from "../../src/format/index.ts";
import { type ClosedSegment, createClosedSegments } from "../../src/journal/closed-segments.ts";
import { findCut } from "../../src/journal/cut-segment.ts";
import { createJournalProcessor, openJournal } from "../../src/journal/index.ts";
import { copySegment } from "../../src/journal/restore-segment.ts";
import { careFor, type SegmentFacts } from "../../src/journal/segment-care.ts";
import { createSegmentMending } from "../../src/journal/segment-mending.ts";
import { openSegmentWriter, type SegmentWriter } from "../../src/journal/segment-writer.ts";
import { createSystemClock } from "../../src/lib/clock.ts";
import { skipLoudly } from "../support/fault-row.ts";
import { resultRecord } from "../support/records.ts";
import { fill, smallDisk } from "../support/small-disk.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

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

test("a copy that somebody took away is not put in the place of what it was of", () => {
  const { writer, current, write } = open(temporaryDirectory());
  write(1);
  const { fd, path, name } = current();
  rmSync(path);
  const copy = copySegment({ fd, path, name });
  rmSync(copy.path);
  expect(() => writer.mend({ fd, change: "deleted", copy })).toThrow("ENOENT");
  const short = copySegment({ fd, path, name });
  truncateSync(short.path, 1);
  expect(() => writer.mend({ fd, change: "deleted", copy: short })).toThrow("has 1 bytes");
  writer.mend({ fd, change: "deleted", copy: copySegment({ fd, path, name }) });
  expect(readFileSync(path, "utf8")).toContain('"sequence":1,');
});

test("what could not be told yet is told behind the next record that can be written", async (context) => {
  const disk = smallDisk("16m");
  if (disk === undefined) return skipLoudly(context, "gap records on a full disk");
  const said: string[] = [];
  const report = (line: string): void => void said.push(line);
  const stream = newId();
  const journal = openJournal({ directory: join(disk, "audit"), stream, reserveBytes: 0, report });
  onTestFinished(journal.close);
  const clock = createSystemClock();
  const processor = createJournalProcessor({ journal, clock, report, service: "", resource: {} });
  const filler = fill(disk);
  const lost = { file: "journal/x/1.jsonl", from: 3, to: 4, count: 2 };
  const path = join(disk, "audit", "journal", stream, "1.jsonl");
  // What room there is in the last page of the file is used up too.
  const { attributes, body } = resultRecord(stream, 1);
  const emit = (): void =>
    processor.onEmit({ attributes: { ...attributes }, body, spanContext: INVALID_SPAN_CONTEXT });
  expect(() => {
    for (;;) emit();
  }).toThrow("ENOSPC");
  processor.noteGap({ kind: "lost", lost, why: "taken away" });
  processor.noteGap({ kind: "unconfirmed", count: 7, why: "EIO" });
  const gapsIn = (): readonly string[] =>
    readFileSync(path, "utf8")
      .split("\n")
      .filter((line) => line.includes('"kind":"gap"'));
  expect(gapsIn()).toEqual([]);
  filler.free();
  emit();
  expect(gapsIn()).toEqual([
    expect.stringContaining('"error":"taken away"'),
    expect.stringContaining("records_unconfirmed"),
    expect.stringContaining("ENOSPC"),
  ]);
});

test("the oldest segments are missed too, unless retention says that it deleted them", () => {
  const directory = temporaryDirectory();
  const stream = newId();
  const closed = createClosedSegments(directory, stream);
  const segment = (number: number): ClosedSegment => {
    const file = `journal/${stream}/${number}.jsonl`;
    return { number, file, from: number, to: number, count: 1 };
  };
  for (const number of [1, 2, 3]) closed.add(segment(number));
  mkdirSync(dirname(purgedFile(directory)));
  writeFileSync(purgedFile(directory), JSON.stringify({ [stream]: 1 }));
  expect(closed.takeMissing().map(({ file }) => file)).toEqual([segment(2).file, segment(3).file]);
  expect(closed.takeMissing()).toEqual([]);
});

test("segments that cannot be looked for now are not told as lost, but looked for again", () => {
  const directory = temporaryDirectory();
  const stream = newId();
  const closed = createClosedSegments(directory, stream);
  const file = `journal/${stream}/1.jsonl`;
  mkdirSync(join(directory, dirname(file)), { recursive: true });
  writeFileSync(join(directory, file), "{}\n");
  closed.add({ number: 1, file, from: 1, to: 1, count: 1 });
  const journal = join(directory, "journal");
  renameSync(journal, `${journal}.away`);
  // Whoever asks for a file in it is told ELOOP, root too.
  symlinkSync(journal, journal);
  expect(closed.takeMissing()).toEqual([]);
  rmSync(journal);
  renameSync(`${journal}.away`, journal);
  expect(closed.takeMissing()).toEqual([]);
  rmSync(join(directory, file));
  expect(closed.takeMissing()).toHaveLength(1);
});

test("as long as nobody can tell what retention deleted, nothing is told as lost", () => {
  const directory = temporaryDirectory();
  const stream = newId();
  const closed = createClosedSegments(directory, stream);
  for (const number of [1, 2]) {
    const file = `journal/${stream}/${number}.jsonl`;
    closed.add({ number, file, from: number, to: number, count: 1 });
  }
  mkdirSync(dirname(purgedFile(directory)));
  symlinkSync(purgedFile(directory), purgedFile(directory));
  expect(closed.takeMissing()).toEqual([]);
  rmSync(purgedFile(directory));
  writeFileSync(purgedFile(directory), JSON.stringify({ [stream]: 1 }));
  expect(closed.takeMissing().map(({ from }) => from)).toEqual([2]);
});

test("a disk that cannot sync gets a new segment for what was written, and then few that are empty", () => {
  const directory = temporaryDirectory();
  const stream = newId();
  let millis = 0;
  const nowMillis = (): number => millis;
  const writer = openSegmentWriter({
    directory,
    stream,
    maxBytes: 1e6,
    maxAgeMillis: 1e9,
    nowMillis,
    report: () => {},
    foundForeign: () => {},
    began: () => {},
  });
  onTestFinished(writer.close);
  const mending = createSegmentMending({ writer, noteChange: () => {}, nowMillis });
  const sizes = (): readonly number[] =>
    listSegments(directory, stream).map(
      (number) => statSync(join(streamDirectory(directory, stream), `${number}.jsonl`)).size,
    );
  const fail = (seconds: number): void => {
    for (let second = 0; second < seconds; second++) {
      millis += 1000;
      mending.conclude({ error: "EIO", settled: [] });
    }
  };
  writer.appendLine(Buffer.from("{}\n"));
  fail(1);
  expect(sizes()).toEqual([3, 0]);
  fail(600);
  // After 1, 2, 4, 8, 16 and 32 s, and then one a minute: the segment itself may be what is broken.
  expect(sizes().length).toBeLessThan(20);
  const before = sizes().length;
  writer.appendLine(Buffer.from("{}\n"));
  fail(1);
  expect(sizes().slice(before - 1)).toEqual([3, 0]);
});
