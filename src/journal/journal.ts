/**
 * Durable queue between a service and everything that reads its audit trail.
 *
 * In: encoded records, one at a time. Out: the same lines in the same order, in segments on disk.
 * `append` returns after the write, so an appended line survives SIGKILL; its `synced` resolves
 * after fdatasync, so it survives power loss. A full disk makes `append` throw, never drop.
 */
import { streamLockFile } from "../format/index.ts";
import { AuditError, messageOf } from "../lib/errors.ts";
import { createGroupSync } from "./group-sync.ts";
import { openSegmentWriter } from "./segment-writer.ts";

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
  readonly append: (line: string) => void;
  /** Resolves when every line appended before the call survives power loss; rejects with `sync_failed`. */
  readonly synced: () => Promise<void>;
  /** Why what was written last may not survive power loss; undefined: the last sync went well. */
  readonly problem: () => string | undefined;
  /** Lines whose sync failed: they may not survive power loss. */
  readonly unconfirmed: () => number;
  /** Lines that survive power loss. */
  readonly confirmed: () => number;
  /** Syncs, closes and settles everybody who waits. Blocks; safe to call at process exit and twice. */
  readonly close: () => void;
}

/** What {@link openJournal} takes. */
export interface JournalOptions {
  /** The audit directory; created when absent. */
  readonly directory: string;
  readonly stream: string;
  /** Bytes after which a new segment begins. Default 64 MiB. */
  readonly maxSegmentBytes?: number;
  readonly report: (line: string) => void;
  /** Called after every answer of the disk to a sync, good or bad; must not throw. */
  readonly onAnswer?: () => void;
}

/**
 * Opens the journal of a new stream.
 *
 * @throws {AuditError} `directory_unusable` when it cannot be created or written.
 */
export function openJournal(options: JournalOptions): Journal {
  const writer = open(options);
  const sync = createGroupSync({
    path: writer.path,
    lockPath: streamLockFile(options.directory, options.stream),
    syncNow: writer.syncNow,
    report: options.report,
    onAnswer: options.onAnswer,
  });
  let isClosed = false;
  return {
    stream: options.stream,
    append(line) {
      if (isClosed)
        throw new AuditError("closed", "the audit log is closed: this record was not written");
      try {
        writer.appendLine(line);
      } catch (error) {
        throw new AuditError("write_failed", `cannot write the journal: ${messageOf(error)}`, {
          cause: error,
        });
      }
      // Not in the try: the line is written, whatever comes of syncing it.
      sync.request();
    },
    problem: sync.problem,
    unconfirmed: sync.unconfirmed,
    confirmed: sync.confirmed,
    synced: () => (isClosed ? Promise.resolve() : sync.wait()),
    close() {
      if (isClosed) return;
      isClosed = true;
      sync.close();
      writer.close();
    },
  };
}

function open(options: JournalOptions): ReturnType<typeof openSegmentWriter> {
  try {
    return openSegmentWriter(options.directory, options.stream, options.maxSegmentBytes);
  } catch (error) {
    throw new AuditError(
      "directory_unusable",
      `cannot write the audit directory ${JSON.stringify(options.directory)}: ${messageOf(error)}`,
      { cause: error },
    );
  }
}
