/**
 * Records on their way to a receiver, one request at a time.
 *
 * In: records, in an order. Out: each of them taken, refused for good, or left when the run ends. All
 * records of a stream go through one lane: that is what keeps them in order.
 */
import { messageOf } from "../../lib/errors.ts";
import { createBatchSize } from "../shipping/batch-size.ts";
import { deliverBatch, type Refusal } from "../shipping/deliver-batch.ts";
import { safeText } from "../shipping/otlp-answer.ts";
import type { OtlpSender } from "../shipping/otlp-sender.ts";
import type { Pace, ResendTime } from "./pace.ts";
import type { ResendItem } from "./resend-item.ts";

/** What lanes of one run have in common. */
export interface LaneOptions {
  /** Records in a request at most. */
  readonly batch: number;
  readonly pace: Pace;
  readonly time: ResendTime;
  /** Ends the run: nothing more is sent. */
  readonly signal: AbortSignal;
  readonly onTaken: (items: readonly ResendItem[]) => void;
  readonly onRefused: (refused: readonly Refusal<ResendItem>[]) => void;
  /** The receiver does not take records now; undefined: it does. */
  readonly onProblem: (problem: string | undefined) => void;
  /** It refused everything it was asked about, and took nothing in this run: asking on would change nothing. */
  readonly onHopeless: (why: string) => void;
  /** A record that the receiver took in this run. */
  readonly lastTaken: () => ResendItem | undefined;
  readonly minBackoffMillis: number;
  readonly maxBackoffMillis: number;
}

/** One of a few that run side by side. */
export interface Lane {
  /** Resolves when there is room for more. */
  readonly push: (item: ResendItem) => Promise<void> | undefined;
  /** Records that wait. */
  readonly waiting: () => number;
  /** Nothing more is pushed; resolves when nothing is left to do. Never rejects. */
  readonly end: () => Promise<void>;
}

/** Batches that wait in a lane, at most: enough to read on while a request is under way. */
const WAITING_BATCHES = 4;
/** Records of a batch that are asked about one by one before all of it counts as refused. */
const PROBES = 8;

/** Starts one. */
export function startLane(sender: OtlpSender, options: LaneOptions): Lane {
  const { batch, pace, time, signal } = options;
  const batchSize = createBatchSize();
  let queue: ResendItem[] = [];
  let isEnded = false;
  let full: PromiseWithResolvers<void> | undefined;
  let empty: PromiseWithResolvers<void> | undefined;

  function wake(): void {
    empty?.resolve();
    empty = undefined;
  }
  function makeRoom(): void {
    if (!signal.aborted && queue.length >= batch * WAITING_BATCHES) return;
    full?.resolve();
    full = undefined;
  }
  const onAbort = (): void => {
    wake();
    makeRoom();
  };
  signal.addEventListener("abort", onAbort, { once: true });

  /** The next records: as many as are allowed, and at least one. */
  function nextBatch(): readonly ResendItem[] {
    let bytes = 0;
    let count = 0;
    for (const item of queue) {
      bytes += item.bytes;
      if (count > 0 && (count === batch || bytes > batchSize.bytes())) break;
      count++;
    }
    const items = queue.slice(0, count);
    queue = queue.slice(count);
    makeRoom();
    return items;
  }

  async function run(): Promise<void> {
    while (!signal.aborted) {
      if (queue.length === 0 && isEnded) break;
      if (queue.length < batch && !isEnded) {
        await (empty ??= Promise.withResolvers()).promise;
        continue;
      }
      await deliver(nextBatch());
    }
    signal.removeEventListener("abort", onAbort);
  }

  async function deliver(items: readonly ResendItem[]): Promise<void> {
    let rest = items;
    let backoff = 0;
    while (rest.length > 0 && !signal.aborted) {
      await pace.take(rest.length, signal);
      if (signal.aborted) return;
      let isAnswered = true;
      const current = rest;
      const { settled, refused, wait, isTooLarge } = await deliverBatch(current, {
        async send(part) {
          if (signal.aborted) return { kind: "failed", message: "the run ends" };
          const result = await sender.send(part.map(({ log }) => log));
          if (result.kind === "failed") isAnswered = false;
          return result;
        },
        probes: () => probesOf(current, options.lastTaken()),
        isSame: (left, right) => left.id === right.id,
      });
      tell(current.slice(0, settled), refused);
      if (settled > refused.length) {
        batchSize.taken(sum(current), isTooLarge);
        backoff = 0;
      }
      rest = current.slice(settled);
      if (wait === undefined || signal.aborted) {
        if (wait === undefined) options.onProblem(undefined);
        continue;
      }
      if (isAnswered && options.lastTaken() === undefined) return options.onHopeless(wait.message);
      options.onProblem(wait.message);
      backoff = Math.min(options.maxBackoffMillis, Math.max(options.minBackoffMillis, backoff * 2));
      await time.wait((wait.retryAfterMillis ?? 0) + backoff * (0.5 + Math.random() / 2), signal);
    }
  }

  function tell(settled: readonly ResendItem[], refused: readonly Refusal<ResendItem>[]): void {
    const isRefused = new Set(refused.map(({ item }) => item));
    const taken = isRefused.size === 0 ? settled : settled.filter((item) => !isRefused.has(item));
    if (taken.length > 0) options.onTaken(taken);
    if (refused.length > 0) options.onRefused(refused);
  }

  const done = run().catch((error: unknown) => options.onHopeless(safeText(messageOf(error))));
  return {
    push(item) {
      queue.push(item);
      if (queue.length >= batch) wake();
      if (signal.aborted || queue.length < batch * WAITING_BATCHES) return undefined;
      return (full ??= Promise.withResolvers()).promise;
    },
    waiting: () => queue.length,
    end() {
      isEnded = true;
      wake();
      return done;
    },
  };
}

function probesOf(
  items: readonly ResendItem[],
  lastTaken: ResendItem | undefined,
): readonly ResendItem[] {
  const step = Math.max(1, Math.floor(items.length / PROBES));
  const spread = items.filter((_, at) => at % step === 0).slice(0, PROBES);
  return lastTaken === undefined ? spread : [lastTaken];
}

function sum(items: readonly ResendItem[]): number {
  return items.reduce((total, { bytes }) => total + bytes, 0);
}
