/** A disk that works again while nobody records. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { INVALID_SPAN_CONTEXT } from "@opentelemetry/api";
import { expect, onTestFinished, test, type TestContext, vi } from "vitest";
import { newId } from "../../src/event/index.ts";
import {
  createJournalProcessor,
  type Journal,
  type JournalProcessor,
  openJournal,
} from "../../src/journal/index.ts";
import { createSystemClock } from "../../src/lib/clock.ts";
import { skipLoudly } from "../support/fault-row.ts";
import { resultRecord } from "../support/records.ts";
import { fill, smallDisk } from "../support/small-disk.ts";
import { PATIENCE } from "../support/patience.ts";

interface FullDisk {
  readonly journal: Journal;
  readonly processor: JournalProcessor;
  /** Kinds of the records in the file. */
  readonly kinds: () => readonly unknown[];
  readonly emit: (kind: "start" | "result" | "intent") => void;
  readonly bytes: () => number;
  readonly free: () => void;
}

/** A journal with one record, on a disk that has no room for a second one. */
function fullDisk(context: TestContext): FullDisk | undefined {
  const disk = smallDisk("16m");
  if (disk === undefined) {
    skipLoudly(context, "a disk that works again while nobody records");
    return undefined;
  }
  const report = (): void => {};
  const stream = newId();
  const journal = openJournal({ directory: join(disk, "audit"), stream, reserveBytes: 0, report });
  onTestFinished(journal.close);
  const clock = createSystemClock();
  const processor = createJournalProcessor({ journal, clock, report, service: "", resource: {} });
  const path = join(disk, "audit", "journal", stream, "1.jsonl");
  const text = (): string => readFileSync(path, "utf8");
  const { attributes, body } = resultRecord(stream, 1);
  const spanContext = INVALID_SPAN_CONTEXT;
  const emit: FullDisk["emit"] = (kind) =>
    processor.onEmit({
      attributes: { ...attributes, "audit.record.kind": kind },
      // More than the last page of the file has left.
      body: { ...body, note: "x".repeat(5000) },
      spanContext,
    });
  processor.onEmit({ attributes: { ...attributes }, body, spanContext });
  const { free } = fill(disk);
  return {
    journal,
    processor,
    emit,
    free,
    bytes: () => text().length,
    kinds: () =>
      text()
        .trimEnd()
        .split("\n")
        .map((line) => /"kind":"(\w+)"/.exec(line)?.[1]),
  };
}

test("the gap record is written, and health is what it was", async (context) => {
  const disk = fullDisk(context);
  if (disk === undefined) return;
  const { processor, emit, kinds, free } = disk;
  expect(() => emit("result")).toThrow("ENOSPC");
  expect(processor.counts().lost).toBe(1);
  expect(processor.counts().failing).toContain("ENOSPC");
  free();
  await vi.waitFor(() => expect(processor.counts().failing).toBe(undefined), PATIENCE);
  expect(kinds()).toEqual(["result", "gap"]);
  expect(processor.counts()).toMatchObject({ recorded: 2, written: 2, lost: 1 });
});

test("the start record is written", async (context) => {
  const disk = fullDisk(context);
  if (disk === undefined) return;
  const { processor, emit, kinds, free } = disk;
  expect(() => emit("start")).toThrow("ENOSPC");
  free();
  await vi.waitFor(() => expect(processor.counts().failing).toBe(undefined), PATIENCE);
  expect(kinds()).toEqual(["result", "start"]);
});

test("after a refused intent, which leaves nothing to write, nothing is written", async (context) => {
  const disk = fullDisk(context);
  if (disk === undefined) return;
  const { journal, processor, emit, kinds, bytes, free } = disk;
  const before = bytes();
  expect(() => emit("intent")).toThrow("ENOSPC");
  expect(() => journal.probe?.()).toThrow("ENOSPC");
  expect(bytes()).toBe(before);
  free();
  await vi.waitFor(() => expect(processor.counts().failing).toBe(undefined), PATIENCE);
  expect(bytes()).toBe(before);
  emit("result");
  expect(kinds()).toEqual(["result", "result"]);
});
