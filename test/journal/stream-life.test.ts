/** The lock that says that a stream is being written. */
import { readdirSync, readlinkSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { newId } from "../../src/event/index.ts";
import { streamDirectory, streamLockFile } from "../../src/format/index.ts";
import { openJournal } from "../../src/journal/index.ts";
import { holdStream } from "../../src/journal/stream-life.ts";
import { tryLockFile } from "../../src/lib/file-lock.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import { PATIENCE } from "../support/patience.ts";

/** Whoever asks for a file in it is told ELOOP, root too; gives what repairs it. */
function makeUnreachable(directory: string): () => void {
  renameSync(directory, `${directory}.away`);
  symlinkSync(directory, directory);
  return () => {
    rmSync(directory);
    renameSync(`${directory}.away`, directory);
  };
}

function isHeld(lockPath: string): boolean {
  const lock = tryLockFile(lockPath);
  lock?.release();
  return lock === null;
}

/** Descriptors of lock files of a directory, whatever their names are now. */
function locksOpen(directory: string): number {
  return readdirSync("/proc/self/fd").filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).startsWith(directory);
    } catch {
      return false; // The descriptor of this listing.
    }
  }).length;
}

test("a lock that nobody can look at counts as held: nothing is thrown, and it is looked at again", () => {
  const lockPath = streamLockFile(temporaryDirectory(), newId());
  const hold = holdStream(lockPath);
  onTestFinished(hold.release);
  const repair = makeUnreachable(dirname(lockPath));
  hold.renew();
  repair();
  expect(isHeld(lockPath)).toBe(true);
  rmSync(lockPath);
  hold.renew();
  expect(isHeld(lockPath)).toBe(true);
});

test.skipIf(process.platform !== "linux")("a lock that was taken away is let go", () => {
  const directory = temporaryDirectory();
  const lockPath = streamLockFile(directory, newId());
  const hold = holdStream(lockPath);
  onTestFinished(hold.release);
  const before = locksOpen(directory);
  for (let round = 0; round < 5; round++) {
    rmSync(lockPath);
    hold.renew();
  }
  expect(locksOpen(directory)).toBe(before);
  hold.release();
  expect(locksOpen(directory)).toBe(0);
});

test("a lock that cannot be looked at for a while ends no sync thread", async () => {
  const directory = temporaryDirectory();
  const stream = newId();
  const said: string[] = [];
  const journal = openJournal({ directory, stream, report: (line) => void said.push(line) });
  onTestFinished(journal.close);
  journal.append("{}");
  await journal.synced();
  const repair = makeUnreachable(join(directory, "state"));
  // What the thread finds by itself says that it has looked.
  rmSync(join(streamDirectory(directory, stream), "1.jsonl"));
  await vi.waitFor(() => expect(said).not.toEqual([]), PATIENCE);
  journal.append("{}");
  await journal.synced();
  repair();
  expect(said).toEqual([expect.stringContaining("1.jsonl was deleted by somebody else")]);
  expect(isHeld(streamLockFile(directory, stream))).toBe(true);
});
