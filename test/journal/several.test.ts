/** Several threads and processes in one directory: a stream each. */
import { fork } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Worker } from "node:worker_threads";
import { expect, onTestFinished, test, vi } from "vitest";
import { createAudit } from "otel-audit";
import { readJournal } from "otel-audit/read";
import { newId } from "../../src/event/index.ts";
import { streamLockFile } from "../../src/format/index.ts";
import { isStreamEnded, openJournal } from "../../src/journal/index.ts";
import { tryLockFile } from "../../src/lib/file-lock.ts";
import { makeDirectory } from "../../src/lib/files.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import { PATIENCE } from "../support/patience.ts";

const programs = join(import.meta.dirname, "programs");
const execArgv = ["-C", "@otel-audit/source", "--disable-warning=ExperimentalWarning"];

/** What a writer has told so far. */
interface Told {
  readonly streams: string[];
  readonly durable: string[];
  /** Resolves when so many writers have recorded all they were to record. */
  readonly done: Promise<void>;
  /** Resolves when so many records are durable. */
  readonly reached: (count: number) => Promise<void>;
  readonly hear: (message: unknown) => void;
}

function listen(writers: number): Told {
  const streams: string[] = [];
  const durable: string[] = [];
  let left = writers;
  const done = Promise.withResolvers<void>();
  const waiting: { readonly count: number; readonly resolve: () => void }[] = [];
  return {
    streams,
    durable,
    done: done.promise,
    reached(count) {
      const { promise, resolve } = Promise.withResolvers<void>();
      waiting.push({ count, resolve });
      return promise;
    },
    hear(message) {
      const { stream, recordId, isDone } = message as Record<string, string | undefined>;
      if (stream !== undefined) streams.push(stream);
      if (recordId !== undefined) durable.push(recordId);
      for (const { count, resolve } of waiting) if (durable.length >= count) resolve();
      if (isDone !== undefined && --left === 0) done.resolve();
    },
  };
}

function startThread(directory: string, count: number, told: Told): Worker {
  const worker = new Worker(join(programs, "writer.ts"), {
    workerData: { directory, count },
    execArgv,
  });
  onTestFinished(async () => void (await worker.terminate()));
  worker.on("message", told.hear);
  return worker;
}

/** Every durable record once in the journal, in streams without gaps, and once in each view. */
async function check(directory: string, { streams, durable }: Told): Promise<void> {
  await (await createAudit({ directory, policy: { version: 1 } })).close();
  const sequences = new Map<string, number[]>();
  const ids: string[] = [];
  for await (const entry of readJournal(directory)) {
    if (entry.kind === "problem") throw new Error(`${entry.file}:${entry.line}: ${entry.message}`);
    const { attributes } = entry.record;
    const id = String(attributes["audit.record.id"]);
    const [stream = ""] = id.split(".");
    sequences.set(stream, [
      ...(sequences.get(stream) ?? []),
      Number(attributes["audit.sequence.number"]),
    ]);
    if (attributes["audit.record.kind"] === "result") ids.push(id);
  }
  for (const stream of streams) {
    const found = sequences.get(stream) ?? [];
    expect(found).toEqual(found.map((_, at) => at + 1));
  }
  expect(durable.filter((id) => !ids.includes(id))).toEqual([]);
  expect(new Set(ids).size).toBe(ids.length);
  const json = JSON.parse(readFileSync(join(directory, "audit_log.json"), "utf8")) as {
    record_id: string;
  }[];
  expect(json.map(({ record_id }) => record_id).toSorted()).toEqual(ids.toSorted());
  const csv = readFileSync(join(directory, "audit_log.csv"), "utf8");
  expect(ids.filter((id) => csv.split(`,${id},`).length !== 2)).toEqual([]);
}

test("worker threads: a stream each, beside that of the main thread", async () => {
  const directory = temporaryDirectory();
  const told = listen(2);
  const audit = await createAudit({ directory, policy: { version: 1 } });
  told.hear({ stream: audit.stream });
  const threads = [startThread(directory, 200, told), startThread(directory, 200, told)];
  for (let at = 0; at < 200; at++) {
    const { recordId } = await audit.record({ action: "pause", actor: "ann" });
    told.hear({ recordId });
  }
  await told.done;
  for (const thread of threads) {
    thread.postMessage("end");
    await once(thread, "exit");
  }
  await audit.close();
  expect(new Set(told.streams).size).toBe(3);
  expect(told.durable).toHaveLength(600);
  await check(directory, told);
});

test("a worker thread that is terminated in the middle: its lock is free, its stream has ended", async () => {
  const directory = temporaryDirectory();
  const told = listen(1);
  const thread = startThread(directory, 1_000_000, told);
  await told.reached(100);
  const [stream = ""] = told.streams;
  expect(isStreamEnded(directory, stream)).toBe(false);
  await thread.terminate();
  expect(isStreamEnded(directory, stream)).toBe(true);
  await check(directory, told);
});

test("members of a cluster: a stream each", async () => {
  const directory = temporaryDirectory();
  const told = listen(2);
  const primary = fork(join(programs, "cluster.ts"), [directory, "300"], { execArgv });
  onTestFinished(() => void primary.kill("SIGKILL"));
  primary.on("message", told.hear);
  await told.done;
  primary.send("end");
  await once(primary, "exit");
  expect(new Set(told.streams).size).toBe(2);
  expect(told.durable).toHaveLength(600);
  await check(directory, told);
});

test("a stream whose lock was looked at while its process took it is seen to be written all the same", async () => {
  const directory = temporaryDirectory();
  const stream = newId();
  const path = streamLockFile(directory, stream);
  makeDirectory(dirname(path));
  const looking = tryLockFile(path);
  const journal = openJournal({ directory, stream, report: () => {} });
  onTestFinished(journal.close);
  journal.append("{}");
  // The sync thread has begun, and could not take the lock.
  await journal.synced();
  looking?.release();
  await vi.waitFor(() => {
    const lock = tryLockFile(path);
    lock?.release();
    expect(lock).toBe(null);
  }, PATIENCE);
  expect(isStreamEnded(directory, stream)).toBe(false);
});
