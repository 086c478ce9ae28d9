/**
 * The whole order, in the only file that knows it: redact, number and write, then views and shipper.
 *
 * In: resolved options. Out: an open audit log. Opening is synchronous, so that a server can be kept
 * from listening when it fails.
 */
import { type CaptureTarget, createOpenCalls, withRoleVerdict } from "../capture/index.ts";
import { type AnyEvent, type FileChange, fileChangeEvent } from "../event/index.ts";
import { createJournalProcessor, type JournalNotice, startAdoption } from "../journal/index.ts";
import { AuditError, messageOf } from "../lib/errors.ts";
import {
  type Audit,
  type AuditHealth,
  createCallTotals,
  createEqualFailures,
  createRecorder,
  type Draft,
  healthOf,
  withinDiskLimit,
} from "../record/index.ts";
import { createRedactingProcessor } from "../redact/index.ts";
import { createEmitter } from "./emitter.ts";
import { layGroundwork } from "./groundwork.ts";
import { createHangWatch } from "./hang-watch.ts";
import { type ReportedHealth, reportHealth } from "./metrics.ts";
import { type OpenJournal, openSomeJournal } from "./open-journal.ts";
import type { ResolvedOptions } from "./options.ts";
import { createRefusals } from "./refusals.ts";
import type { OpeningOptions } from "./opening-options.ts";
import { openOutward } from "./outward.ts";
import { ownDraft } from "./own-draft.ts";
import { openRetention } from "./retention.ts";
import { openSealing, sealingNotes } from "./sealing.ts";
import { shippingHealth } from "./shipping-health.ts";
import { startDraft } from "./start-record.ts";

/** The start of a service waits so long for the disk. */
const START_LIMIT_MILLIS = 5_000;

/** An open audit log with what only capture may use. */
export interface OpenAudit {
  readonly audit: Audit;
  readonly target: CaptureTarget;
  /**
   * Resolves when the keys of all tokens are there and the disk has answered about the start record, or when
   * both were waited for long enough.
   */
  readonly ready: () => Promise<void>;
  /** Resolves when everything that was emitted survives power loss. */
  readonly synced: () => Promise<void>;
}

/**
 * Opens an audit log.
 *
 * @param directory absolute path.
 * @param options.shape what an event looks like in the views.
 * @param options.surroundings default: the real ones.
 * @throws {AuditError} `invalid_option`, `invalid_policy`, `untrusted_file`, `unreadable` or
 * `directory_unusable`; nothing of ours throws later.
 */
export function openAudit(
  options: ResolvedOptions,
  directory: string,
  { shape = "full", whenUnusable = "throw", ...opening }: OpeningOptions = {},
): OpenAudit {
  const { surroundings, isUnsealedForBenchmark = false } = opening;
  const ground = layGroundwork(options, surroundings);
  const { redactor, report, clock, makeId, catalogue, policy, actors, resource, service } = ground;
  // Salts and signatures differ from run to run: no test wants to see them.
  const sealing =
    surroundings === undefined && !isUnsealedForBenchmark
      ? openSealing(options.seal, directory, report)
      : undefined;
  const opened: OpenJournal =
    surroundings === undefined
      ? openSomeJournal(options, {
          directory,
          stream: makeId(),
          shape,
          clock,
          report,
          notify,
          lost: (why) => processor.countLost(why, { isWritten: true }),
          onAnswer: () => reported?.look(),
          whenUnusable,
        })
      : { journal: surroundings.journal, memory: undefined, isOnDisk: true };
  const { journal, memory } = opened;
  const hangWatch = createHangWatch(journal, report);
  const calls = createCallTotals();
  let isFavoured = false;
  let isFollowed = false;
  const processor = createJournalProcessor({
    journal,
    clock,
    // That nothing is audited was said: how much of it need not be.
    report: opened.isRefusing === true ? () => {} : report,
    service,
    resource,
    mayUseReserve: () => isFavoured,
    isFollowed: () => isFollowed,
    // What is nowhere kept needs no proof.
    seal:
      opened.isRefusing === true
        ? undefined
        : sealing?.sealerOf({ ...ground, stream: journal.stream, calls: calls.all }),
  });
  const emitDraft = createEmitter({
    resource,
    clock,
    processors: [createRedactingProcessor(redactor, { isPlain: true }), processor],
  });
  const outward = openOutward(options, { directory, shape, opened, report, fileChanged });
  const openCalls = surroundings?.openCalls ?? createOpenCalls(() => clock.monotonicMillis());
  const refusals = createRefusals(() => clock.monotonicMillis(), report);
  let isClosed = false;
  let isLateReported = false;
  let reported: ReportedHealth | undefined;

  function emit(draft: Draft): string {
    if (isClosed) throw refuseLate();
    isFavoured = draft.failure === "closed";
    isFollowed = draft.isFollowed === true;
    emitDraft(withRoleVerdict(draft, policy));
    draft.call?.recorded();
    outward.wake();
    return processor.lastRecordId();
  }

  /** A test wants to see each record at once. */
  const failures =
    surroundings === undefined
      ? createEqualFailures({ emit, lost: (why, count) => processor.countLost(why, { count }) })
      : undefined;
  const emitOrFold = failures?.emit ?? emit;

  /** Somebody else changed a file of the journal, or the disk failed: the trail says so itself. */
  function notify(notice: JournalNotice): void {
    if (isClosed) return;
    if (notice.kind === "began") retention?.wake();
    else if (notice.kind === "changed") fileChanged(notice.change);
    else processor.noteGap(notice);
  }

  /** Somebody else did something to a segment or a view: the trail says so itself. */
  function fileChanged(change: FileChange): void {
    if (isClosed) return;
    try {
      emit(ownDraft(fileChangeEvent(change), catalogue));
    } catch {
      // The disk refuses: counted and reported like any lost record.
    }
  }

  /** A service may outlive its audit log; that its calls are no longer recorded is said once. */
  function refuseLate(): AuditError {
    if (!isLateReported)
      report("the audit log is closed: what happens from now on is not recorded");
    isLateReported = true;
    return new AuditError("closed", "the audit log is closed: this record was not written");
  }

  /** False: it has ended before. The promise is of the last checkpoint. */
  function end(): Promise<void> | false {
    if (isClosed) return false;
    openCalls.close();
    failures?.close();
    retention?.close();
    adoption?.close();
    processor.inspect();
    const sealed = processor.finish();
    isClosed = true;
    process.off("exit", closeNow);
    return sealed;
  }

  function health(): AuditHealth {
    const { failing, recorded, written, lost } = processor.counts();
    return healthOf({
      // One line of the journal may stand for several.
      recorded: recorded + (failures?.folded() ?? 0),
      written,
      lost: lost + (memory?.abandoned() ?? 0),
      isClosed,
      failing: failing ?? journal.problem() ?? hangWatch.problem(),
      synced: journal.confirmed(),
      unconfirmed: journal.unconfirmed(),
      refused: refusals.count(),
      openCalls: openCalls.count(),
      notes: [
        ...(memory === undefined ? [] : ["records are only in memory"]),
        ...(retention?.problems() ?? []),
        ...sealingNotes(processor.sealingProblem()),
        ...(outward.views?.problems() ?? []),
      ],
      isInMemory: memory !== undefined,
      shipping: shippingHealth(outward.shipper, Number(clock.nowMicros() / 1000n)),
    });
  }

  /** Everything that must not be lost, in one blocking call: the process ends. */
  function closeNow(): void {
    if (end() === false) return;
    outward.shipper?.closeNow();
    journal.close();
    outward.views?.closeNow();
    reported?.leave();
  }

  try {
    emit(startDraft(ground));
  } catch {
    // The disk is full already: counted and reported like any lost record, and no reason not to serve.
  }
  // At once: the first action does not wait for a thread that is only starting.
  const started = memory === undefined && opened.isRefusing !== true ? journal.synced() : undefined;
  started?.catch(() => {});
  const recordOwn = async (event: AnyEvent): Promise<void> => {
    emit(ownDraft(event, catalogue));
    await journal.synced();
  };
  const retention =
    surroundings === undefined && opened.isOnDisk
      ? openRetention(options, {
          directory,
          shape,
          stream: journal.stream,
          report,
          record: async (event) => {
            await recordOwn(event);
            // What only an adopter signed excuses nothing: a process that dies now must leave it signed.
            await processor.checkpoint();
            await journal.synced();
          },
        })
      : undefined;
  const adoption =
    sealing !== undefined && opened.isOnDisk
      ? startAdoption({
          directory,
          stream: journal.stream,
          signer: sealing.signer,
          clock,
          write: processor.writeAdopted,
          report,
        })
      : undefined;
  if (surroundings === undefined) {
    process.on("exit", closeNow);
    reported = reportHealth({ health, isOpen: () => !isClosed, report });
  }

  async function close(): Promise<void> {
    const sealed = end();
    if (sealed === false) return;
    await sealed;
    // What is only in memory has no other way out.
    if (memory !== undefined) await outward.shipper?.close();
    journal.close();
    await outward.views?.close();
    await outward.shipper?.close();
    // Behind the last try to ship: it counts.
    reported?.leave();
  }

  /** A disk that fails or hangs is said, and is no reason not to serve. */
  async function startDurable(): Promise<void> {
    if (started === undefined) return;
    await withinDiskLimit(started, START_LIMIT_MILLIS).catch((error: unknown) => {
      // That it failed says the journal.
      if (!(error instanceof AuditError))
        hangWatch.unconfirmed("the start record", messageOf(error));
    });
  }

  let closing: Promise<void> | undefined;
  const recorder = createRecorder({
    catalogue,
    emit: emitOrFold,
    newId: makeId,
    nowMillis: () => clock.monotonicMillis(),
    running: openCalls,
    synced: journal.synced,
    isInMemory: journal.isInMemory ?? false,
    lost: (why) => processor.countLost(why),
    refused: refusals.add,
    report,
  });
  return {
    synced: journal.synced,
    async ready() {
      await Promise.all([actors.ready(), startDurable()]);
    },
    target: {
      policy,
      findActor: actors.find,
      catalogue,
      clock,
      newId: makeId,
      emit: emitOrFold,
      synced: journal.synced,
      lost: (why) => processor.countLost(why),
      refused: (method, why) => refusals.add(`a call of ${method}`, why),
      unconfirmed: (method, why) => hangWatch.unconfirmed(`a result of ${method}`, why),
      report,
      openCalls,
      calls,
    },
    audit: {
      ...recorder,
      stream: journal.stream,
      directory,
      async flush() {
        await processor.checkpoint();
        await journal.synced();
        await outward.views?.flush();
      },
      health() {
        reported?.look();
        return health();
      },
      close: () => (closing ??= close()),
    },
  };
}
