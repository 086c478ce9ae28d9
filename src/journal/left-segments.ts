import { closeSync } from "node:fs";
import { type ClosedSegments, createClosedSegments } from "./closed-segments.ts";
import { factsOf, mayFail, noteSynced, type OpenSegment, recordsOf } from "./open-segment.ts";
import type { CareResult, SegmentFacts } from "./segment-care.ts";

/** The segments of a stream that are not written any more. */
export interface LeftSegments {
  /** Stays open until somebody has confirmed it. */
  readonly add: (segment: OpenSegment) => void;
  /** Those that were not confirmed yet, oldest first. */
  readonly unconfirmed: () => readonly SegmentFacts[];
  readonly noteSynced: (result: Pick<CareResult, "confirmed" | "unsynced">) => void;
  /** One of them needs no more care; false: that was known. */
  readonly release: (fd: number) => boolean;
  /** A descriptor that nobody needs, closed with {@link closeReleased}: a thread may be at work with it. */
  readonly retire: (fd: number) => void;
  readonly closeReleased: () => void;
  readonly takeMissing: ClosedSegments["takeMissing"];
  /** Closes every descriptor. */
  readonly close: () => void;
}

/** There are none at first. */
export function createLeftSegments(
  directory: string,
  stream: string,
  nowMillis: () => number,
): LeftSegments {
  const older: OpenSegment[] = [];
  const released: number[] = [];
  const closed = createClosedSegments(directory, stream);

  function closeReleased(): void {
    for (const fd of released.splice(0)) {
      try {
        closeSync(fd);
      } catch {
        // Closed by somebody else: it is what we want.
      }
    }
  }

  return {
    add: (segment) => void older.push(segment),
    unconfirmed: () =>
      older.map((segment) => ({
        ...factsOf(segment),
        mayFail: mayFail(segment, nowMillis()),
      })),
    noteSynced: (result) => noteSynced(older, result, nowMillis()),
    release(fd) {
      const at = older.findIndex(({ facts }) => facts.fd === fd);
      const [segment] = at < 0 ? [] : older.splice(at, 1);
      if (segment === undefined) return false;
      released.push(fd);
      closed.add({ ...recordsOf(segment), number: segment.number });
      return true;
    },
    retire: (fd) => void released.push(fd),
    closeReleased,
    takeMissing: closed.takeMissing,
    close() {
      for (const { facts } of older.splice(0)) released.push(facts.fd);
      closeReleased();
    },
  };
}
