import type { JournalPosition } from "../../journal/index.ts";
import type { OwnJournal } from "./own-journal.ts";
import { isBefore, loadShipState } from "./ship-state.ts";

/** Looked at in one go: one of them may have been taken for dead. */
const CHECKED_AT_ONCE = 16;

/** Streams that nobody will write to, shipped to their end: they cost next to nothing. */
export interface FinishedStreams {
  readonly add: (stream: string, end: JournalPosition) => void;
  readonly clear: () => void;
  /**
   * Those that are not finished. Looks again at some that are, in turn: one that has more, or whose
   * cursor was deleted, is finished no longer.
   *
   * @param listed all streams of the directory; those that are not there any more are forgotten.
   */
  readonly others: (listed: readonly string[]) => readonly string[];
  readonly has: (stream: string) => boolean;
}

/** Creates an empty set. */
export function createFinishedStreams(directory: string, journal: OwnJournal): FinishedStreams {
  const ends = new Map<string, JournalPosition>();
  let unchecked: string[] = [];

  /** Where it cannot be found out, it is looked at like the others: they say why. */
  function isFinished(stream: string, end: JournalPosition): boolean {
    try {
      return (
        !isBefore(loadShipState(directory, stream).position, end) &&
        journal.read(stream, end, 1).length === 0
      );
    } catch {
      return false;
    }
  }

  function check(): void {
    if (unchecked.length === 0) unchecked = [...ends.keys()];
    for (const stream of unchecked.splice(0, CHECKED_AT_ONCE)) {
      const end = ends.get(stream);
      if (end !== undefined && !isFinished(stream, end)) ends.delete(stream);
    }
  }

  return {
    add: (stream, end) => void ends.set(stream, end),
    clear() {
      ends.clear();
      unchecked = [];
    },
    others(listed) {
      check();
      const there = new Set(listed);
      for (const stream of ends.keys()) if (!there.has(stream)) ends.delete(stream);
      return listed.filter((stream) => !ends.has(stream));
    },
    has: (stream) => ends.has(stream),
  };
}
