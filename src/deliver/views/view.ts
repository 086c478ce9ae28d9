import type { FileChange } from "../../event/index.ts";
import type { JournalRecord, StreamPosition } from "./merge.ts";
import type { OpenIntents } from "./open-intents.ts";
import type { ViewProgress } from "./reading-progress.ts";
import type { RoomOptions } from "./room.ts";

/** Name of the CSV view in the audit directory. */
export const CSV_VIEW = "audit_log.csv";
/** Name of the newest part of the JSON view in the audit directory. */
export const JSON_VIEW = "audit_log.json";
/** Name of the view of the checkpoints in the audit directory. */
export const CHECKPOINT_VIEW = "audit_checkpoints.jsonl";

/** Kinds of records that a view shows. */
export type ShownKind = "result" | "checkpoint";

/** What most views show. */
export const RESULTS: ShownKind = "result";
/** What the view of the checkpoints shows. */
export const CHECKPOINTS: ShownKind = "checkpoint";

/** A file that shows records of one kind of all streams of a directory, for people and for `jq`. */
export interface View {
  /** Default: results. */
  readonly shows?: ShownKind;
  /** How far the view has got in each stream. */
  readonly progress: ViewProgress;
  /**
   * What has begun, as far as the view has got, and is not shown yet; saved with the positions. Absent:
   * what the view shows has no intents.
   */
  readonly intents?: OpenIntents;
  /**
   * Looks whether somebody else changed the file, and begins a new one where that is so; the view's
   * positions may be at the start again after it.
   *
   * @returns false where the view takes nothing for now: the file is changed all the time, or what
   * was appended cannot be written.
   */
  readonly check: () => boolean;
  /**
   * Shows more records.
   *
   * @param records those of its kind in their order; with results, intents that nothing will follow.
   * @param readTo how far each stream was read, other kinds of records included.
   */
  readonly append: (
    records: readonly JournalRecord[],
    readTo: ReadonlyMap<string, StreamPosition>,
  ) => void;
  /** Brings the file and the saved state up to date. */
  readonly settle: (options: { readonly isForced: boolean }) => void;
  /** The saved state is gone: the next {@link settle} saves it. */
  readonly saveAgain: () => void;
  readonly close: () => void;
}

/** What a view is opened with. */
export interface ViewOptions extends RoomOptions {
  readonly report: (line: string) => void;
  /** Somebody else did something to a file of ours; it was reported already. */
  readonly fileChanged: (change: FileChange) => void;
  /** Monotonic milliseconds. */
  readonly nowMillis: () => number;
}
