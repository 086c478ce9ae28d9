/**
 * Durable queue between a service and everything that reads its audit trail.
 *
 * In: encoded records, one at a time. Out: the same lines in the same order, in segments on disk.
 * `append` returns after the write, so an appended line survives SIGKILL; its `synced` resolves
 * after fdatasync, so it survives power loss. A full disk makes `append` throw, never drop. What
 * others do to the files is noticed with the syncs, mended where it can be, and told.
 */
import { rmSync } from "node:fs";
import type { FileChange } from "../event/index.ts";
import { streamLockFile } from "../format/index.ts";
import { type Clock, createSystemClock } from "../lib/clock.ts";
import { AuditError, messageOf } from "../lib/errors.ts";
import { freeSpaceOf } from "../lib/filesystem.ts";
import { makeDirectory } from "../lib/files.ts";
import { type Conclusion, createGroupSync } from "./group-sync.ts";
import { changeLine } from "./change-line.ts";
import type { LostRecords } from "./cut-segment.ts";
import { checkFilesystem } from "./network-filesystem.ts";
import { createReserve } from "./reserve.ts";
import type { CareRequest, CareResult, Finding } from "./segment-care.ts";
import {
  openSegmentWriter,
  type SegmentWriter,
  type SegmentWriterOptions,
} from "./segment-writer.ts";

/** The journal of one stream. */
export interface Journal {
  readonly stream: string;
  /** True: nothing survives the process; `synced` says that a receiver has the lines. Default false. */
  readonly isInMemory?: boolean;
  /**
   * Writes one line, and has it synced soon without anybody waiting.
   *
   * @param mayUseReserve whether it is written while there is little room. Default false.
   * @throws {AuditError} `write_failed`, with nothing of the line left in the file.
   */
  readonly append: (line: string, mayUseReserve?: boolean) => void;
  /** Resolves when every line appended before the call survives power loss; rejects with `sync_failed`. */
  readonly synced: () => Promise<void>;
  /** Why records are refused, or may not survive power loss, now; undefined: all is well. */
  readonly problem: () => string | undefined;
  /** Lines whose sync failed: they may not survive power loss. */
  readonly unconfirmed: () => number;
  /** Lines that survive power loss. */
  readonly confirmed: () => number;
  /** Syncs, closes and settles everybody who waits. Blocks; safe to call at process exit and twice. */
  readonly close: () => void;
  /** Why only what may use the reserve is written now. Absent: there is no reserve. */
  readonly shortage?: () => string | undefined;
  /** Looks at the files now, mends them, and gives every notice that is due. Absent: there are no files. */
  readonly inspect?: () => void;
}

/** Something that happened to the journal and belongs into it. */
export type JournalNotice =
  /** Somebody else changed a file. */
  | { readonly kind: "changed"; readonly change: FileChange }
  /** Records that were accepted are not there any more. */
  | { readonly kind: "lost"; readonly lost: LostRecords; readonly why: string }
  /** A further segment began: the one before takes no more records. */
  | { readonly kind: "began" }
  /** Records whose sync failed may not survive power loss. */
  | { readonly kind: "unconfirmed"; readonly count: number; readonly why: string };

/** What {@link openJournal} takes. */
export interface JournalOptions {
  /** The audit directory; created when absent. */
  readonly directory: string;
  readonly stream: string;
  /** Bytes after which a new segment begins. Default 64 MiB. */
  readonly maxSegmentBytes?: number | undefined;
  /** Milliseconds after which the next line begins a new segment. Default 24 hours. */
  readonly maxSegmentAgeMillis?: number | undefined;
  /** Bytes that stay free for what may use them; 0: none. Default 64 MiB, at most a tenth of the filesystem. */
  readonly reserveBytes?: number | undefined;
  /** Whether the directory may be on a network filesystem. Default false. */
  readonly isNetworkAllowed?: boolean | undefined;
  /** Default: the system clock. */
  readonly clock?: Clock;
  readonly report: (line: string) => void;
  /** Told after the append or sync that found it, so that it may append itself. Default: nobody is. */
  readonly notify?: (notice: JournalNotice) => void;
  /** Called after every answer of the disk to a sync, good or bad; must not throw. */
  readonly onAnswer?: () => void;
}

/** A segment that has reached this size is closed and the next one begun. */
const DEFAULT_MAX_SEGMENT_BYTES = 64 * 1024 * 1024;
const DEFAULT_MAX_SEGMENT_AGE_MILLIS = 24 * 60 * 60 * 1000;
/** A disk that fails every sync must not get a new file, or a copy of an old one, for each. */
const PAUSE_MILLIS = 1000;
/** Earlier segments are looked for this often, beside when a new one begins or something was changed. */
const MISSING_PAUSE_MILLIS = 60_000;
const MENDINGS_AT_ONCE = 3;

/**
 * Opens the journal of a new stream.
 *
 * @throws {AuditError} `directory_unusable` when it cannot be created or written, or is on a network filesystem.
 */
export function openJournal(options: JournalOptions): Journal {
  const { directory, stream, report, notify = () => {} } = options;
  const clock = options.clock ?? createSystemClock();
  const nowMillis = (): number => clock.monotonicMillis();
  const notices: JournalNotice[] = [];
  let isClosed = false;
  let nextDistrustAt = Number.NEGATIVE_INFINITY;
  /** Why an older segment could not be mended yet. */
  let broken: string | undefined;
  /** Why the current one could not be. */
  let unmended = "";
  /** Of the current one, since it was last found as it should be. */
  let mendings = 0;
  let mendAgainAt = Number.NEGATIVE_INFINITY;

  function foundForeign(file: string): void {
    report(`${file} stands where a segment was to be made, and is none of ours: it is left alone`);
    note({ kind: "changed", change: { file, change: "foreign", isRestored: false } });
  }

  /** Never in the middle of an append: who is told may append. */
  function note(notice: JournalNotice): void {
    if (notices.push(notice) === 1) queueMicrotask(tell);
  }

  function tell(): void {
    for (const notice of notices.splice(0)) notify(notice);
  }

  const writer = open(options, {
    nowMillis,
    foundForeign,
    began() {
      note({ kind: "began" });
      noteMissing();
    },
  });
  const missingTimer = setInterval(noteMissing, MISSING_PAUSE_MILLIS).unref();
  const reserve = createReserve({
    reserveBytes: options.reserveBytes,
    look: () => freeSpaceOf(directory),
    nowMillis,
  });

  function noteChange(change: FileChange, lost: LostRecords | undefined): void {
    report(changeLine(change, lost));
    note({ kind: "changed", change });
    if (lost !== undefined) noteLost(lost, change.change);
    noteMissing();
  }

  /** Segments that nobody has a descriptor of any more cannot be brought back. */
  function noteMissing(): void {
    for (const lost of writer.takeMissing()) {
      const change: FileChange = { file: lost.file, change: "deleted", isRestored: false };
      report(changeLine(change, lost));
      note({ kind: "changed", change });
      noteLost(lost, change.change);
    }
  }

  function noteLost(lost: LostRecords, change: string): void {
    note({ kind: "lost", lost, why: `${lost.file} was ${change} by somebody else` });
  }

  function conclude(result: CareResult & { readonly freeBytes?: number }): Conclusion {
    if (result.freeBytes !== undefined) reserve.told(result.freeBytes);
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

  const sync = createGroupSync({
    unconfirmed,
    conclude,
    idle: writer.closeReleased,
    recovered: (count, why) => note({ kind: "unconfirmed", count, why }),
    lockPath: streamLockFile(directory, stream),
    directory,
    report,
    onAnswer: options.onAnswer,
  });

  function append(line: string, mayUseReserve: boolean): void {
    if (isClosed)
      throw new AuditError("closed", "the audit log is closed: this record was not written");
    const bytes = Buffer.from(`${line}\n`);
    if (!mayUseReserve && !reserve.admits(bytes.length)) {
      throw new AuditError("write_failed", reserve.problem() ?? "there is too little room");
    }
    try {
      writer.appendLine(bytes);
    } catch (error) {
      throw new AuditError("write_failed", `cannot write the journal: ${messageOf(error)}`, {
        cause: error,
      });
    }
    reserve.wrote(bytes.length);
    // Not in the try: the line is written, whatever comes of syncing it.
    sync.request();
  }

  return {
    stream,
    append: (line, mayUseReserve = false) => append(line, mayUseReserve),
    problem: () => sync.problem() ?? reserve.problem(),
    unconfirmed: sync.unconfirmed,
    shortage: reserve.problem,
    confirmed: sync.confirmed,
    synced: () => (isClosed ? Promise.resolve() : sync.wait()),
    inspect() {
      if (isClosed) return;
      sync.now();
      noteMissing();
      tell();
    },
    close() {
      if (isClosed) return;
      isClosed = true;
      clearInterval(missingTimer);
      sync.close();
      // A thread that is being ended may still be at work with them.
      void sync.ended().then(writer.close);
    },
  };
}

function open(
  options: JournalOptions,
  parts: Pick<SegmentWriterOptions, "nowMillis" | "foundForeign" | "began">,
): SegmentWriter {
  const { directory, stream, report } = options;
  try {
    makeDirectory(directory);
    if (options.isNetworkAllowed !== true) checkFilesystem(directory, report);
    return openSegmentWriter({
      directory,
      stream,
      maxBytes: options.maxSegmentBytes ?? DEFAULT_MAX_SEGMENT_BYTES,
      maxAgeMillis: options.maxSegmentAgeMillis ?? DEFAULT_MAX_SEGMENT_AGE_MILLIS,
      report,
      ...parts,
    });
  } catch (error) {
    if (error instanceof AuditError) throw error;
    throw new AuditError(
      "directory_unusable",
      `cannot write the audit directory ${JSON.stringify(directory)}: ${messageOf(error)}`,
      { cause: error },
    );
  }
}
