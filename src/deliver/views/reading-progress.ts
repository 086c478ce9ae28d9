import { STREAM_START, type StreamPosition } from "./merge.ts";

/** Where a stream ended. */
export interface EndedPosition extends StreamPosition {
  /** {@link ViewProgress.turn} right after it; undefined: not noted, long ago. */
  readonly turn?: number | undefined;
}

/** How far a view has got in each stream. */
export interface ViewProgress {
  /** Streams that go on, or that the view has not read to their end. */
  readonly live: ReadonlyMap<string, StreamPosition>;
  /**
   * Streams that have ended and are shown whole. Apart, because a directory collects thousands of
   * them: they are neither looked at nor saved with every step.
   */
  readonly done: ReadonlyMap<string, EndedPosition>;
  /** Grows with each stream that ends: tells what ended before a time from what ended later. */
  readonly turn: () => number;
  /** Streams that had ended, were shown whole, and have been deleted. */
  readonly pruned: () => number;
  /** Grows whenever `done` changes; 0: it is what was saved. */
  readonly doneVersion: () => number;
  readonly advance: (readTo: ReadonlyMap<string, StreamPosition>) => void;
  /** A stream has ended, and nothing of it is left to read. */
  readonly retire: (stream: string) => void;
  /** It goes on after all. */
  readonly revive: (stream: string) => void;
  /** It was deleted: its place is forgotten. */
  readonly prune: (stream: string) => void;
  readonly reset: (to?: Places) => void;
}

/** Positions to begin with. */
export interface Places {
  readonly live: ReadonlyMap<string, StreamPosition>;
  readonly done: ReadonlyMap<string, EndedPosition>;
  /** {@link ViewProgress.pruned} and {@link ViewProgress.turn} to go on from. Default 0. */
  readonly pruned?: number;
  readonly turn?: number;
  /** `done` is what stands in the saved file. Default false. */
  readonly isSaved?: boolean;
}

const NOWHERE: Places = { live: new Map(), done: new Map() };

/** Begins where a view was saved. */
export function createViewProgress(begin: Places): ViewProgress {
  const live = new Map(begin.live);
  const done = new Map(begin.done);
  let version = begin.isSaved === true ? 0 : 1;
  let pruned = begin.pruned ?? 0;
  let lastTurn = lastTurnOf(begin);
  return {
    live,
    done,
    doneVersion: () => version,
    turn: () => lastTurn,
    pruned: () => pruned,
    advance(readTo) {
      for (const [stream, position] of readTo) live.set(stream, position);
    },
    retire(stream) {
      done.set(stream, { ...(live.get(stream) ?? STREAM_START), turn: ++lastTurn });
      live.delete(stream);
      version++;
    },
    revive(stream) {
      const position = done.get(stream);
      if (position === undefined) return;
      const { segment, offset, sequence } = position;
      live.set(stream, { segment, offset, sequence });
      done.delete(stream);
      version++;
    },
    prune(stream) {
      live.delete(stream);
      if (!done.delete(stream)) return;
      pruned++;
      version++;
    },
    reset(to = NOWHERE) {
      pruned = to.pruned ?? 0;
      live.clear();
      done.clear();
      for (const [stream, position] of to.live) live.set(stream, position);
      for (const [stream, position] of to.done) done.set(stream, position);
      version++;
    },
  };
}

/** {@link ViewProgress.turn} when the last of these streams had ended. */
export function lastTurnOf({ done, turn: begin = 0 }: Places): number {
  return [...done.values()].reduce((last, { turn = 0 }) => Math.max(last, turn), begin);
}

/** The place in a stream, whether it goes on or not; undefined before its first line. */
export function positionIn(
  { live, done }: ViewProgress,
  stream: string,
): StreamPosition | undefined {
  return live.get(stream) ?? done.get(stream);
}

/** Whether two views stand at the same place in every stream. */
export function isSamePlace(left: ViewProgress, right: ViewProgress): boolean {
  const isCovered = (one: ViewProgress, other: ViewProgress): boolean => {
    for (const [stream, { segment, offset, sequence }] of one.live) {
      const there = positionIn(other, stream);
      if (there?.segment !== segment || there.offset !== offset || there.sequence !== sequence)
        return false;
    }
    return true;
  };
  const count = ({ live, done }: ViewProgress): number => live.size + done.size;
  return count(left) === count(right) && isCovered(left, right) && isCovered(right, left);
}

/** Grows with every line that is read: of two views the one with more of it has got further. */
export function distanceOf({ live, done }: ViewProgress): number {
  let total = 0;
  for (const places of [live, done])
    for (const { segment, offset } of places.values()) total += segment * 2 ** 32 + offset;
  return total;
}
