/**
 * From the journal to an OTLP receiver, until the receiver has it.
 *
 * In: the records of a source, read behind a cursor. Out: each record at least once, in order per
 * stream, or in quarantine. Nothing moves the cursor but an answer that takes the records, or
 * refuses single ones; everything else waits, is said, and is tried again. Nothing is kept in
 * memory but one batch.
 */
import { messageOf } from "../../lib/errors.ts";
import { createBatchSize } from "./batch-size.ts";
import { deliverBatch, type Wait } from "./deliver-batch.ts";
import { safeText } from "./otlp-answer.ts";
import type { OtlpSender } from "./otlp-sender.ts";
import { createProblemSayer } from "./ship-problems.ts";
import { NO_BACKLOG, type ShipBatch, type Shipment, type ShipSource } from "./ship-source.ts";
import type { ShipStatus } from "./ship-status.ts";

/** Sends what is in a source. */
export interface Shipper {
  /** There is something new. */
  readonly wake: () => void;
  /** Tries once more, for 2 s at most, then stops. What is left goes out with the next start. */
  readonly close: () => Promise<void>;
  /** How shipping stood within the last second. */
  readonly status: () => ShipStatus;
}

/** What {@link createShipper} takes. */
export interface ShipperOptions {
  readonly source: ShipSource;
  readonly sender: OtlpSender;
  /** Host of the receiver, for messages. */
  readonly host: string;
  readonly report: (line: string) => void;
  /** Called when nothing is left to do for now. */
  readonly onIdle?: () => void;
  /** First pause after a failure. Default 1 s; doubles up to {@link ShipperOptions.maxBackoffMillis}. */
  readonly minBackoffMillis?: number;
  /** Default 30 s. */
  readonly maxBackoffMillis?: number;
}

/** Other processes' records and a lock that became free are noticed this often. */
const POLL_MILLIS = 1000;
const MIN_BACKOFF_MILLIS = 1000;
const MAX_BACKOFF_MILLIS = 30_000;
/** Before a longer pause the lock is let go: another process of the directory may have a receiver that works. */
const LET_GO_MILLIS = 5000;
const CLOSE_WAIT_MILLIS = 2000;

/** Why a run ended before all was shipped: another process ships, or the receiver has to be waited for. */
type RunEnd =
  | { readonly kind: "elsewhere" }
  | ({ readonly kind: "wait"; readonly isLocal?: true } & Wait);
/** What a run came to. */
type RunResult = { readonly kind: "done" } | RunEnd;

/** Starts shipping. One process of a directory ships for all of them; the next one takes over when it ends. */
export function createShipper(options: ShipperOptions): Shipper {
  const { source, sender, host, report } = options;
  const minBackoff = options.minBackoffMillis ?? MIN_BACKOFF_MILLIS;
  const maxBackoff = options.maxBackoffMillis ?? MAX_BACKOFF_MILLIS;
  const problems = createProblemSayer(host, source.words, report);
  /** Streams whose outcome could not be kept: each try sends their records again. */
  const heldUntil = new Map<string, number>();
  const batchSize = createBatchSize();
  /** A lock that was refused is not asked for again before: each time costs an opened database. */
  let nextHoldAt = Number.NEGATIVE_INFINITY;
  let running: Promise<RunResult> | null = null;
  let isWoken = false;
  let isClosed = false;
  /** The lock is given back for good: a late answer must not move what is another's cursor now. */
  let isReleased = false;
  let isShipping = false;
  let backoff = 0;
  let shipped = 0;
  let quarantined = 0;
  let lastSuccessMillis: number | undefined;
  let backlog = NO_BACKLOG;
  let backlogAt = Number.NEGATIVE_INFINITY;
  let timer: NodeJS.Timeout | undefined;

  function mayShip(): boolean {
    const now = performance.now();
    const isEarly = now < nextHoldAt && !isClosed;
    isShipping = !isReleased && !isEarly && source.hold();
    if (!isShipping && !isEarly) nextHoldAt = now + POLL_MILLIS;
    return isShipping;
  }

  /** Ships everything there is. */
  async function shipAll(): Promise<RunResult> {
    if (!mayShip()) return { kind: "elsewhere" };
    const unreadable = new Set<string>();
    for (let isMore = true; isMore;) {
      isMore = false;
      for (const stream of source.streams()) {
        if (unreadable.has(stream) || performance.now() < (heldUntil.get(stream) ?? 0)) continue;
        const batch = await read(stream);
        if (batch === "unreadable") unreadable.add(stream);
        if (batch === undefined || batch === "unreadable") continue;
        const outcome = await shipBatch(batch);
        if (outcome.kind !== "done") return outcome;
        isMore = true;
      }
    }
    return { kind: "done" };
  }

  /** One stream that cannot be read, or its cursor, is no reason to leave the others. */
  async function read(stream: string): Promise<ShipBatch | undefined | "unreadable"> {
    try {
      const batch = await source.read(stream, batchSize.bytes());
      if (!heldUntil.has(stream) || batch === undefined) isWell(stream);
      return batch;
    } catch (error) {
      problems.stream(stream, `cannot be read and wait (${safeText(messageOf(error))})`);
      return "unreadable";
    }
  }

  async function shipBatch(batch: ShipBatch): Promise<RunResult> {
    measure();
    const { settled, refused, wait, isTooLarge } = await deliverBatch<Shipment>(batch.items, {
      send: (items) => sender.send(items.map(({ log }) => log)),
      probes: () => source.probes(batch),
      isSame: (left, right) => left.id === right.id,
    });
    if (settled > refused.length) batchSize.taken(batch.bytes, isTooLarge);
    // While it was under way the lock may have gone to another process, or been given back.
    if (!mayShip()) return { kind: "elsewhere" };
    // A lock that was replaced meanwhile: the batch is read and sent again, and counts then.
    if ((settled > 0 || wait === undefined) && !settle(batch, { settled, refused }))
      return { kind: "done" };
    shipped += settled - refused.length;
    quarantined += refused.length;
    if (settled > refused.length) {
      lastSuccessMillis = Date.now();
      // One that takes most of what it is sent is asked again soon: else it is never caught up with.
      backoff = 0;
    }
    problems.refused(refused.length, refused[0]?.why);
    if (wait !== undefined) return { ...wait, kind: "wait" };
    problems.receiver.solved();
    return { kind: "done" };
  }

  /** False: nothing was kept, and the batch is sent again. */
  function settle(batch: ShipBatch, outcome: Parameters<ShipSource["settle"]>[1]): boolean {
    try {
      const isKept = source.settle(batch, outcome);
      if (isKept) isWell(batch.stream);
      return isKept;
    } catch (error) {
      heldUntil.set(batch.stream, performance.now() + maxBackoff);
      const why = safeText(messageOf(error));
      problems.stream(batch.stream, `wait: what was refused of them cannot be kept (${why})`);
      return false;
    }
  }

  function isWell(stream: string): void {
    heldUntil.delete(stream);
    problems.stream(stream, undefined);
  }

  /** Once a second at most: with thousands of streams it is no small thing. */
  function measure(): void {
    const now = performance.now();
    if (now - backlogAt < POLL_MILLIS) return;
    backlogAt = now;
    backlog = isShipping ? source.backlog() : NO_BACKLOG;
  }

  async function run(): Promise<RunResult> {
    let result: RunResult;
    try {
      result = await shipAll();
    } catch (error) {
      // The disk, or a lock: nothing that the receiver did.
      result = { kind: "wait", isLocal: true, message: safeText(messageOf(error)) };
    }
    try {
      if (isClosed) backlogAt = Number.NEGATIVE_INFINITY;
      measure();
    } catch {
      // Figures of a directory that just went away: the next run says what is wrong with it.
    }
    tell(result);
    problems.look({ isLast: isClosed });
    return result;
  }

  function tell(result: RunResult): void {
    if (result.kind === "wait" && result.isLocal === true)
      return problems.local.say(result.message);
    if (result.kind === "elsewhere") return problems.forget();
    problems.local.solved();
    if (result.kind === "wait") problems.receiver.say(result.message);
  }

  function pauseAfter(result: RunResult): number {
    if (result.kind !== "wait") {
      backoff = 0;
      return POLL_MILLIS;
    }
    backoff = Math.min(maxBackoff, Math.max(minBackoff, backoff * 2));
    // Full jitter, so that a thousand services do not come back in step.
    return (result.retryAfterMillis ?? 0) + backoff * Math.random();
  }

  function schedule(): void {
    if (isClosed || running !== null) return;
    isWoken = false;
    running = run();
    void running.then((result) => {
      running = null;
      const pause = pauseAfter(result);
      if (isWoken && result.kind !== "wait") return schedule();
      if (isClosed) return;
      options.onIdle?.();
      if (pause > LET_GO_MILLIS) source.letGo();
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
      isShipping = false;
      source.letGo();
      void sender.close();
    },
    status: () => ({
      shipped,
      quarantined,
      unreadable: source.unreadable(),
      backlogRecords: backlog.records,
      backlogBytes: backlog.bytes,
      oldestTime: backlog.oldestTime,
      lastSuccessMillis,
      problem: problems.current(),
      isShipping,
    }),
  };
}
