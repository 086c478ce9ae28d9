/**
 * What is missing from a stream.
 *
 * In: records that were lost, one by one, and what somebody else or the disk took. Out: counts, a
 * line to people when a loss begins and ends, and gap records. Promise: what could not be told yet
 * stays owed until it is told, or people are told at the end that it never was.
 */
import { type AuditRecord, RECORDS_UNCONFIRMED } from "../event/index.ts";
import { type Clock, toIsoMicros } from "../lib/clock.ts";
import { counted, verbFor } from "../lib/counted.ts";
import { type Gap, gapRecord } from "./gap-record.ts";
import type { JournalNotice } from "./journal-notices.ts";

/** What is told of records that are not there, or may not be. */
export type LossNotice = Extract<
  JournalNotice,
  { readonly count: number } | { readonly lost: unknown }
>;

/** How records were lost, beside the reason. */
export interface LossOptions {
  /** Default 1. */
  readonly count?: number;
  /** It was made and counted, and is lost after all. Default false. */
  readonly isWritten?: boolean;
  /** When the first of them was lost, as in `audit.time`. Default: now. */
  readonly since?: string;
}

/** What a stream has lost so far. */
export interface LossTotals {
  readonly lost: number;
  /** Of those, such as have a place in the stream. */
  readonly lostWritten: number;
  /** Gap records that were written. */
  readonly gaps: number;
}

/** The losses of one stream. */
export interface LossAccount {
  /** Counts records that are lost. */
  readonly count: (why: string, options?: LossOptions) => void;
  /** Takes note of what somebody else, or the disk, took. False: no gap record can be written yet. */
  readonly note: (notice: LossNotice) => boolean;
  /** Whether something was not told yet. */
  readonly isOwing: () => boolean;
  /** Writes the gap records that are owed. False: there is no room for all of them yet. Never throws. */
  readonly settle: () => boolean;
  /** A last try, or a line to people. */
  readonly finish: () => void;
  readonly totals: () => LossTotals;
}

/** What {@link createLossAccount} takes. */
export interface LossAccountOptions {
  /** Writes a record into the reserve if it must; throws where the disk refuses. */
  readonly write: (record: AuditRecord) => void;
  /** Why only what may use the reserve is written now. */
  readonly shortage: () => string | undefined;
  readonly clock: Clock;
  readonly report: (line: string) => void;
}

/** Records that could not be written since a time. */
interface Loss {
  count: number;
  readonly since: string;
  why: string;
}

/** While there is little room, a gap record says at most this often how many records were lost. */
const SHORTAGE_GAP_MILLIS = 60_000;

/** Nothing is lost at first. */
export function createLossAccount(options: LossAccountOptions): LossAccount {
  const { write, shortage, clock, report } = options;
  let lost: Loss | null = null;
  let lostInAll = 0;
  let lostWritten = 0;
  let gaps = 0;
  /** Since when nothing was written without a loss; empty: nothing is being lost. */
  let lossSince = "";
  /** How many of those lost since then stand in gap records. */
  let inGaps = 0;
  let nextShortageGapAt = Number.NEGATIVE_INFINITY;
  /** What others, or the disk, took, as long as no gap record could be written. */
  const pendingGaps: Omit<Gap, "until">[] = [];

  /** False: there is no room yet. */
  function writeGap(gap: Omit<Gap, "until">): boolean {
    try {
      write(gapRecord({ ...gap, until: toIsoMicros(clock.nowMicros()) }));
      gaps++;
      return true;
    } catch {
      return false; // Still owed.
    }
  }

  function writePendingGaps(): boolean {
    for (let [gap] = pendingGaps; gap !== undefined; [gap] = pendingGaps) {
      if (!writeGap(gap)) return false;
      pendingGaps.shift();
    }
    return true;
  }

  function writeLoss(): boolean {
    if (lost === null) return true;
    const { count, why, since } = lost;
    if (!writeGap({ count, why, details: { since } })) return false;
    lost = null;
    inGaps += count;
    return true;
  }

  /** While the reserve is kept free, a process that is killed has said how many it refused, give or take a minute. */
  function tellOfShortage(): void {
    if (lost === null || clock.monotonicMillis() < nextShortageGapAt) return;
    nextShortageGapAt = clock.monotonicMillis() + SHORTAGE_GAP_MILLIS;
    writeLoss();
  }

  function tellOfLoss(): void {
    if (shortage() !== undefined) return tellOfShortage();
    if (!writeLoss()) return;
    report(
      `writing works again; ${counted(inGaps, "record")} ${verbFor(inGaps, "was")} lost since ${lossSince}, a gap record says so`,
    );
    inGaps = 0;
    lossSince = "";
  }

  const isOwing = (): boolean => lossSince !== "" || pendingGaps.length > 0;

  return {
    isOwing,
    totals: () => ({ lost: lostInAll, lostWritten, gaps }),
    count(why, { count = 1, isWritten = false, since = toIsoMicros(clock.nowMicros()) } = {}) {
      lostInAll += count;
      if (isWritten) lostWritten += count;
      if (lost === null) lost = { count, since, why };
      else {
        lost.count += count;
        lost.why = why;
      }
      if (lossSince !== "") return;
      lossSince = lost.since;
      report(`${why}. Records are being lost; a gap record will say how many.`);
    },
    note(notice) {
      if (notice.kind === "unconfirmed") {
        const { count, why } = notice;
        pendingGaps.push({ count, why, action: RECORDS_UNCONFIRMED, details: {} });
      } else {
        const { file, from, to, count } = notice.lost;
        lostInAll += count;
        lostWritten += count;
        const details = { file, from_sequence: from, to_sequence: to };
        pendingGaps.push({ count, why: notice.why, details });
      }
      return writePendingGaps();
    },
    settle() {
      if (!writePendingGaps()) return false;
      if (lossSince !== "") tellOfLoss();
      return !isOwing();
    },
    finish() {
      writePendingGaps();
      for (const { count, why } of pendingGaps) {
        report(`no gap record could be written for ${counted(count, "record")}: ${why}`);
      }
      writeLoss();
      if (lost === null) return;
      report(
        `${counted(lost.count, "record")} ${verbFor(lost.count, "was")} lost since ${lost.since}, and no gap record could be written`,
      );
    },
  };
}
