import type { LogRecordProcessor } from "@opentelemetry/sdk-logs";
import {
  ATTR_RECORD_ID,
  ATTR_RECORD_KIND,
  ATTR_SCHEMA_VERSION,
  ATTR_SEQUENCE_NUMBER,
  type AttributeValue,
  type AuditRecord,
  type RecordAttributes,
  recordId,
  SCHEMA_VERSION,
} from "../event/index.ts";
import { encodeJsonLine } from "../format/index.ts";
import { fromLogRecord } from "../otel/index.ts";
import type { Clock } from "../lib/clock.ts";
import { messageOf } from "../lib/errors.ts";
import type { Journal } from "./journal.ts";
import { createLossAccount, type LossNotice, type LossOptions } from "./loss-account.ts";
import type { Sealer } from "../seal/index.ts";

/** Gives every record its place in the stream and writes it, before `emit` returns. */
export interface JournalProcessor extends LogRecordProcessor {
  /** Takes whatever has the content of a record. */
  readonly onEmit: (log: Parameters<typeof fromLogRecord>[0]) => void;
  /** The id of the record that the last `emit` wrote. */
  readonly lastRecordId: () => string;
  /** Counts records that could not even be made, or are lost after all; a gap record tells of them. */
  readonly countLost: (why: string, options?: LossOptions) => void;
  /** Writes a gap record for what somebody else, or the disk, took from the journal. */
  readonly noteGap: (notice: LossNotice) => void;
  /** Looks at the journal's files now. */
  readonly inspect: () => void;
  /** What was written and lost since the stream began. */
  readonly counts: () => JournalCounts;
  /** Resolves when all that was written is under a checkpoint, or none can be made. Never rejects. */
  readonly checkpoint: () => Promise<void>;
  /** Writes a checkpoint that was made for the stream of another. Throws where the disk refuses. */
  readonly writeAdopted: (record: AuditRecord) => void;
  /** Why no checkpoint can be made now. */
  readonly sealingProblem: () => string | undefined;
  /**
   * Before the journal closes: a last try to write down what was lost, or to tell people; and the last
   * checkpoint, which stands when it returns where the signer signs at once, else when it resolves.
   */
  readonly finish: () => Promise<void>;
}

/** What a stream has come to. */
export interface JournalCounts {
  /**
   * Records that were to be written, whether or not they could be. Gap records and checkpoints are not
   * among them, nor are intents that could not be written: their calls were refused.
   */
  readonly recorded: number;
  /** Checkpoints are not among them. */
  readonly written: number;
  readonly lost: number;
  /** Why the last record could not be written; undefined: it was, or the next one could be. */
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
  /** Whether more of the same call comes at once: no checkpoint stands between its results. Default: never. */
  readonly isFollowed?: () => boolean;
  /** Makes the sealer of the stream, given what writes its checkpoints. Default: nothing is sealed. */
  readonly seal?: ((write: (record: AuditRecord) => void) => Sealer) | undefined;
}

/** What could not be written is tried again after this time, whether or not somebody records. */
const RETRY_MILLIS = 1000;

/**
 * The last processor of the pipeline: numbers, writes, and leaves a gap record for what was lost.
 * `onEmit` throws `write_failed` when the disk refuses; the sequence number is then not used up.
 */
export function createJournalProcessor(options: JournalProcessorOptions): JournalProcessor {
  const { journal, clock, report, service, resource, mayUseReserve = () => false } = options;
  let sequence = 0;
  let last = "";
  let failing: string | undefined;
  /** The stream's start record, as long as it could not be written. */
  let pendingStart: AuditRecord | null = null;
  let retryTimer: NodeJS.Timeout | undefined;
  let isFinished = false;
  /** Checkpoints that were written. */
  let checkpoints = 0;
  const sealer = options.seal?.((record) => writeCheckpoint(record, true));
  const losses = createLossAccount({
    write: (record) => write(record, true),
    shortage: () => journal.shortage?.(),
    clock,
    report,
  });

  /** Numbers the record, seals it, and writes it as the next of the stream. */
  function append(record: AuditRecord, isFavoured: boolean): void {
    const place = sequence + 1;
    // Into the attributes themselves: a copy of all of them for three more costs as much as writing them.
    const attributes: Record<string, AttributeValue> = record.attributes;
    attributes[ATTR_RECORD_ID] = recordId(journal.stream, place);
    attributes[ATTR_SEQUENCE_NUMBER] = place;
    attributes[ATTR_SCHEMA_VERSION] = SCHEMA_VERSION;
    const kind = attributes[ATTR_RECORD_KIND];
    const sealed = sealer?.seal(record);
    const line = encodeJsonLine({
      ...(sealed?.record ?? record),
      service,
      ...(kind === "start" ? { resource } : {}),
    });
    journal.append(line, { mayUseReserve: isFavoured, isCounted: kind !== "checkpoint" });
    sequence++;
    if (sealed !== undefined)
      sealer?.took(sealed.leaf, String(kind), isFavoured && kind === "result");
  }

  function writeStart(): void {
    if (pendingStart === null) return;
    append(pendingStart, true);
    pendingStart = null;
  }

  /** One record a write: a reader never sees a whole line that is taken back. */
  function write(record: AuditRecord, isFavoured: boolean): void {
    writeStart();
    append(record, isFavoured);
  }

  function writeCheckpoint(record: AuditRecord, isFavoured: boolean): void {
    write(record, isFavoured);
    checkpoints++;
  }

  /** The start record waits for room, because everything behind it needs it; any other is lost. */
  function refuse(record: AuditRecord, error: unknown): void {
    const why = messageOf(error);
    failing = why;
    retryLater();
    if (record.attributes[ATTR_RECORD_KIND] === "start") {
      pendingStart = record;
      report(`${why}. The start record is written when there is room.`);
      return;
    }
    // The call that an intent is of is refused, and told so: nothing that happened is lost with it.
    if (record.attributes[ATTR_RECORD_KIND] === "intent") return;
    losses.count(why);
    if (journal.shortage?.() !== undefined) losses.settle();
  }

  /** Keeps no process alive: its end tries once more. */
  function retryLater(): void {
    if (!isFinished) retryTimer ??= setTimeout(retry, RETRY_MILLIS).unref();
  }

  /** Nobody else may record for hours: what is owed is written, and a disk that works again is noticed. */
  function retry(): void {
    retryTimer = undefined;
    if (failing === undefined && !losses.isOwing()) return;
    const before = sequence;
    try {
      writeStart();
      if (!losses.settle()) return retryLater();
      // A refused intent leaves nothing to write.
      if (failing !== undefined && sequence === before) journal.probe?.();
      failing = undefined;
    } catch {
      retryLater(); // The disk still refuses.
    }
  }

  return {
    lastRecordId: () => last,
    countLost(why, lossOptions) {
      losses.count(why, lossOptions);
      retryLater();
    },
    noteGap(notice) {
      if (losses.note(notice)) return;
      retryLater();
      report(
        `no gap record can be written yet for ${notice.why}; it is written when there is room`,
      );
    },
    inspect: () => journal.inspect?.(),
    counts() {
      const { lost, lostWritten, gaps } = losses.totals();
      const waiting = pendingStart === null ? 0 : 1;
      const written = sequence - checkpoints;
      return { recorded: written - gaps + lost - lostWritten + waiting, written, lost, failing };
    },
    finish() {
      isFinished = true;
      clearTimeout(retryTimer);
      losses.finish();
      return sealer?.close() ?? Promise.resolve();
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
      last = recordId(journal.stream, sequence);
      losses.settle();
      if (options.isFollowed?.() !== true) sealer?.settle();
    },
    async checkpoint() {
      await sealer?.flush();
    },
    writeAdopted: (record) => writeCheckpoint(record, false),
    sealingProblem: () => sealer?.problem(),
    async forceFlush() {
      await sealer?.flush();
      await journal.synced();
    },
    async shutdown() {
      journal.close();
    },
  };
}
