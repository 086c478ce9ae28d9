/**
 * A journal for audit records that go through somebody else's LoggerProvider.
 *
 * In: log records. Out: those of the scope `otel-audit`, numbered and redacted, in a journal like
 * that of `createAudit`; all others pass untouched. Promise: `emit` never throws for it; what could not be
 * written is counted, reported, and told by a gap record.
 */
import type { LogRecordProcessor, ReadWriteLogRecord } from "@opentelemetry/sdk-logs";
import {
  ATTR_ACTION,
  ATTR_SERVICE_NAME,
  ATTR_TIME,
  type AttributeValue,
  createCatalogue,
  EVENT_NAME_PREFIX,
  fileChangeEvent,
  newId,
  type RecordAttributes,
  SCOPE_NAME,
} from "../event/index.ts";
import {
  createJournalProcessor,
  type JournalNotice,
  type JournalProcessor,
  openJournal,
} from "../journal/index.ts";
import { createSystemClock, toIsoMicros } from "../lib/clock.ts";
import { counted, verbFor } from "../lib/counted.ts";
import { AuditError, messageOf } from "../lib/errors.ts";
import { createLineWriter } from "../setup/line-writer.ts";
import { journalOfEnvironment, sealOfEnvironment } from "../setup/options.ts";
import { ownDraft } from "../setup/own-draft.ts";
import { openSealing } from "../setup/sealing.ts";
import { startDraft } from "../setup/start-record.ts";
import { auditContentOf, type AuditRecordParts } from "./audit-record.ts";
import { checkOptions, type JournalLogProcessorOptions } from "./journal-log-options.ts";
import { redactorOf } from "./redacting-processors.ts";

/** A log-record processor that keeps audit records on disk. */
export interface JournalLogProcessor extends LogRecordProcessor {
  /** What became of audit records so far; for alerts. */
  readonly counts: () => { readonly written: number; readonly lost: number };
}

const NO_POLICY = "none";
/** A journal that cannot be opened is tried again after this time. */
const RETRY_MILLIS = 1000;

/** Records from before there was a journal to count them. */
interface LostBefore {
  count: number;
  readonly since: string;
  why: string;
}

/**
 * A log-record processor that writes audit records, those whose scope is `otel-audit` and whose
 * event name is `audit.<action>`, to a journal in `directory`. They are redacted on the way; the log
 * record itself is left as it is.
 *
 * @example
 * const provider = new LoggerProvider({ processors: [createJournalLogProcessor({ directory: "./audit" })] });
 * provider.getLogger("otel-audit").emit({ eventName: "audit.pause", body: { note: "plateau" } });
 * @throws {AuditError} `invalid_option`; `directory_unusable` where it is plain that it cannot be written;
 * `unreadable`, `untrusted_file` and `invalid_policy` for a redaction policy or key that cannot be used.
 */
export function createJournalLogProcessor(
  options: JournalLogProcessorOptions,
): JournalLogProcessor {
  const directory = checkOptions(options);
  const redactor = redactorOf(options);
  const report = createLineWriter(redactor.redactText);
  const parts: AuditRecordParts = { catalogue: createCatalogue([]), redactor };
  const policies = { auditPolicy: NO_POLICY, redactionPolicy: redactor.digest };
  let open: JournalProcessor | undefined;
  let isClosed = false;
  /** Whether the record that is being written is of a `closed` action. */
  let isFavoured = false;
  let before: LostBefore | undefined;
  const clock = createSystemClock();
  const stream = newId();
  /** Of the first audit record's provider. */
  let resource: RecordAttributes | undefined;
  let notOpened: unknown;
  let retryTimer: NodeJS.Timeout | undefined;

  /** With the first record: a process that never audits creates nothing. */
  function journalOf(log: ReadWriteLogRecord): JournalProcessor {
    if (open !== undefined) return open;
    if (retryTimer !== undefined) throw notOpened;
    if (resource === undefined) process.on("exit", close);
    resource ??= redactor.redact({ attributes: resourceOf(log), body: {} }).attributes;
    return begin(resource);
  }

  /** @throws what keeps it from being opened: tried again soon, whether or not somebody records. */
  function begin(known: RecordAttributes): JournalProcessor {
    try {
      open = openWith(known);
    } catch (error) {
      notOpened = error;
      retryTimer = setTimeout(retry, RETRY_MILLIS, known).unref();
      throw error;
    }
    const start = startDraft(policies);
    const time = toIsoMicros(clock.nowMicros());
    try {
      open.onEmit({ attributes: { ...start.attributes, [ATTR_TIME]: time }, body: start.body });
    } catch {
      // The disk is full: the journal has said so, and writes it when there is room.
    }
    if (before !== undefined) open.countLost(before.why, before);
    before = undefined;
    return open;
  }

  function openWith(known: RecordAttributes): JournalProcessor {
    const service = String(known[ATTR_SERVICE_NAME]);
    const sealing = openSealing(sealOfEnvironment(), directory, report);
    const journal = openJournal({ ...journalOfEnvironment(), directory, stream, report, notify });
    const mayUseReserve = (): boolean => isFavoured;
    return createJournalProcessor({
      journal,
      clock,
      report,
      service,
      resource: known,
      mayUseReserve,
      seal: sealing.sealerOf({
        stream,
        clock,
        report,
        catalogue: parts.catalogue,
        ...policies,
        resource: known,
      }),
    });
  }

  function retry(known: RecordAttributes): void {
    clearTimeout(retryTimer);
    retryTimer = undefined;
    try {
      begin(known);
    } catch {
      // What is lost by it was said when it began.
    }
  }

  /** What the journal does not count itself: there is none yet, or the record cannot be made, or it is closed. */
  function countLost(why: string): void {
    if (open !== undefined && !isClosed) return open.countLost(why);
    if (before === undefined) {
      report(`AUDIT RECORDS ARE LOST: ${why}`);
      before = { count: 0, since: toIsoMicros(clock.nowMicros()), why };
    }
    before.count++;
    before.why = why;
  }

  /** Somebody else changed a file of the journal, or the disk failed: the trail says so itself. */
  function notify(notice: JournalNotice): void {
    if (notice.kind === "began" || isClosed) return;
    if (notice.kind !== "changed") return open?.noteGap(notice);
    const { attributes, body } = ownDraft(fileChangeEvent(notice.change), parts.catalogue);
    const time = toIsoMicros(clock.nowMicros());
    try {
      open?.onEmit({ attributes: { ...attributes, [ATTR_TIME]: time }, body });
    } catch {
      // The disk refuses: counted and reported like any lost record.
    }
  }

  function close(): void {
    if (isClosed) return;
    // A last try, for what was lost.
    if (retryTimer !== undefined && resource !== undefined) retry(resource);
    clearTimeout(retryTimer);
    open?.inspect();
    isClosed = true;
    process.off("exit", close);
    void open?.finish();
    void open?.shutdown();
    if (before === undefined) return;
    report(
      `${counted(before.count, "audit record")} ${verbFor(before.count, "was")} lost since ${before.since}: there was no journal to write them to`,
    );
  }

  function write(log: ReadWriteLogRecord): void {
    if (isClosed) throw new AuditError("closed", "the journal is closed");
    const journal = journalOf(log);
    const content = auditContentOf(log, parts);
    if (content === undefined) {
      journal.countLost(
        `a log record of the scope ${SCOPE_NAME} names no action: its event name must be ${EVENT_NAME_PREFIX}<action>`,
      );
      return;
    }
    isFavoured =
      parts.catalogue.find(String(content.attributes[ATTR_ACTION]))?.failure === "closed";
    journal.onEmit(content);
  }

  return {
    onEmit(log) {
      if (log.instrumentationScope.name !== SCOPE_NAME) return;
      try {
        write(log);
      } catch (error) {
        // The journal counts and reports what it refuses itself.
        if (error instanceof AuditError && error.code === "write_failed") return;
        countLost(messageOf(error));
      }
    },
    counts() {
      const { written, lost } = open?.counts() ?? { written: 0, lost: 0 };
      return { written, lost: lost + (before?.count ?? 0) };
    },
    forceFlush: async () => open?.forceFlush(),
    shutdown: async () => close(),
  };
}

/** Resource attributes as their provider has them; such as are found out later are left out. */
function resourceOf({ resource }: ReadWriteLogRecord): RecordAttributes {
  const known: Record<string, AttributeValue> = { [ATTR_SERVICE_NAME]: "unknown_service:node" };
  for (const [key, value] of Object.entries(resource.attributes)) {
    if (typeof value === "string" || typeof value === "number" || typeof value === "boolean")
      known[key] = value;
  }
  return known;
}
