import type { LogRecordProcessor } from "@opentelemetry/sdk-logs";
import {
  ATTR_RECORD_ID,
  ATTR_RECORD_KIND,
  ATTR_SCHEMA_VERSION,
  ATTR_SEQUENCE_NUMBER,
  type AttributeValue,
  type AuditRecord,
  RECORDS_UNCONFIRMED,
  type RecordAttributes,
  recordId,
  SCHEMA_VERSION,
} from "../event/index.ts";
import { encodeJsonLine, fromLogRecord } from "../format/index.ts";
import { type Clock, toIsoMicros } from "../lib/clock.ts";
import { messageOf } from "../lib/errors.ts";
import { type Gap, gapRecord } from "./gap-record.ts";
import type { JournalNotice } from "./journal-notices.ts";
import type { Journal } from "./journal.ts";

/** Gives every record its place in the stream and writes it, before `emit` returns. */
export interface JournalProcessor extends LogRecordProcessor {
  /** Takes whatever has the content of a record. */
  readonly onEmit: (log: Parameters<typeof fromLogRecord>[0]) => void;
  /** The id of the record that the last `emit` wrote. */
  readonly lastRecordId: () => string;
  /** Counts records that could not even be made, or are lost after all; a gap record tells of them. */
  readonly countLost: (why: string, options?: LossOptions) => void;
  /** Writes a gap record for what somebody else, or the disk, took from the journal. */
  readonly noteGap: (
    notice: Extract<JournalNotice, { readonly count: number } | { readonly lost: unknown }>,
  ) => void;
  /** Looks at the journal's files now. */
  readonly inspect: () => void;
  /** What was written and lost since the stream began. */
  readonly counts: () => JournalCounts;
  /** Before the journal closes: a last try to write down what was lost, or to tell people. */
  readonly finish: () => void;
}

/** What {@link JournalProcessor.countLost} is told beside the reason. */
export interface LossOptions {
  /** Default 1. */
  readonly count?: number;
  /** It was made and counted, and is lost after all. Default false. */
  readonly isWritten?: boolean;
}

/** What a stream has come to. */
export interface JournalCounts {
  /**
   * Records that were to be written, whether or not they could be. Gap records are not among them, nor
   * are intents that could not be written: their calls were refused.
   */
  readonly recorded: number;
  readonly written: number;
  readonly lost: number;
  /** Why the last record could not be written; undefined: it was. */
  readonly failing: string | undefined;
}

/** What {@link createJournalProcessor} takes. */
export interface JournalProcessorOptions {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly report: (line: string) => void;
  /** `service.name` of the resource, shown in every line. */
  readonly service: string;
  /** Resource attributes; the start record, which is the first of the stream, carries them. */
  readonly resource: RecordAttributes;
  /** Whether the record that is being emitted is written while there is little room. Default: none is. */
  readonly mayUseReserve?: () => boolean;
}

/** While there is little room, a gap record says at most this often how many records were lost. */
const SHORTAGE_GAP_MILLIS = 60_000;

/**
 * The last processor of the pipeline: numbers, writes, and leaves a gap record for what was lost.
 * `onEmit` throws `write_failed` when the disk refuses; the sequence number is then not used up.
 */
export function createJournalProcessor(options: JournalProcessorOptions): JournalProcessor {
  const { journal, clock, report, service, resource, mayUseReserve = () => false } = options;
  let sequence = 0;
  let last = "";
  let lost: Loss | null = null;
  let lostInAll = 0;
  /** Since when nothing was written without a loss; empty: nothing is being lost. */
  let lossSince = "";
  /** How many of those lost since then stand in gap records. */
  let inGaps = 0;
  let gaps = 0;
  /** Lost ones that have a place in the stream. */
  let lostWritten = 0;
  let failing: string | undefined;
  let nextShortageGapAt = Number.NEGATIVE_INFINITY;
  /** The stream's start record, as long as it could not be written. */
  let pendingStart: AuditRecord | null = null;
  /** What others, or the disk, took, as long as no gap record could be written. */
  const pendingGaps: Omit<Gap, "until">[] = [];

  /** The line of the next record. */
  function lineOf(record: AuditRecord): string {
    const place = sequence + 1;
    // Into the attributes themselves: a copy of all of them for three more costs as much as writing them.
    const attributes: Record<string, AttributeValue> = record.attributes;
    attributes[ATTR_RECORD_ID] = recordId(journal.stream, place);
    attributes[ATTR_SEQUENCE_NUMBER] = place;
    attributes[ATTR_SCHEMA_VERSION] = SCHEMA_VERSION;
    const isStart = attributes[ATTR_RECORD_KIND] === "start";
    return encodeJsonLine({ ...record, service, ...(isStart ? { resource } : {}) });
  }

  function append(line: string, isFavoured: boolean): void {
    journal.append(line, isFavoured);
    sequence++;
    last = recordId(journal.stream, sequence);
  }

  /** One record a write: a reader never sees a whole line that is taken back. */
  function write(record: AuditRecord, isFavoured: boolean): void {
    if (pendingStart !== null) {
      append(lineOf(pendingStart), true);
      pendingStart = null;
    }
    append(lineOf(record), isFavoured);
  }

  /** Behind the first record that could be written again; where there is no room yet, behind a later one. */
  function tellOfLoss(): void {
    if (lossSince === "" || journal.shortage?.() !== undefined || !writeLoss()) return;
    report(
      `writing works again; ${inGaps} records were lost since ${lossSince}, a gap record says so`,
    );
    inGaps = 0;
    lossSince = "";
  }

  /** False: there is no room yet. */
  function writeLoss(): boolean {
    if (lost === null) return true;
    const { count, why, since } = lost;
    if (!writeGap({ count, why, details: { since } })) return false;
    lost = null;
    inGaps += count;
    return true;
  }

  /** False: there is no room yet. */
  function writeGap(gap: Omit<Gap, "until">): boolean {
    try {
      write(gapRecord({ ...gap, until: toIsoMicros(clock.nowMicros()) }), true);
      gaps++;
      return true;
    } catch {
      return false; // Still counted: the next record tries again.
    }
  }

  /** False: there is no room yet. */
  function writePendingGaps(): boolean {
    for (let [gap] = pendingGaps; gap !== undefined; [gap] = pendingGaps) {
      if (!writeGap(gap)) return false;
      pendingGaps.shift();
    }
    return true;
  }

  /** While the reserve is kept free, a process that is killed has said how many it refused, give or take a minute. */
  function tellOfShortage(): void {
    if (journal.shortage?.() === undefined || clock.monotonicMillis() < nextShortageGapAt) return;
    nextShortageGapAt = clock.monotonicMillis() + SHORTAGE_GAP_MILLIS;
    writeLoss();
  }

  /** The start record waits for room, because everything behind it needs it; any other is lost. */
  function refuse(record: AuditRecord, error: unknown): void {
    const why = messageOf(error);
    failing = why;
    if (record.attributes[ATTR_RECORD_KIND] === "start") {
      pendingStart = record;
      report(`${why}. The start record is written when there is room.`);
      return;
    }
    // The call that an intent is of is refused, and told so: nothing that happened is lost with it.
    if (record.attributes[ATTR_RECORD_KIND] === "intent") return;
    countLost(why);
    tellOfShortage();
  }

  function countLost(why: string, { count = 1, isWritten = false }: LossOptions = {}): void {
    lostInAll += count;
    if (isWritten) lostWritten += count;
    if (lost === null) lost = { count, since: toIsoMicros(clock.nowMicros()), why };
    else {
      lost.count += count;
      lost.why = why;
    }
    if (lossSince !== "") return;
    lossSince = lost.since;
    report(`${why}. Records are being lost; a gap record will say how many.`);
  }

  return {
    lastRecordId: () => last,
    countLost,
    noteGap(notice) {
      const before = last;
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
      if (!writePendingGaps()) {
        report(
          `no gap record can be written yet for ${notice.why}; it is written when there is room`,
        );
      }
      last = before;
    },
    inspect: () => journal.inspect?.(),
    counts: () => ({
      recorded: sequence - gaps + lostInAll - lostWritten + (pendingStart === null ? 0 : 1),
      written: sequence,
      lost: lostInAll,
      failing,
    }),
    finish() {
      writePendingGaps();
      for (const { count, why } of pendingGaps) {
        report(`no gap record could be written for ${count} records: ${why}`);
      }
      writeLoss();
      if (lost === null) return;
      report(
        `${lost.count} records were lost since ${lost.since}, and no gap record could be written`,
      );
    },
    onEmit(log) {
      try {
        const record = fromLogRecord(log);
        const isStart = record.attributes[ATTR_RECORD_KIND] === "start";
        write(record, isStart || mayUseReserve());
      } catch (error) {
        refuse(fromLogRecord(log), error);
        throw error;
      }
      failing = undefined;
      const written = last;
      writePendingGaps();
      tellOfLoss();
      last = written;
    },
    forceFlush: () => journal.synced(),
    async shutdown() {
      journal.close();
    },
  };
}

/** Records that could not be written since a time. */
interface Loss {
  count: number;
  readonly since: string;
  why: string;
}
