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
      const purged = readPurged(directory).get(stream) ?? 0;
      return gone
        .filter(({ number, count }) => number > purged && count > 0)
        .map(({ number: _number, ...lost }) => lost);
    },
  };
}

/** Number of the last segment that retention deleted, by stream; of the streams that it tells of. */
export function readPurged(directory: string): ReadonlyMap<string, number> {
  try {
    const told: unknown = JSON.parse(readFileSync(purgedFile(directory), "utf8"));
    const entries: [string, unknown][] = Object.entries(told ?? {});
    return new Map(
      entries.flatMap(([key, last]) => (typeof last === "number" ? [[key, last]] : [])),
    );
  } catch {
    return new Map();
  }
}
