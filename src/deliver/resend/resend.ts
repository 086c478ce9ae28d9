/**
 * Records that stand in files, to a receiver of OTLP once more.
 *
 * In: sources of records, each in its order. Out: every record taken, refused for good, or left
 * because the run was ended. A few requests are under way at a time, one of a stream: records of a
 * stream arrive in the order in which they were read. Nothing is kept but a few batches.
 */
import type { Refusal } from "../shipping/deliver-batch.ts";
import { createEpisode } from "../shipping/episode.ts";
import type { OtlpSender } from "../shipping/otlp-sender.ts";
import { type Lane, type LaneOptions, startLane } from "./lane.ts";
import { createPace, type ResendTime, SYSTEM_TIME } from "./pace.ts";
import type { ResendItem } from "./resend-item.ts";

/** What {@link resend} takes. */
export interface ResendOptions {
  /** Read side by side, a few at a time. A stream of which records stand in two of them has no order between those. */
  readonly sources: readonly (() => AsyncIterable<readonly ResendItem[]>)[];
  /** Called once for each of the requests that are under way at a time. */
  readonly createSender: () => OtlpSender;
  /** Host of the receiver, for messages. */
  readonly host: string;
  /** Records in a request at most. */
  readonly batch: number;
  /** Records a second; undefined: as fast as it goes. */
  readonly perSecond?: number | undefined;
  /** Requests that are under way at a time. Default 4. */
  readonly lanes?: number;
  /** Ends the run; a request that is under way has two seconds to be answered. */
  readonly signal: AbortSignal;
  readonly report: (line: string) => void;
  readonly onTaken: (items: readonly ResendItem[]) => void;
  readonly onRefused: (refused: readonly Refusal<ResendItem>[]) => void;
  readonly time?: ResendTime;
  /** First pause after a failure. Default 1 s; doubles up to 30 s. */
  readonly minBackoffMillis?: number;
}

/** How a run ended. */
export interface ResendEnd {
  /** Why nothing more was sent before the end; undefined: everything was. */
  readonly stopped: string | undefined;
}

const LANES = 4;
const MIN_BACKOFF_MILLIS = 1000;
const MAX_BACKOFF_MILLIS = 30_000;
const CLOSE_WAIT_MILLIS = 2000;
/** A rate is kept in pieces of a tenth of a second: a receiver is not to see bursts. */
const PIECES_A_SECOND = 10;
/** Of those that ended the run themselves. */
const INTERRUPTED = "interrupted";

/**
 * Sends everything; see the head of this file.
 *
 * @throws what a source throws, as a rejection; what was read before it has been sent then.
 */
export async function resend(options: ResendOptions): Promise<ResendEnd> {
  const { perSecond, time = SYSTEM_TIME, minBackoffMillis = MIN_BACKOFF_MILLIS, host } = options;
  const hopeless = new AbortController();
  const signal = AbortSignal.any([options.signal, hopeless.signal]);
  const problems = createEpisode({
    report: options.report,
    begin: (problem) =>
      `${host} does not take records now (${problem}): trying again until it does, or Ctrl-C`,
    end: `${host} takes records again`,
  });
  let lastTaken: ResendItem | undefined;
  let why: string | undefined;
  let isOver = false;
  const perPiece = Math.max(1, Math.ceil((perSecond ?? Infinity) / PIECES_A_SECOND));
  const laneOptions: LaneOptions = {
    batch: Math.min(options.batch, perPiece),
    pace: createPace(perSecond, time),
    time,
    signal,
    minBackoffMillis,
    maxBackoffMillis: Math.max(minBackoffMillis, MAX_BACKOFF_MILLIS),
    lastTaken: () => lastTaken,
    onTaken(items) {
      lastTaken = items.at(-1);
      if (!isOver) options.onTaken(items);
    },
    onRefused(refused) {
      if (!isOver) options.onRefused(refused);
    },
    onProblem(problem) {
      if (problem === undefined) problems.solved();
      else problems.say(problem);
      problems.look();
    },
    onHopeless(message) {
      why ??= message;
      hopeless.abort();
    },
  };
  const { lanes: count = LANES } = options;
  const senders = Array.from({ length: count }, () => options.createSender());
  const lanes = senders.map((sender) => startLane(sender, laneOptions));
  try {
    await readAll(options.sources, lanes, signal);
  } finally {
    await settledOrLate(Promise.all(lanes.map((lane) => lane.end())), signal, time);
    isOver = true;
    for (const sender of senders) void sender.close();
    problems.look({ isLast: true });
  }
  return { stopped: options.signal.aborted ? INTERRUPTED : why };
}

/** Reads some sources at a time, and gives each stream the lane that has the least to do. */
async function readAll(
  sources: ResendOptions["sources"],
  lanes: readonly Lane[],
  signal: AbortSignal,
): Promise<void> {
  const laneOfStream = new Map<string, Lane>();
  const streams = new Map(lanes.map((lane) => [lane, 0]));
  const next = sources.values();
  let hasFailed = false;

  function laneOf(stream: string): Lane | undefined {
    const known = laneOfStream.get(stream);
    if (known !== undefined) return known;
    const load = (lane: Lane): readonly [number, number] => [
      lane.waiting(),
      streams.get(lane) ?? 0,
    ];
    const [least] = lanes.toSorted((left, right) => {
      const [[waiting, count], [otherWaiting, otherCount]] = [load(left), load(right)];
      return waiting - otherWaiting || count - otherCount;
    });
    if (least === undefined) return undefined;
    streams.set(least, (streams.get(least) ?? 0) + 1);
    laneOfStream.set(stream, least);
    return least;
  }

  async function read(): Promise<void> {
    for (const source of next) {
      for await (const items of source()) {
        for (const item of items) {
          if (signal.aborted || hasFailed) return;
          const room = laneOf(item.stream)?.push(item);
          if (room !== undefined) await room;
        }
      }
    }
  }

  const readers = lanes.map(async () => {
    try {
      await read();
    } catch (error) {
      hasFailed = true;
      throw error;
    }
  });
  await Promise.allSettled(readers);
  await Promise.all(readers);
}

/** Resolves when all is done; after the end of the run, two seconds later at most. */
async function settledOrLate(
  done: Promise<unknown>,
  signal: AbortSignal,
  time: ResendTime,
): Promise<void> {
  const over = new AbortController();
  const late = (async () => {
    if (!signal.aborted)
      await new Promise((resolve) =>
        signal.addEventListener("abort", resolve, { once: true, signal: over.signal }),
      );
    await time.wait(CLOSE_WAIT_MILLIS, over.signal);
  })();
  await Promise.race([done, late]);
  over.abort();
}
