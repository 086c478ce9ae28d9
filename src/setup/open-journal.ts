/** Where the records of this process stand: on disk; in memory until they are shipped; or nowhere. */
import {
  checkViewShape,
  createMemoryJournal,
  type MemoryJournal,
  type ViewShape,
} from "../deliver/index.ts";
import { type Journal, type JournalNotice, openJournal } from "../journal/index.ts";
import type { Clock } from "../lib/clock.ts";
import { AuditError } from "../lib/errors.ts";
import type { Report } from "./line-writer.ts";
import type { ResolvedOptions } from "./options.ts";
import { isRefusedNetwork } from "./refused-network.ts";

/** What {@link openSomeJournal} takes beside the options of the audit log. */
export interface OpenJournalOptions {
  readonly directory: string;
  readonly stream: string;
  readonly shape: ViewShape;
  readonly clock: Clock;
  readonly report: Report;
  /** Something happened to the journal that belongs into it. */
  readonly notify: (notice: JournalNotice) => void;
  /** An accepted record is lost after all. */
  readonly lost: (why: string) => void;
  /** Called after every answer of the disk or the receiver; must not throw. */
  readonly onAnswer: () => void;
  /** What becomes of calls where nothing can be recorded: `throw` is for those who ask beforehand. */
  readonly whenUnusable: "throw" | "refuse";
}

/** A journal, and the end of it that is shipped from where that is not the directory. */
export interface OpenJournal {
  readonly journal: Journal;
  readonly memory: MemoryJournal | undefined;
  /** Whether there is a directory for views. */
  readonly isOnDisk: boolean;
  /** True: nothing can be recorded, and people were told. Default false. */
  readonly isRefusing?: boolean;
}

/**
 * Opens the journal on disk; where the directory cannot be written, the next best.
 *
 * @throws {AuditError} `directory_unusable`, where `whenUnusable` says so and there is no endpoint, or the
 * directory works but is on a network filesystem;
 * `invalid_option` for views of another shape.
 */
export function openSomeJournal(
  options: ResolvedOptions,
  opening: OpenJournalOptions,
): OpenJournal {
  const { directory, stream, shape, clock, report, notify, lost, onAnswer, whenUnusable } = opening;
  try {
    if (options.format !== "journal") checkViewShape(directory, shape);
    return {
      journal: openJournal({
        ...options.journal,
        directory,
        stream,
        clock,
        report,
        notify,
        onAnswer,
      }),
      memory: undefined,
      isOnDisk: true,
    };
  } catch (error) {
    if (!(error instanceof AuditError) || error.code !== "directory_unusable") throw error;
    // Memory is for where no directory can be had, not for one that needs an option.
    if (options.shipping !== undefined && !isRefusedNetwork(directory, error)) {
      const maxBytes = options.memoryBytes;
      report(`${error.message}. RECORDS ARE ONLY IN MEMORY until the receiver has them; no views`);
      const memory = createMemoryJournal({
        stream,
        report,
        lost,
        onAnswer,
        ...(maxBytes === undefined ? {} : { maxBytes }),
      });
      return { journal: memory, memory, isOnDisk: false };
    }
    if (whenUnusable === "throw") throw error;
    report(`NOTHING IS AUDITED, and calls of closed actions are refused: ${error.message}`);
    return {
      journal: createRefusingJournal(stream, error),
      memory: undefined,
      isOnDisk: false,
      isRefusing: true,
    };
  }
}

/** A journal that takes nothing: open records are counted as lost, closed calls refused. */
function createRefusingJournal(stream: string, cause: AuditError): Journal {
  return {
    stream,
    isInMemory: true,
    append() {
      throw new AuditError("write_failed", cause.message, { cause });
    },
    synced: async () => {
      throw new AuditError("sync_failed", cause.message, { cause });
    },
    problem: () => cause.message,
    unconfirmed: () => 0,
    confirmed: () => 0,
    close() {},
  };
}
