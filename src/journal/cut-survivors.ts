import type { CutSegment, LostRecords } from "./cut-segment.ts";
import { readRest } from "./segment-file.ts";

/** Lines behind a cut. */
export interface Survivors {
  readonly bytes: Uint8Array;
  readonly count: number;
}

/** What a cut left of a segment. */
export interface CutOutcome {
  /** Undefined: nothing stands behind the cut. */
  readonly survivors: Survivors | undefined;
  /** Undefined: everything is there all the same. */
  readonly lost: LostRecords | undefined;
}

const LINE_END = 0x0a;

/**
 * Looks at a segment that was cut, as it is now.
 *
 * @param segment.name path in the audit directory.
 * @param last sequence number of the last record that was written to it.
 * @throws the system error when it cannot be read.
 */
export function outcomeOfCut(
  { fd, name }: { readonly fd: number; readonly name: string },
  cut: CutSegment,
  last: number,
): CutOutcome {
  // Written before the cut was noticed: that is little.
  const bytes = readRest(fd, cut.survivorsFrom);
  const count = linesIn(bytes);
  // Counted here: some may have been written, and cut off, after the thread was asked to look.
  const missing = last - cut.next + 1 - count;
  const survivors = count > 0 ? { bytes, count } : undefined;
  if (missing <= 0) return { survivors, lost: undefined };
  const to = Math.max(cut.lost?.to ?? 0, cut.next + missing - 1);
  return { survivors, lost: { file: name, from: cut.next, to, count: missing } };
}

function linesIn(bytes: Uint8Array): number {
  let count = 0;
  for (let at = bytes.indexOf(LINE_END); at >= 0; at = bytes.indexOf(LINE_END, at + 1)) count++;
  return count;
}
