import { Worker } from "node:worker_threads";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { createMemoryJournal } from "../../src/deliver/shipping/memory-journal.ts";
import type { ShipWorkerData } from "../../src/deliver/shipping/ship-thread.ts";
import { encodeJsonLine } from "../../src/format/index.ts";
import { startOwnWorker } from "../../src/lib/own-worker.ts";
import { startOtlpSink } from "../support/otlp-sink.ts";
import { resultRecord } from "../support/records.ts";

const A = "AaaaaaaaaaaaaaaA";
const quiet = { stream: A, report: () => {}, lost: () => {} };

test("a record that is refused fails only those who wait for it", async () => {
  const journal = createMemoryJournal(quiet);
  const waiting = ["one", "two", "three"].map((line) => {
    journal.append(line);
    return journal.synced();
  });
  const all = journal.synced();
  const results = Promise.allSettled([...waiting, all]);
  journal.settled(3, { at: [1], why: "too odd" });
  expect((await results).map(({ status }) => status)).toEqual([
    "fulfilled",
    "rejected",
    "fulfilled",
    "rejected",
  ]);
  await expect(waiting[1]).rejects.toThrow("too odd");
  expect(journal.confirmed()).toBe(2);
});

test("what does not count is shipped and waited for, and counted nowhere", async () => {
  const lost: string[] = [];
  const said: string[] = [];
  const journal = createMemoryJournal({
    stream: A,
    report: (line) => void said.push(line),
    lost: (why) => void lost.push(why),
  });
  const checkpoint = { isCounted: false };
  journal.append("one");
  journal.append("proof", checkpoint);
  journal.append("two");
  const both = journal.synced();
  expect(journal.oldest(100)).toMatchObject({ lines: ["one", "proof", "two"], records: 3 });
  // Its refusal is told, but no record is lost by it, and nobody fails who waits for others.
  journal.settled(3, { at: [1], why: "too odd" });
  await both;
  expect([journal.confirmed(), lost.length]).toEqual([2, 0]);
  expect(said).toEqual([expect.stringMatching(/refused a checkpoint for good.*too odd/)]);
  for (const line of ["more", "and more"]) journal.append(line, checkpoint);
  journal.settled(1, { at: [0], why: "too odd" });
  expect(said).toHaveLength(1);
  journal.append("three");
  journal.settled(2, { at: [1], why: "too odd" });
  expect([journal.confirmed(), lost.length]).toEqual([2, 1]);

  journal.append("last", checkpoint);
  journal.close();
  expect(journal.abandoned()).toBe(0);
  expect(said.at(-1)).toContain("the last checkpoint was only in memory");
});

test("records that nobody took are abandoned, and what proves them is not counted with them", () => {
  const said: string[] = [];
  const journal = createMemoryJournal({ ...quiet, report: (line) => void said.push(line) });
  for (const isCounted of [true, false, true, false]) journal.append("line", { isCounted });
  journal.settled(1, { at: [], why: "" });
  expect(journal.abandoned()).toBe(0);
  journal.close();
  expect(journal.abandoned()).toBe(1);
  expect(said).toEqual([expect.stringMatching(/^1 record was only in memory/)]);
});

test("after it is closed nobody is told that lost records are synced", async () => {
  const journal = createMemoryJournal(quiet);
  journal.append("one");
  journal.close();
  await expect(journal.synced()).rejects.toMatchObject({ code: "sync_failed" });
});

test("a thread that was started anew ships all that is left at the end", async () => {
  const sink = await startOtlpSink();
  const { promise: idle, resolve } = Promise.withResolvers<void>();
  const here = join(import.meta.dirname, "../../src/deliver/shipping/ship-thread.ts");
  const worker: Worker = startOwnWorker<{ kind: string }>({
    callerUrl: pathToFileURL(here).href,
    module: "ship-worker",
    data: {
      directory: undefined,
      stream: A,
      host: "sink",
      shipping: { url: `${sink.url}/v1/logs`, headers: {}, protocol: "http/json" },
      settledBefore: 5,
    } satisfies ShipWorkerData,
    onMessage: ({ kind }) => kind === "read" && resolve(),
    onEnd: () => {},
  });
  onTestFinished(() => void worker.terminate());
  await idle;
  const texts = Array.from({ length: 7 }, (_, at) => encodeJsonLine(resultRecord(A, at + 6)));
  const lines = { lines: texts, start: texts[0], stream: A, records: 7, bytes: 7 };
  const done = new Int32Array(new SharedArrayBuffer(8));
  worker.postMessage({ kind: "close-now", lines, settled: 5, done });
  await sink.until(() => sink.taken().length >= 7);
  expect(sink.taken()).toEqual(texts.map((_, at) => `${A}.${at + 6}`));
});
