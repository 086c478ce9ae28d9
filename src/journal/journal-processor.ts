import type { LogRecordProcessor } from "@opentelemetry/sdk-logs";
import {
  ATTR_ACTION,
  ATTR_CATEGORY,
  ATTR_COUNT,
  ATTR_EXCEPTION_MESSAGE,
  ATTR_IMPACT,
  ATTR_OUTCOME,
  ATTR_RECORD_ID,
  ATTR_RECORD_KIND,
  ATTR_SCHEMA_VERSION,
  ATTR_SEQUENCE_NUMBER,
  ATTR_TIME,
  type AttributeValue,
  type AuditRecord,
  RECORDS_LOST,
  type RecordAttributes,
  recordId,
  SCHEMA_VERSION,
} from "../event/index.ts";
import { encodeJsonLine, fromLogRecord } from "../format/index.ts";
import { type Clock, toIsoMicros } from "../lib/clock.ts";
import { messageOf } from "../lib/errors.ts";
import type { Journal } from "./journal.ts";

/** Gives every record its place in the stream and writes it, before `emit` returns. */
export interface JournalProcessor extends LogRecordProcessor {
  /** Takes whatever has the content of a record. */
  readonly onEmit: (log: Parameters<typeof fromLogRecord>[0]) => void;
  /** The id of the record that the last `emit` wrote. */
  readonly lastRecordId: () => string;
  /** Counts a record that could not even be made; the gap record behind the next one tells of it. */
  readonly countLost: (why: string) => void;
  /** What was written and lost since the stream began. */
  readonly counts: () => JournalCounts;
  /** Before the journal closes: a last try to write down what was lost, or to tell people. */
  readonly finish: () => void;
}

/** What a stream has come to. */
export interface JournalCounts {
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
}

/**
 * The last processor of the pipeline: numbers, writes, and leaves a gap record for what was lost.
 * `onEmit` throws `write_failed` when the disk refuses; the sequence number is then not used up.
 */
export function createJournalProcessor(options: JournalProcessorOptions): JournalProcessor {
  const { journal, clock, report, service, resource } = options;
  let sequence = 0;
  let last = "";
  let lost: Loss | null = null;
  let lostInAll = 0;
  let failing: string | undefined;
  /** The stream's start record, as long as it could not be written. */
  let pendingStart: AuditRecord | null = null;

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

  function append(line: string): void {
    journal.append(line);
    sequence++;
    last = recordId(journal.stream, sequence);
  }

  /** One record a write: a reader never sees a whole line that is taken back. */
  function write(record: AuditRecord): void {
    if (pendingStart !== null) {
      append(lineOf(pendingStart));
      pendingStart = null;
    }
    append(lineOf(record));
  }

  /** Behind the first record that could be written again; where there is no room yet, behind a later one. */
  function tellOfLoss(): void {
    if (lost === null) return;
    try {
      append(lineOf(gapRecord(lost, toIsoMicros(clock.nowMicros()))));
      worksAgain();
    } catch {
      // Still counted: the next record tries again.
    }
  }

  function worksAgain(): void {
    if (lost !== null) {
      report(
        `writing works again; ${lost.count} records were lost since ${lost.since}, a gap record says so`,
      );
    }
    lost = null;
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
  }

  function countLost(why: string): void {
    lostInAll++;
    if (lost === null) {
      lost = { count: 1, since: toIsoMicros(clock.nowMicros()), why };
      report(`${why}. Records are being lost; a gap record will say how many.`);
    } else {
      lost.count++;
      lost.why = why;
    }
  }

  return {
    lastRecordId: () => last,
    countLost,
    counts: () => ({ written: sequence, lost: lostInAll, failing }),
    finish() {
      tellOfLoss();
      if (lost === null) return;
      report(
        `${lost.count} records were lost since ${lost.since}, and no gap record could be written`,
      );
    },
    onEmit(log) {
      try {
        write(fromLogRecord(log));
      } catch (error) {
        refuse(fromLogRecord(log), error);
        throw error;
      }
      failing = undefined;
      const written = last;
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

function gapRecord({ count, since, why }: Loss, until: string): AuditRecord {
  return {
    attributes: {
      [ATTR_RECORD_KIND]: "gap",
      [ATTR_ACTION]: RECORDS_LOST,
      [ATTR_CATEGORY]: "audit",
      [ATTR_IMPACT]: "high",
      [ATTR_TIME]: until,
      [ATTR_OUTCOME]: "failure",
      [ATTR_COUNT]: count,
      [ATTR_EXCEPTION_MESSAGE]: why,
    },
    body: { since, until },
  };
}
