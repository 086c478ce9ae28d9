import { EventEmitter } from "node:events";
import { renameSync, rmSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { createGroupSync, type SyncTarget } from "../../src/journal/group-sync.ts";
import type { SyncAnswer, SyncRequest } from "../../src/journal/sync-messages.ts";
import { tryLockFile } from "../../src/lib/file-lock.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

/** What the next thread does; a real one cannot be made to die on demand in the middle of a sync. */
let start: (
  onEnd: (why: string) => void,
  onMessage: (answer: SyncAnswer) => void,
) => object = () => ({});
vi.mock("../../src/lib/own-worker.ts", () => ({
  startOwnWorker: (options: {
    onEnd: (why: string) => void;
    onMessage: (answer: SyncAnswer) => void;
  }) => start(options.onEnd, options.onMessage),
}));

function target(): SyncTarget & { readonly said: string[]; readonly syncs: () => number } {
  const said: string[] = [];
  let syncs = 0;
  return {
    lockPath: join(temporaryDirectory(), "stream.lock"),
    directory: "",
    unconfirmed: () => ({ current: undefined, older: [] }),
    conclude() {
      syncs++;
      return { kind: "durable" };
    },
    idle() {},
    recovered() {},
    report: (line) => void said.push(line),
    said,
    syncs: () => syncs,
  };
}

test.each([
  [
    "dies while it is busy",
    (onEnd: (why: string) => void) =>
      Object.assign(new EventEmitter(), {
        ref() {},
        unref() {},
        postMessage: () => queueMicrotask(() => onEnd("killed")),
      }),
  ],
  [
    "cannot be started",
    (): never => {
      throw new Error("no threads left");
    },
  ],
])("when the sync thread %s, everybody is answered by the main thread", async (_name, begin) => {
  start = begin;
  const journal = target();
  const sync = createGroupSync(journal);
  for (let at = 0; at < 3; at++) {
    sync.request(true);
    await sync.wait();
  }
  expect(journal.syncs()).toBeGreaterThanOrEqual(3);
  expect(journal.said).toHaveLength(1);
  expect(journal.said[0]).toContain("the sync thread ended");
});

test("what nobody waits for is synced together, and what somebody waits for at once", async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const asked: SyncRequest[] = [];
  start = () => ({ ref() {}, unref() {}, postMessage: (ask: SyncRequest) => asked.push(ask) });
  const sync = createGroupSync(target());
  for (let at = 0; at < 100; at++) sync.request(true);
  expect(asked).toEqual([]);
  vi.runOnlyPendingTimers();
  expect(asked).toEqual([{ current: undefined, older: [], upTo: 100 }]);

  const other = createGroupSync(target());
  other.request(true);
  void other.wait();
  expect(asked).toHaveLength(2);
  expect(vi.getTimerCount()).toBe(0);
});

test("what does not count is synced like everything, and counted nowhere", async () => {
  start = () => {
    throw new Error("no threads left");
  };
  let isBroken = false;
  const told: number[] = [];
  const journal: SyncTarget = {
    ...target(),
    conclude: () => (isBroken ? { kind: "failed", why: "EIO" } : { kind: "durable" }),
    recovered: (count) => void told.push(count),
  };
  const sync = createGroupSync(journal);
  for (const isCounted of [true, false, true]) sync.request(isCounted);
  await sync.wait();
  expect([sync.confirmed(), sync.unconfirmed()]).toEqual([2, 0]);
  isBroken = true;
  for (const isCounted of [false, true, false]) sync.request(isCounted);
  await expect(sync.wait()).rejects.toThrow("EIO");
  expect([sync.confirmed(), sync.unconfirmed()]).toEqual([2, 1]);
  isBroken = false;
  await sync.wait();
  expect([sync.confirmed(), sync.unconfirmed(), ...told]).toEqual([2, 1, 1]);
  sync.close();
});

test("who changes the files with every sync is not waited for: at the third time it is an error", async () => {
  let asked = 0;
  start = (_onEnd, onMessage) => ({
    ref() {},
    unref() {},
    postMessage({ upTo }: SyncRequest) {
      asked++;
      queueMicrotask(() => onMessage({ upTo, settled: [] }));
    },
  });
  const conclude = () => ({ kind: asked < 10 ? "again" : "durable" }) as const;
  const sync = createGroupSync({ ...target(), conclude });
  await expect(sync.wait()).rejects.toThrow("somebody else changes its files");
  expect(asked).toBe(3);
});

test("without a sync thread, a lock that cannot be looked at keeps nobody waiting, and is let go at the end", async () => {
  start = () => {
    throw new Error("no threads left");
  };
  const journal = target();
  const sync = createGroupSync(journal);
  await sync.wait();
  const directory = dirname(journal.lockPath);
  renameSync(directory, `${directory}.away`);
  // Whoever asks for a file in it is told ELOOP.
  symlinkSync(directory, directory);
  sync.request(true);
  await sync.wait();
  rmSync(directory);
  renameSync(`${directory}.away`, directory);
  expect(tryLockFile(journal.lockPath)).toBe(null);
  sync.close();
  const lock = tryLockFile(journal.lockPath);
  expect(lock).not.toBe(null);
  lock?.release();
});
