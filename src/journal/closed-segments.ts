import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { purgedFile } from "../format/index.ts";
import type { LostRecords } from "./cut-segment.ts";

/** A segment that is written and confirmed: nobody holds a descriptor of it any more. */
export interface ClosedSegment extends LostRecords {
  readonly number: number;
}

/** The segments of a stream that are closed. */
export interface ClosedSegments {
  readonly add: (segment: ClosedSegment) => void;
  /** Those that are not there any more, and that retention did not delete; each is told once. */
  readonly takeMissing: () => readonly LostRecords[];
}

/** Knows of none at first. */
export function createClosedSegments(directory: string, stream: string): ClosedSegments {
  let closed: ClosedSegment[] = [];

  return {
    add: (segment) => void closed.push(segment),
    takeMissing() {
      const gone = closed.filter(({ file }) => !existsSync(join(directory, file)));
      if (gone.length === 0) return [];
      closed = closed.filter((segment) => !gone.includes(segment));
      // Asked after: retention says what it deletes before it does.
      const purged = purgedIn(directory, stream);
      return gone
        .filter(({ number, count }) => number > purged && count > 0)
        .map(({ number: _number, ...lost }) => lost);
    },
  };
}

/** Number of the last segment that retention deleted; 0 where it says nothing. */
function purgedIn(directory: string, stream: string): number {
  try {
    const told: unknown = JSON.parse(readFileSync(purgedFile(directory), "utf8"));
    const found = new Map(Object.entries(told ?? {})).get(stream) as unknown;
    return typeof found === "number" ? found : 0;
  } catch {
    return 0;
  }
}
