/**
 * Records as fast as it can, or starts and says how long that took. Talks to its parent over IPC.
 *
 * Arguments: `write <records>`, then it waits to be killed; `start`, then one record, a flush and the end.
 */
import { monitorEventLoopDelay, performance } from "node:perf_hooks";
import { createAudit } from "otel-audit";

/** What one second of writing was like. */
export interface FloodSecond {
  readonly kind: "second";
  readonly records: number;
  /** How long `record()` kept its caller: the highest 1 % begin here. */
  readonly callP99Millis: number;
  /** How long its promise took. */
  readonly syncedP99Millis: number;
  readonly residentBytes: number;
}

/** What a start was like. */
export interface FloodStart {
  readonly kind: "started";
  readonly openedMillis: number;
  readonly firstSyncedMillis: number;
}

/** The views have caught up. */
export interface FloodEnd {
  readonly kind: "flushed";
  readonly flushMillis: number;
  readonly residentBytes: number;
  /** The longest time that the event loop stood still meanwhile. */
  readonly longestDelayMillis: number;
}

/** All that this program says. */
export type FloodMessage = FloodSecond | FloodStart | FloodEnd | { readonly kind: "written" };

/** As many callers wait for the disk at once. */
const CALLERS = 64;
const SECOND_MILLIS = 1000;

const tell = (message: FloodMessage): void => void process.send?.(message);
const [mode = "start", count = "0"] = process.argv.slice(2);
let peakResident = 0;
const sampling = setInterval(() => {
  peakResident = Math.max(peakResident, process.memoryUsage.rss());
}, 100);

const openingAt = performance.now();
const audit = await createAudit({ policy: { version: 1 } });
const openedMillis = performance.now() - openingAt;

function note(id: number): ReturnType<typeof audit.record> {
  return audit.record({
    action: "note_write",
    actor: { id: `user-${id % 100}`, type: "user" },
    target: { type: "experiment", id: `exp-${id % 1000}` },
    details: { note: `note ${id} on a sample that was hard to label`, point: `p-${id}` },
    before: { text: `what stood there before, number ${id}` },
    after: { text: `what stands there now, number ${id}` },
    reason: "weekly review of hard samples",
  });
}

function p99(values: number[]): number {
  const sorted = Float64Array.from(values).toSorted();
  return sorted[Math.floor(sorted.length * 0.99)] ?? 0;
}

async function write(records: number): Promise<void> {
  let next = 0;
  let calls: number[] = [];
  let waits: number[] = [];
  let until = performance.now() + SECOND_MILLIS;
  async function caller(): Promise<void> {
    while (next < records) {
      const id = next++;
      const before = performance.now();
      const receipt = note(id);
      const called = performance.now();
      await receipt;
      const synced = performance.now();
      calls.push(called - before);
      waits.push(synced - before);
      if (synced < until) continue;
      tell({
        kind: "second",
        records: calls.length,
        callP99Millis: p99(calls),
        syncedP99Millis: p99(waits),
        residentBytes: process.memoryUsage.rss(),
      });
      calls = [];
      waits = [];
      until = performance.now() + SECOND_MILLIS;
    }
  }
  await Promise.all(Array.from({ length: CALLERS }, caller));
  tell({ kind: "written" });
  // The parent kills it.
  setInterval(() => {}, SECOND_MILLIS);
}

async function start(): Promise<void> {
  await note(0);
  tell({ kind: "started", openedMillis, firstSyncedMillis: performance.now() - openingAt });
  const delay = monitorEventLoopDelay();
  delay.enable();
  const before = performance.now();
  await audit.flush();
  const flushMillis = performance.now() - before;
  tell({
    kind: "flushed",
    flushMillis,
    residentBytes: peakResident,
    longestDelayMillis: delay.max / 1e6,
  });
  await audit.close();
  clearInterval(sampling);
  process.disconnect?.();
}

await (mode === "write" ? write(Number(count)) : start());
