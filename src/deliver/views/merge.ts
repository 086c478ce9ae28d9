import {
  columnAt,
  createLineScanner,
  type FlatRecord,
  parseFlatLine,
  startOfGlued,
} from "../../format/index.ts";
import { JOURNAL_START, type JournalPosition } from "../../journal/index.ts";
import { messageOf } from "../../lib/errors.ts";
import { findUnread, hasNextSegment, readTail, type Tail, type Unread } from "./journal-tail.ts";

/** Where reading a stream has got to. */
export interface StreamPosition extends JournalPosition {
  /** Sequence number of the last record taken; 0 before the first. */
  readonly sequence: number;
}

/** Before the first line of a stream. */
export const STREAM_START: StreamPosition = { ...JOURNAL_START, sequence: 0 };

/** A record of a journal, and its line: the bytes from `start` to `end`, without a line end. */
export interface JournalRecord {
  readonly kind: string;
  readonly callId: string | undefined;
  /** Once it was parsed; {@link flatOf} gives it in any case. */
  parsed?: FlatRecord | undefined;
  /** Good until the next round is read: who keeps the line copies it. */
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
}

/** The line of a record as a text. */
export function lineOf({ bytes, start, end }: JournalRecord): string {
  return bytes.toString("utf8", start, end);
}

/** A record with everything in it. */
export function flatOf(record: JournalRecord): FlatRecord {
  return (record.parsed ??= parseFlatLine(lineOf(record)));
}

/** What one round of reading found. */
export interface Round {
  readonly records: readonly JournalRecord[];
  /** Intents and results of calls behind the positions, known ones included, each stream in its order. */
  readonly steps: readonly JournalRecord[];
  /** Lines that are no records; they are left where they are. */
  readonly unreadable: readonly { readonly stream: string; readonly why: string }[];
  /** The position behind everything that was read, for each stream that had something. */
  readonly positions: ReadonlyMap<string, StreamPosition>;
  /** There was more than the space holds. */
  readonly isCut: boolean;
  /** Streams that could not be read; the others were. */
  readonly failed: readonly { readonly stream: string; readonly why: string }[];
}

/** What {@link readNew} takes. */
export interface ReadNewOptions {
  readonly directory: string;
  /** The streams to look at. */
  readonly streams: Iterable<string>;
  readonly positionOf: (stream: string) => StreamPosition | undefined;
  /** How far to read; undefined for a stream: not at all. Default: everything that is there. */
  readonly upTo?: (stream: string) => StreamPosition | undefined;
  /** Memory that is read into: it bounds a round, unless a single line is longer. */
  readonly space: Buffer;
}

/** Less than this of a stream at once is not worth the opening of its file. */
const MIN_SHARE_BYTES = 4 * 1024;
const LINE_END = 0x0a;

/**
 * Reads what is new in the streams of a directory and merges it: by sequence within a stream,
 * between streams by the larger of a record's time and the time before it in its stream.
 */
export function readNew(options: ReadNewOptions): Round {
  const { directory, space, upTo } = options;
  const failed: { stream: string; why: string }[] = [];
  const found = unreadStreams(options, failed);
  const draft: Draft = { queues: [], steps: [], unreadable: [], positions: new Map() };
  let isCut = false;
  let used = 0;
  for (const [at, { stream, from, unread }] of found.entries()) {
    const left = space.length - used;
    if (left < MIN_SHARE_BYTES) {
      isCut = true;
      break;
    }
    // What cannot be read takes no room: there may be more of it than fits into a round.
    const share = Math.max(MIN_SHARE_BYTES, Math.floor(left / (found.length - at)));
    const part = space.subarray(used, used + share);
    const tail = attempt(stream, failed, () =>
      readTail({ directory, stream, unread, upTo: upTo?.(stream), space: part }),
    );
    if (tail === undefined) continue;
    // A line longer than that stands in memory of its own, and counts as much as it was to take.
    used += Math.min(share, tail.bytes.length);
    takeLines(stream, from, tail, draft);
    isCut ||= unread.available > share || hasNextSegment(directory, stream, unread.segment);
  }
  const { queues, ...round } = draft;
  return { ...round, records: mergeQueues(queues), isCut, failed };
}

/** One journal that cannot be read holds up no other. */
function attempt<Result>(
  stream: string,
  failed: { stream: string; why: string }[],
  read: () => Result,
): Result | undefined {
  try {
    return read();
  } catch (error) {
    failed.push({ stream, why: messageOf(error) });
    return undefined;
  }
}

interface UnreadStream {
  readonly stream: string;
  readonly from: StreamPosition;
  readonly unread: Unread;
}

function unreadStreams(
  options: ReadNewOptions,
  failed: { stream: string; why: string }[],
): UnreadStream[] {
  const { directory, streams, positionOf, upTo } = options;
  const found: UnreadStream[] = [];
  for (const stream of streams) {
    const limit = upTo?.(stream);
    if (upTo !== undefined && limit === undefined) continue;
    const from = positionOf(stream) ?? STREAM_START;
    const unread = attempt(stream, failed, () => findUnread(directory, stream, from, limit));
    if (unread !== undefined) found.push({ stream, from, unread });
  }
  return found;
}

interface Queued {
  readonly time: string;
  readonly record: JournalRecord;
}

interface Draft {
  readonly queues: Queued[][];
  readonly steps: JournalRecord[];
  readonly unreadable: { stream: string; why: string }[];
  readonly positions: Map<string, StreamPosition>;
}

function takeLines(stream: string, from: StreamPosition, tail: Tail, draft: Draft): void {
  const { bytes, segment, offset } = tail;
  let { sequence } = from;
  let time = "";
  const queue: Queued[] = [];
  for (let start = 0; start < bytes.length;) {
    const end = bytes.indexOf(LINE_END, start);
    try {
      if (end > start) {
        const found = lookAt(bytes, start, end);
        const { record } = found;
        if (record.callId !== undefined && (record.kind === "intent" || record.kind === "result"))
          draft.steps.push(record);
        time = found.time > time ? found.time : time;
        // What is not new was taken before a crash that came between a view and its state.
        if (found.sequence > sequence) queue.push({ time, record });
        sequence = Math.max(sequence, found.sequence);
      }
    } catch (error) {
      draft.unreadable.push({ stream, why: messageOf(error) });
    }
    start = end + 1;
  }
  if (queue.length > 0) draft.queues.push(queue);
  draft.positions.set(stream, { segment, offset: offset + bytes.length, sequence });
}

interface Found {
  readonly record: JournalRecord;
  readonly sequence: number;
  readonly time: string;
}

const scanner = createLineScanner();
const TIMESTAMP = columnAt("timestamp");
const SEQUENCE = columnAt("sequence");
const KIND = columnAt("kind");
const CALL_ID = columnAt("call_id");

/** The same for a line that begins with the rest of one that somebody cut. */
function lookAt(bytes: Buffer, start: number, end: number): Found {
  try {
    return look(bytes, start, end);
  } catch (error) {
    const text = bytes.toString("utf8", start, end);
    const at = startOfGlued(text);
    if (at === 0) throw error;
    return look(bytes, start + Buffer.byteLength(text.slice(0, at)), end);
  }
}

/** What reading and merging need of a line. Throws where it is no record. */
function look(bytes: Buffer, start: number, end: number): Found {
  const isPlain =
    scanner.scan(bytes, start, end) &&
    ![TIMESTAMP, KIND, CALL_ID].some((column) => scanner.isEscaped(column));
  if (!isPlain) return lookAtParsed(bytes, start, end);
  const textAt = (column: number): string =>
    bytes.toString("utf8", scanner.startOf(column) + 1, scanner.endOf(column) - 1);
  const callId = scanner.startOf(CALL_ID) < 0 ? undefined : textAt(CALL_ID);
  return {
    record: { kind: textAt(KIND), callId, bytes, start, end },
    sequence: Number(bytes.toString("latin1", scanner.startOf(SEQUENCE), scanner.endOf(SEQUENCE))),
    time: textAt(TIMESTAMP),
  };
}

function lookAtParsed(bytes: Buffer, start: number, end: number): Found {
  const parsed = parseFlatLine(bytes.toString("utf8", start, end));
  const { kind, call_id: callId, sequence, timestamp: time } = parsed;
  return { record: { kind, callId, parsed, bytes, start, end }, sequence, time };
}

/** A stable sort keeps each stream's order, because times within a queue never fall. */
function mergeQueues(queues: readonly (readonly Queued[])[]): readonly JournalRecord[] {
  const [only] = queues;
  if (queues.length === 1 && only !== undefined) return only.map(({ record }) => record);
  return queues
    .flat()
    .toSorted((left, right) => (left.time < right.time ? -1 : left.time > right.time ? 1 : 0))
    .map(({ record }) => record);
}
