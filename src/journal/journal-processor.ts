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
  /** The id of the record that the last `emit` wrote. */
  readonly lastRecordId: () => string;
  /** Before the journal closes: a last try to write down what was lost, or to tell people. */
  readonly finish: () => void;
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
  let lost: { count: number; readonly since: string; why: string } | null = null;

  function write(record: AuditRecord): void {
    const id = recordId(journal.stream, sequence + 1);
    const attributes = {
      ...record.attributes,
      [ATTR_RECORD_ID]: id,
      [ATTR_SEQUENCE_NUMBER]: sequence + 1,
      [ATTR_SCHEMA_VERSION]: SCHEMA_VERSION,
    };
    const isStart = record.attributes[ATTR_RECORD_KIND] === "start";
    journal.append(
      encodeJsonLine({ ...record, attributes, service, ...(isStart ? { resource } : {}) }),
    );
    sequence++;
    last = id;
  }

  function countLoss(error: unknown): void {
    const why = messageOf(error);
    if (lost === null) {
      lost = { count: 1, since: toIsoMicros(clock.nowMicros()), why };
      report(`${why}. Records are being lost; a gap record will say how many.`);
    } else {
      lost.count++;
      lost.why = why;
    }
  }

  function writeGap(): void {
    if (lost === null) return;
    const { count, since, why } = lost;
    const until = toIsoMicros(clock.nowMicros());
    write({
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
    });
    lost = null;
    report(`writing works again; ${count} records were lost since ${since}, a gap record says so`);
  }

  return {
    lastRecordId: () => last,
    finish() {
      try {
        writeGap();
      } catch {
        report(`${lost?.count ?? 0} records were lost since ${lost?.since ?? ""} and no gap record could be written`);
      }
    },
    onEmit(log) {
      try {
        writeGap();
        write(fromLogRecord(log));
      } catch (error) {
        countLoss(error);
        throw error;
      }
    },
    forceFlush: () => journal.synced(),
    async shutdown() {
      journal.close();
    },
  };
}
