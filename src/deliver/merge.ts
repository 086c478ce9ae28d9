import { type FlatRecord, listStreams, parseFlatLine } from "../format/index.ts";
import type { Intent } from "./open-intents.ts";
import { type JournalPosition, readJournalLines } from "../journal/index.ts";

/** Where reading a stream has got to. */
export interface StreamPosition extends JournalPosition {
  /** Sequence number of the last record taken; 0 before the first. */
  readonly sequence: number;
}

/** A journal line with what the merge and the views need to know of it. */
export interface TakenRecord {
  readonly stream: string;
  readonly line: string;
  readonly flat: FlatRecord;
  readonly position: StreamPosition;
}

/** What one round of reading found. */
export interface Round {
  readonly records: readonly TakenRecord[];
  /** Intents and results of calls behind the positions, known ones included, each stream in its order. */
  readonly steps: readonly Intent[];
  /** Lines that are no records; they are left where they are. */
  readonly unreadable: readonly {
    readonly stream: string;
    readonly line: string;
    readonly why: string;
  }[];
  /** The position behind everything that was read, for each stream that had something. */
  readonly positions: ReadonlyMap<string, StreamPosition>;
}

/** Less than this of a stream at once is not worth the opening of its file. */
const MIN_SHARE_BYTES = 16 * 1024;
const START: StreamPosition = { segment: 1, offset: 0, sequence: 0 };

/**
 * Reads what is new in every stream of a directory and merges it: by sequence within a stream,
 * between streams by the larger of a record's time and the time before it in its stream.
 */
export function readNew(
  directory: string,
  known: ReadonlyMap<string, StreamPosition>,
  maxBytes: number,
  explain: (error: unknown) => string,
): Round {
  const queues: Queued[][] = [];
  const unreadable: { stream: string; line: string; why: string }[] = [];
  const steps: Intent[] = [];
  const positions = new Map<string, StreamPosition>();
  const streams = listStreams(directory);
  const share = Math.max(MIN_SHARE_BYTES, Math.floor(maxBytes / Math.max(1, streams.length)));
  for (const stream of streams) {
    const from = known.get(stream) ?? START;
    let sequence = from.sequence;
    let time = "";
    const queue: Queued[] = [];
    for (const { text, end } of readJournalLines(directory, stream, from, share)) {
      try {
        const flat = parseFlatLine(text);
        // Already taken before a crash that came between a view and its state.
        const isNew = flat.sequence > sequence;
        sequence = Math.max(sequence, flat.sequence);
        if (flat.call_id !== undefined && (flat.kind === "intent" || flat.kind === "result"))
          steps.push({ line: text, flat });
        time = flat.timestamp > time ? flat.timestamp : time;
        if (isNew)
          queue.push({
            time,
            record: { stream, line: text, flat, position: { ...end, sequence } },
          });
      } catch (error) {
        unreadable.push({ stream, line: text, why: explain(error) });
      }
      positions.set(stream, { ...end, sequence });
    }
    if (queue.length > 0) queues.push(queue);
  }
  return { records: mergeQueues(queues), steps, unreadable, positions };
}

interface Queued {
  readonly time: string;
  readonly record: TakenRecord;
}

/** A stable sort keeps each stream's order, because times within a queue never fall. */
function mergeQueues(queues: readonly (readonly Queued[])[]): readonly TakenRecord[] {
  const [only] = queues;
  if (queues.length === 1 && only !== undefined) return only.map(({ record }) => record);
  return queues
    .flat()
    .toSorted((left, right) => (left.time < right.time ? -1 : left.time > right.time ? 1 : 0))
    .map(({ record }) => record);
}
