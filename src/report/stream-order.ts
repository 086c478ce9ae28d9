/**
 * The order of records: within a stream that of their numbers, whatever its clock said; between streams that of
 * their times, where a record is no earlier than those before it in its stream.
 *
 * In: places of records. Out: how two of them stand to each other, where a clock was set back, and which numbers
 * nobody saw. Of a clock that never goes back nothing is held but its last time.
 */
import type { FlatRecord } from "../format/index.ts";
import { firstWhere } from "../lib/first-where.ts";

/** What records are put in order by. */
export type Placed = Pick<FlatRecord, "timestamp" | "stream" | "sequence">;

/** How records stand to each other. */
export interface StreamOrder {
  /** The time that a record counts as of: its own, or the latest of those before it in its stream. */
  readonly timeOf: (record: Placed) => string;
  /** The oldest first, as `Array.sort` takes it. */
  readonly oldestFirst: (left: Placed, right: Placed) => number;
}

/** Times of a stream that came twice. */
export interface SetBack {
  readonly stream: string;
  /** Numbers of the first and the last record that say an earlier time than one before them. */
  readonly first: number;
  readonly last: number;
  /** The time that had been reached, … */
  readonly from: string;
  /** … and the earliest that they say. */
  readonly to: string;
}

/** Numbers of a stream that no record has, between two that have one. */
export interface Hole {
  readonly stream: string;
  readonly first: number;
  readonly last: number;
  /** The times that the records at both ends count as of. */
  readonly since: string;
  readonly until: string;
}

/** What one stream comes to. */
export interface StreamTrack {
  readonly stream: string;
  /** False: it is known already, or comes too late: then nothing else that is said here can be trusted. */
  readonly take: (sequence: number, time: string) => boolean;
  readonly timeOf: (place: Pick<Placed, "timestamp" | "sequence">) => string;
  readonly setBacks: readonly SetBack[];
  readonly holes: readonly Hole[];
}

type Writable<Value> = { -readonly [Key in keyof Value]: Value[Key] };

/** Begins with none; takes records in the order of their numbers. */
export function createStreamTrack(stream: string): StreamTrack {
  return new Track(stream);
}

/** A class: there may be very many streams. */
class Track implements StreamTrack {
  readonly stream: string;
  readonly setBacks: Writable<SetBack>[] = [];
  readonly holes: Hole[] = [];
  #last = 0;
  #high = "";
  #isBehind = false;

  constructor(stream: string) {
    this.stream = stream;
  }

  take(sequence: number, time: string): boolean {
    if (sequence <= this.#last) return false;
    const { stream } = this;
    const since = this.#high;
    if (time < since) this.#fallBehind(sequence, time);
    else {
      this.#high = time;
      this.#isBehind = false;
    }
    if (this.#last > 0 && sequence > this.#last + 1)
      this.holes.push({
        stream,
        first: this.#last + 1,
        last: sequence - 1,
        since,
        until: this.#high,
      });
    this.#last = sequence;
    return true;
  }

  timeOf({ sequence, timestamp }: Pick<Placed, "timestamp" | "sequence">): string {
    if (sequence > this.#last) return later(this.#high, timestamp);
    const { setBacks } = this;
    const setBack = setBacks[firstWhere(setBacks, ({ first }) => first > sequence) - 1];
    return setBack !== undefined && sequence <= setBack.last
      ? later(setBack.from, timestamp)
      : timestamp;
  }

  #fallBehind(sequence: number, time: string): void {
    const known = this.#isBehind ? this.setBacks.at(-1) : undefined;
    this.#isBehind = true;
    if (known === undefined) {
      const { stream } = this;
      this.setBacks.push({ stream, first: sequence, last: sequence, from: this.#high, to: time });
      return;
    }
    known.last = sequence;
    if (time < known.to) known.to = time;
  }
}

function later(left: string, right: string): string {
  return left > right ? left : right;
}

/** The order that some streams say; of others the times of the records decide. */
export function orderOf(tracks: ReadonlyMap<string, StreamTrack>): StreamOrder {
  return orderBy((record) => tracks.get(record.stream)?.timeOf(record) ?? record.timestamp);
}

/** The order by what records count as of, which within a stream never goes back. */
export function orderBy(timeOf: StreamOrder["timeOf"]): StreamOrder {
  return {
    timeOf,
    oldestFirst(left, right) {
      if (left.stream === right.stream) return left.sequence - right.sequence;
      const [one, other] = [timeOf(left), timeOf(right)];
      if (one !== other) return one < other ? -1 : 1;
      return left.stream < right.stream ? -1 : 1;
    },
  };
}

/** Tracks of records that somebody holds, in whatever order. */
export function tracksOf(records: readonly Placed[]): ReadonlyMap<string, StreamTrack> {
  const tracks = new Map<string, StreamTrack>();
  for (const record of records.toSorted((left, right) => left.sequence - right.sequence)) {
    const { stream, sequence, timestamp } = record;
    const track = tracks.get(stream) ?? createStreamTrack(stream);
    tracks.set(stream, track);
    track.take(sequence, timestamp);
  }
  return tracks;
}

/** The oldest first, as far as the records themselves say. */
export function inStreamOrder<Kind extends Placed>(records: readonly Kind[]): readonly Kind[] {
  return records.toSorted(orderOf(tracksOf(records)).oldestFirst);
}
