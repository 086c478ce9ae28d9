/**
 * From the journal to an OTLP receiver, until the receiver has it.
 *
 * In: the journals of a directory, living and dead, read behind a cursor. Out: each record at least
 * once, in order per stream. Only a 2xx answer without rejected records moves the cursor; everything
 * else waits, is said once, and is tried again. Nothing is kept in memory but one batch.
 */
import { join } from "node:path";
import type { Resource } from "@opentelemetry/resources";
import type { ReadableLogRecord } from "@opentelemetry/sdk-logs";
import {
  decodeJsonLine,
  listStreams,
  stateDirectory,
  toLogRecord,
  toResource,
} from "../format/index.ts";
import { type JournalLine, readJournalLines } from "../journal/index.ts";
import { messageOf } from "../lib/errors.ts";
import { type FileLock, tryLockFile } from "../lib/file-lock.ts";
import { makeDirectory } from "../lib/files.ts";
import type { OtlpSender, SendResult } from "./otlp-sender.ts";
import { loadShipState, saveShipState, type ShipState } from "./ship-state.ts";

/** Sends what is in the journals. */
export interface Shipper {
  /** There is something new. */
  readonly wake: () => void;
  /** Tries once more, for 2 s at most, then stops. What is left goes out with the next start. */
  readonly close: () => Promise<void>;
}

/** What {@link createShipper} takes. */
export interface ShipperOptions {
  readonly directory: string;
  readonly sender: OtlpSender;
  /** The stream that is written in this process; the others are looked at once a second. */
  readonly stream?: string;
  /** Host of the receiver, for messages. */
  readonly host: string;
  readonly report: (line: string) => void;
  /** First pause after a failure. Default 1 s; doubles up to {@link ShipperOptions.maxBackoffMillis}. */
  readonly minBackoffMillis?: number;
  /** Default 30 s. */
  readonly maxBackoffMillis?: number;
}

/** Bytes of journal in one request: well below the Collector's 16 MiB, also as OTLP JSON. */
const BATCH_BYTES = 512 * 1024;
/** Other processes' records and a lock that became free are noticed this often. */
const POLL_MILLIS = 1000;
const MIN_BACKOFF_MILLIS = 1000;
const MAX_BACKOFF_MILLIS = 30_000;
const CLOSE_WAIT_MILLIS = 2000;

/** Starts shipping. One process of a directory ships for all of them; the next one takes over when it ends. */
export function createShipper(options: ShipperOptions): Shipper {
  const { directory, sender, host, report } = options;
  const minBackoff = options.minBackoffMillis ?? MIN_BACKOFF_MILLIS;
  const maxBackoff = options.maxBackoffMillis ?? MAX_BACKOFF_MILLIS;
  const cursors = new Map<string, ShipState>();
  let lock: FileLock | null = null;
  let running: Promise<boolean> | null = null;
  let isWoken = false;
  let isClosed = false;
  /** The lock is given back for good: a late answer must not move what is another's cursor now. */
  let isReleased = false;
  let backoff = 0;
  let nextScanAt = 0;
  let lastProblem = "";
  let timer: NodeJS.Timeout | undefined;

  function open(): boolean {
    if (isReleased) return false;
    if (lock !== null) return true;
    makeDirectory(stateDirectory(directory));
    lock = tryLockFile(join(stateDirectory(directory), "ship.lock"));
    return lock !== null;
  }

  /** Ships everything there is; false when the receiver refused. */
  async function shipAll(): Promise<boolean> {
    if (!open()) return true;
    for (let isMore = true; isMore;) {
      isMore = false;
      for (const stream of streamsDue()) {
        const outcome = await shipBatch(stream);
        if (outcome === "refused") return false;
        if (outcome === "shipped") isMore = true;
      }
    }
    return true;
  }

  /** Listing a directory with thousands of finished streams is nothing to do for every record. */
  function streamsDue(): readonly string[] {
    const now = performance.now();
    if (options.stream !== undefined && now < nextScanAt) return [options.stream];
    nextScanAt = now + POLL_MILLIS;
    return listStreams(directory);
  }

  async function shipBatch(stream: string): Promise<"nothing" | "shipped" | "refused"> {
    const state = cursors.get(stream) ?? loadShipState(directory, stream);
    cursors.set(stream, state);
    const lines = readJournalLines(directory, stream, state.position, BATCH_BYTES);
    const last = lines.at(-1);
    if (last === undefined) return "nothing";
    const batch = decodeBatch(lines, state, stream);
    if (batch.records.length > 0) {
      const result = await sender.send(batch.records);
      if (result.kind !== "delivered") {
        reportProblem(result);
        return "refused";
      }
    }
    if (isReleased) return "refused";
    const next: ShipState = { position: last.end, resource: batch.resource };
    cursors.set(stream, next);
    saveShipState(directory, stream, next);
    return "shipped";
  }

  function decodeBatch(
    lines: readonly JournalLine[],
    state: ShipState,
    stream: string,
  ): { readonly records: ReadableLogRecord[]; readonly resource: ShipState["resource"] } {
    let { resource } = state;
    let otel: Resource = toResource(resource);
    const records: ReadableLogRecord[] = [];
    for (const { text } of lines) {
      try {
        const record = decodeJsonLine(text);
        if (record.resource !== undefined) {
          resource = record.resource;
          otel = toResource(resource);
        }
        records.push(toLogRecord(record, otel));
      } catch (error) {
        report(
          `a line in the journal of stream ${stream} is no record and cannot be shipped: ${messageOf(error)}`,
        );
      }
    }
    return { records, resource };
  }

  function reportProblem(result: Exclude<SendResult, { kind: "delivered" }>): void {
    const problem =
      result.kind === "failed"
        ? result.message
        : `${result.count} records rejected: ${result.message}`;
    if (problem !== lastProblem) {
      report(
        `${host} did not take audit records (${problem}); they stay in the journal and are sent again`,
      );
    }
    lastProblem = problem;
  }

  async function run(): Promise<boolean> {
    try {
      const isDone = await shipAll();
      if (isDone && lastProblem !== "") report(`${host} takes audit records again`);
      if (isDone) lastProblem = "";
      return isDone;
    } catch (error) {
      reportProblem({ kind: "failed", message: messageOf(error) });
      return false;
    }
  }

  function schedule(): void {
    if (isClosed || running !== null) return;
    isWoken = false;
    running = run();
    void running.then((isDone) => {
      running = null;
      backoff = isDone ? 0 : Math.min(maxBackoff, Math.max(minBackoff, backoff * 2));
      // Full jitter, so that a thousand services do not come back in step.
      const pause = isDone ? POLL_MILLIS : backoff * (0.5 + Math.random() / 2);
      if (isWoken && isDone) return schedule();
      if (isClosed) return;
      timer = setTimeout(schedule, pause);
      timer.unref();
    });
  }

  schedule();
  return {
    wake() {
      isWoken = true;
      // While the receiver refuses, the back-off decides; while a run is under way, its end does.
      if (running !== null || backoff > 0) return;
      clearTimeout(timer);
      schedule();
    },
    async close() {
      isClosed = true;
      clearTimeout(timer);
      const lastTry = (async () => {
        await running;
        await run();
      })();
      const { promise: limit, resolve } = Promise.withResolvers<void>();
      const limitTimer = setTimeout(resolve, CLOSE_WAIT_MILLIS);
      await Promise.race([lastTry, limit]);
      clearTimeout(limitTimer);
      isReleased = true;
      lock?.release();
      lock = null;
      void sender.close();
    },
  };
}
