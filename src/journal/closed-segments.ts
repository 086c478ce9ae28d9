import { existsSync } from "node:fs";
import { join } from "node:path";
import type { LostRecords } from "./cut-segment.ts";

/** The segments of a stream that are written and confirmed: nobody holds a descriptor of them any more. */
export interface ClosedSegments {
  readonly add: (segment: LostRecords) => void;
  /**
   * Those that are not there any more; each is told once.
   *
   * @param options.isPrefixToo also those missing from the start of the stream on, which retention
   * may have deleted.
   */
  readonly takeMissing: (options: { readonly isPrefixToo: boolean }) => readonly LostRecords[];
}

/** Knows of none at first. */
export function createClosedSegments(directory: string): ClosedSegments {
  let closed: LostRecords[] = [];

  function isKept({ file }: LostRecords): boolean {
    return existsSync(join(directory, file));
  }

  return {
    add: (segment) => void closed.push(segment),
    takeMissing({ isPrefixToo }) {
      const missing: LostRecords[] = [];
      const kept: LostRecords[] = [];
      const run: LostRecords[] = [];
      // From the newest on: retention deletes the other way round, so that what it is just deleting is
      // never missing before one that is there.
      for (const segment of closed.toReversed()) {
        if (!isKept(segment)) {
          run.push(segment);
          continue;
        }
        kept.push(segment);
        missing.push(...run.splice(0));
      }
      if (isPrefixToo) missing.push(...run);
      closed = kept.toReversed();
      return missing.toReversed().filter(({ count }) => count > 0);
    },
  };
}
