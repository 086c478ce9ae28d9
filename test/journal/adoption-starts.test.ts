/** What a start costs in a directory of many streams, and services that start there. */
import fs, { mkdirSync, readFileSync, rmSync, utimesSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { join } from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { newId } from "../../src/event/index.ts";
import { lookForDeadStreams } from "../../src/journal/adoption-look.ts";
import { expectAdopted, notesOf, rootOver, streamRecords } from "../support/adopted.ts";
import { type Program, startProgram } from "../support/program.ts";
import { killed, sealedStream, segmentPath, succeed } from "../support/successor.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

/** Looks in this thread, where what is read can be counted. */
async function lookIn(directory: string): Promise<{ isComplete: boolean; opened: number }> {
  const opening = vi.spyOn(fs, "openSync");
  syncBuiltinESMExports();
  try {
    const isComplete = await lookForDeadStreams({
      directory,
      ownStream: newId(),
      adopt: () => Promise.reject(new Error("there is nothing to adopt")),
      report: (line) => expect.unreachable(line),
    });
    return { isComplete, opened: opening.mock.calls.length };
  } finally {
    opening.mockRestore();
    syncBuiltinESMExports();
  }
}

/** A stream that was closed. */
function closedStream(directory: string, records: number): string {
  const { stream, sealer, record, save } = sealedStream(directory);
  record(records);
  void sealer.close();
  save();
  return stream;
}

describe("a directory of closed streams", () => {
  const STREAMS = 2000;
  test(`each of ${STREAMS} is opened once, and never again`, async () => {
    const directory = temporaryDirectory();
    mkdirSync(join(directory, "state"));
    const streams = Array.from({ length: STREAMS }, () => closedStream(directory, 3));
    const first = await lookIn(directory);
    // The file that remembers them is made, with its directory synced.
    expect(first).toEqual({ isComplete: true, opened: STREAMS + 2 });
    expect(await lookIn(directory)).toEqual({ isComplete: true, opened: 0 });
    rmSync(join(directory, "journal", streams[0] ?? ""), { recursive: true });
    closedStream(directory, 3);
    expect(await lookIn(directory)).toEqual({ isComplete: true, opened: 1 + 2 });
    const state = readFileSync(join(directory, "state", "adopted.json"), "utf8");
    expect(state).not.toContain(streams[0]);
    expect((JSON.parse(state) as { streams: string[] }).streams).toHaveLength(STREAMS);
  });
  test("one of many records is not read whole", async () => {
    const directory = temporaryDirectory();
    mkdirSync(join(directory, "state"));
    const reading = vi.spyOn(fs, "readSync");
    closedStream(directory, 3000);
    await lookIn(directory);
    expect(reading.mock.calls.length).toBe(1);
    reading.mockRestore();
    syncBuiltinESMExports();
  });
});

describe("a stream whose lock was never taken", () => {
  test.for([
    { name: "was written just now: its process may be starting", ageMillis: 0, notes: 0 },
    { name: "was written minutes ago: is adopted", ageMillis: 600_000, notes: 1 },
  ])("$name", async ({ ageMillis, notes }) => {
    const directory = temporaryDirectory();
    const stream = await killed(directory, 1, 1);
    rmSync(join(directory, "state"), { recursive: true });
    const time = new Date(Date.now() - ageMillis);
    utimesSync(segmentPath(directory, stream), time, time);
    expect(notesOf((await succeed(directory)).records, stream)).toHaveLength(notes);
  });
});

test("a stream that may only be starting is looked at once more", async () => {
  const directory = temporaryDirectory();
  const stream = await killed(directory, 1, 1);
  rmSync(join(directory, "state"), { recursive: true });
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  onTestFinished(() => void vi.useRealTimers());
  const looked = succeed(directory);
  await vi.advanceTimersByTimeAsync(0);
  const successor = await looked;
  expect(successor.records).toEqual([]);
  const old = new Date(Date.now() - 600_000);
  utimesSync(segmentPath(directory, stream), old, old);
  await vi.advanceTimersByTimeAsync(70_000);
  await successor.looked();
  expect(notesOf(successor.records, stream)).toHaveLength(1);
});

test("a process that lives is left alone, and adopted when it has died", async () => {
  const directory = temporaryDirectory();
  const program = await startProgram("test/journal/programs/killed.ts", {
    args: [directory, "1", "1"],
    ready: /stream (\S+) is written/,
  });
  expect((await succeed(directory)).records).toEqual([]);
  await program.end("SIGKILL");
  expect((await succeed(directory)).records).toHaveLength(1);
});

describe("services that open", () => {
  const open = (directory: string, streams: number, kills = ""): Promise<Program> =>
    startProgram("test/journal/programs/successor.ts", {
      args: [directory, `${streams}`, ...(kills === "" ? [] : [kills])],
      ready: /stream (\S+) is open/,
    });

  test("two at once: one of them adopts, and seals that it did", async () => {
    const directory = temporaryDirectory();
    const stream = await killed(directory, 2, 400);
    const successors = await Promise.all([open(directory, 1), open(directory, 1)]);
    await Promise.all(successors.map(({ ended }) => ended));
    const records = streamRecords(directory, stream);
    const adopters = successors.flatMap(({ ready }) => {
      const own = streamRecords(directory, ready);
      const notes = notesOf(own, stream);
      return notes.length === 0 ? [] : [{ stream: ready, own, notes }];
    });
    expect(adopters).toHaveLength(1);
    for (const { stream: adopter, own, notes } of adopters) {
      expectAdopted(notes, { records, stream, adopter, size: records.length });
      const last = notesOf(own, adopter).at(-1)?.checkpoint;
      expect(last).toMatchObject({ state: "close", size: own.length - 1 });
      expect(Buffer.from(last?.root ?? []).toString("base64")).toBe(rootOver(own, own.length - 1));
    }
  });

  test("one that is killed while it adopts: the next adopts both", async () => {
    const directory = temporaryDirectory();
    const stream = await killed(directory, 2, 800);
    const first = await open(directory, Infinity, "2");
    await first.ended;
    expect(notesOf(streamRecords(directory, first.ready), stream)).toHaveLength(2);
    const second = await open(directory, 2);
    await second.ended;
    const own = streamRecords(directory, second.ready);
    for (const dead of [stream, first.ready]) {
      const records = streamRecords(directory, dead);
      expectAdopted(notesOf(own, dead), {
        records,
        stream: dead,
        adopter: second.ready,
        size: records.length,
      });
    }
  });
});
