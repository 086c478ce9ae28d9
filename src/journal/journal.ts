/**
 * Durable queue between a service and everything that reads its audit trail.
 *
 * In: encoded records, one at a time. Out: the same lines in the same order, in segments on disk.
 * `append` returns after the write, so an appended line survives SIGKILL; its `synced` resolves
 * after fdatasync, so it survives power loss. A full disk makes `append` throw, never drop. What
 * others do to the files is noticed with the syncs, mended where it can be, and told.
 */
import { streamLockFile } from "../format/index.ts";
import { type Clock, createSystemClock } from "../lib/clock.ts";
import { AuditError, messageOf } from "../lib/errors.ts";
import { freeSpaceOf } from "../lib/filesystem.ts";
import { makeDirectory } from "../lib/files.ts";
import { createGroupSync } from "./group-sync.ts";
import { createJournalNotices, type JournalNotice } from "./journal-notices.ts";
import { checkFilesystem } from "./network-filesystem.ts";
import { createReserve } from "./reserve.ts";
import { createSegmentMending } from "./segment-mending.ts";
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
   * @throws {AuditError} `write_failed`, with nothing of the line left in the file.
   */
  readonly append: (line: string, options?: AppendOptions) => void;
  /** Resolves when every line appended before the call survives power loss; rejects with `sync_failed`. */
  readonly synced: () => Promise<void>;
  /** Why records are refused, or may not survive power loss, now; undefined: all is well. */
  readonly problem: () => string | undefined;
  /** Counted lines whose sync failed: they may not survive power loss. */
  readonly unconfirmed: () => number;
  /** Counted lines that survive power loss. */
  readonly confirmed: () => number;
  /** Syncs, closes and settles everybody who waits. Blocks; safe to call at process exit and twice. */
  readonly close: () => void;
  /** Why only what may use the reserve is written now. Absent: there is no reserve. */
  readonly shortage?: () => string | undefined;
  /**
   * Finds out whether a line could be written now, and leaves nothing behind. Absent: `problem` says all.
   *
   * @throws the system error where it could not.
   */
  readonly probe?: () => void;
  /** Looks at the files now, mends them, and gives every notice that is due. Absent: there are no files. */
  readonly inspect?: () => void;
}

/** How a line is written. */
export interface AppendOptions {
  /** Whether it is written while there is little room. Default false. */
  readonly mayUseReserve?: boolean;
  /** Whether it is among the lines that the journal counts; all are synced and kept alike. Default true. */
  readonly isCounted?: boolean;
}

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
/** Earlier segments are looked for this often, beside when a new one begins or something was changed. */
const MISSING_PAUSE_MILLIS = 60_000;
/** More than most records take, and than what a full disk has left in the last block of a file. */
const PROBE_BYTES = 8 * 1024;

/**
 * Opens the journal of a new stream.
 *
 * @throws {AuditError} `directory_unusable` when it cannot be created or written, or is on a network filesystem.
 */
export function openJournal(options: JournalOptions): Journal {
  const { directory, stream, report, notify = () => {} } = options;
  const clock = options.clock ?? createSystemClock();
  const nowMillis = (): number => clock.monotonicMillis();
  const notices = createJournalNotices({ report, notify });
  let isClosed = false;

  const writer = open(options, {
    nowMillis,
    foundForeign: notices.foundForeign,
    began() {
      notices.note({ kind: "began" });
      noteMissing();
    },
  });
  const missingTimer = setInterval(noteMissing, MISSING_PAUSE_MILLIS).unref();
  const reserve = createReserve({
    reserveBytes: options.reserveBytes,
    look: () => freeSpaceOf(directory),
    nowMillis,
  });

  const mending = createSegmentMending({
    writer,
    noteChange(change, lost) {
      notices.changed(change, lost);
      noteMissing();
    },
    nowMillis,
  });

  function noteMissing(): void {
    notices.missing(writer.takeMissing());
  }

  const sync = createGroupSync({
    unconfirmed: mending.unconfirmed,
    conclude(result) {
      if (result.freeBytes !== undefined) reserve.told(result.freeBytes);
      return mending.conclude(result);
    },
    idle: writer.closeReleased,
    recovered: (count, why) => notices.note({ kind: "unconfirmed", count, why }),
    lockPath: streamLockFile(directory, stream),
    directory,
    report,
    onAnswer: options.onAnswer,
  });

  function append(
    line: string,
    { mayUseReserve = false, isCounted = true }: AppendOptions = {},
  ): void {
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
    sync.request(isCounted);
  }

  return {
    stream,
    append,
    problem: () => sync.problem() ?? reserve.problem(),
    unconfirmed: sync.unconfirmed,
    shortage: reserve.problem,
    probe: () => writer.probe(PROBE_BYTES),
    confirmed: sync.confirmed,
    synced: () => (isClosed ? Promise.resolve() : sync.wait()),
    inspect() {
      if (isClosed) return;
      sync.now();
      noteMissing();
      notices.tell();
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
