import { lstatSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { purgedFile } from "../format/index.ts";
import { systemCodeOf } from "../lib/errors.ts";
import type { LostRecords } from "./cut-segment.ts";

/** A segment that is written and confirmed: nobody holds a descriptor of it any more. */
export interface ClosedSegment extends LostRecords {
  readonly number: number;
}

/** The segments of a stream that are closed. */
export interface ClosedSegments {
  readonly add: (segment: ClosedSegment) => void;
  /** Those that are not there any more, and that retention did not delete; each is told once. Never throws. */
  readonly takeMissing: () => readonly LostRecords[];
}

/** Knows of none at first. */
export function createClosedSegments(directory: string, stream: string): ClosedSegments {
  let closed: ClosedSegment[] = [];

  return {
    add: (segment) => void closed.push(segment),
    takeMissing() {
      const gone = closed.filter(({ file }) => isGone(join(directory, file)));
      if (gone.length === 0) return [];
      // Asked after: retention says what it deletes before it does.
      const purged = readPurged(directory);
      // Nothing is told that may be wrong: they are looked for again.
      if (purged === undefined) return [];
      const last = purged.get(stream) ?? 0;
      closed = closed.filter((segment) => !gone.includes(segment));
      return gone
        .filter(({ number, count }) => number > last && count > 0)
        .map(({ number: _number, ...lost }) => lost);
    },
  };
}

/** Where that cannot be found out, as in a directory that cannot be searched now, it is not. */
function isGone(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) === undefined;
  } catch {
    return false;
  }
}

/**
 * Number of the last segment that retention deleted, by stream; of the streams that it tells of.
 * Undefined: it cannot be read now.
 */
export function readPurged(directory: string): ReadonlyMap<string, number> | undefined {
  let text: string;
  try {
    text = readFileSync(purgedFile(directory), "utf8");
  } catch (error) {
    return systemCodeOf(error) === "ENOENT" ? new Map() : undefined;
  }
  try {
    const told: unknown = JSON.parse(text);
    const entries: [string, unknown][] = Object.entries(told ?? {});
    return new Map(
      entries.flatMap(([key, last]) => (typeof last === "number" ? [[key, last]] : [])),
    );
  } catch {
    // Somebody else wrote it: it tells of nothing.
    return new Map();
  }
}
