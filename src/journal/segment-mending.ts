/**
 * What the journal makes of the answers of those who look after its segments.
 *
 * In: what they found. Out: segments that are mended or left, and what the sync is worth. Promise: it
 * is worth something only when every byte of every segment is durable under its own name, or told as
 * lost.
 */
import { rmSync } from "node:fs";
import type { FileChange } from "../event/index.ts";
import { messageOf } from "../lib/errors.ts";
import type { LostRecords } from "./cut-segment.ts";
import type { CareRequest, CareResult, Finding } from "./segment-care.ts";
import type { SegmentWriter } from "./segment-writer.ts";

/** What a sync is worth: durable, not durable for a reason, or to be done again after a change. */
export type Conclusion =
  | { readonly kind: "durable" }
  | { readonly kind: "again" }
  | { readonly kind: "failed"; readonly why: string };

/** Mends the segments of one stream. */
export interface SegmentMending {
  /** The segments that are to be made durable, as they are now. */
  readonly unconfirmed: () => CareRequest;
  /** Takes note of what came of it, mends what can be mended, and says what it is worth. */
  readonly conclude: (result: CareResult) => Conclusion;
}

/** What {@link createSegmentMending} takes. */
export interface SegmentMendingOptions {
  readonly writer: SegmentWriter;
  /** Somebody else changed a segment, and such records went with it. */
  readonly noteChange: (change: FileChange, lost: LostRecords | undefined) => void;
  /** Milliseconds of the monotonic clock. */
  readonly nowMillis: () => number;
}

/** A disk that fails every sync must not get a new file, or a copy of an old one, for each. */
const PAUSE_MILLIS = 1000;
const MENDINGS_AT_ONCE = 3;

/** Nothing is broken at first. */
export function createSegmentMending(options: SegmentMendingOptions): SegmentMending {
  const { writer, noteChange, nowMillis } = options;
  let nextDistrustAt = Number.NEGATIVE_INFINITY;
  /** Why an older segment could not be mended yet. */
  let broken: string | undefined;
  /** Why the current one could not be. */
  let unmended = "";
  /** Of the current one, since it was last found as it should be. */
  let mendings = 0;
  let mendAgainAt = Number.NEGATIVE_INFINITY;

  function conclude(result: CareResult): Conclusion {
    writer.noteSynced(result);
    for (const settled of result.settled) {
      // Two threads may have looked after it at the same time.
      const isNew = writer.release(settled.fd);
      if (isNew && settled.change !== undefined) noteChange(settled.change, settled.lost);
    }
    if (result.olderError !== undefined) mendAgainAt = nowMillis() + PAUSE_MILLIS;
    // Until it is mended, nobody is told that everything before is durable.
    broken = result.olderError ?? (writer.unconfirmed().older.length > 0 ? broken : undefined);
    if (result.finding !== undefined) return mend(result.finding);
    if (result.error !== undefined) distrust();
    const why = result.error ?? broken;
    if (result.error === undefined) mendings = 0;
    return why === undefined ? { kind: "durable" } : { kind: "failed", why };
  }

  /** The segment that is being written was changed: nobody is told that it is durable before it is mended. */
  function mend(finding: Finding): Conclusion {
    try {
      if (finding.error !== undefined) throw new Error(finding.error);
      const mended = writer.mend(finding);
      if (mended !== undefined) {
        noteChange(mended.change, mended.lost);
        if (++mendings < MENDINGS_AT_ONCE) return { kind: "again" };
        // A copy of a whole segment each: from now on one a second.
        mendAgainAt = nowMillis() + PAUSE_MILLIS;
        unmended = "somebody else changes its files again and again";
        return { kind: "failed", why: unmended };
      }
      if (finding.copy !== undefined) rmSync(finding.copy.path, { force: true });
      // Not prepared, because it failed a moment ago.
      else if (nowMillis() < mendAgainAt) return { kind: "failed", why: unmended };
      return { kind: "again" };
    } catch (error) {
      mendAgainAt = nowMillis() + PAUSE_MILLIS;
      unmended = `a file of it was ${finding.change} by somebody else, and cannot be mended yet: ${messageOf(error)}`;
      return { kind: "failed", why: unmended };
    }
  }

  /** What could not be mended is not copied again with every sync. */
  function unconfirmed(): CareRequest {
    const { current, older } = writer.unconfirmed();
    const isMending = nowMillis() >= mendAgainAt;
    return { current, older: isMending ? older : [], isMending };
  }

  /** After a failed fdatasync the kernel may have dropped what was written: the next one would succeed in vain. */
  function distrust(): void {
    if (nowMillis() < nextDistrustAt) return;
    nextDistrustAt = nowMillis() + PAUSE_MILLIS;
    writer.leave();
  }

  return { unconfirmed, conclude };
}
