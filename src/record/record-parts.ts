import type { Catalogue } from "../event/index.ts";
import type { Draft } from "./draft.ts";

/** Something that is being carried out. */
export interface RunningEntry {
  /** Milliseconds of the monotonic clock. */
  readonly startedMillis: number;
  /** It has run for long: leave a trace of it, should the process die before it ends. */
  readonly note: () => void;
  /** The audit log closes: nobody will know how it ends. */
  readonly abandon: () => void;
}

/** What an audit log writes to. */
export interface RecordParts {
  readonly catalogue: Catalogue;
  /** Redacts and writes. Throws `write_failed` or `closed`. Returns the record id. */
  readonly emit: (draft: Draft) => string;
  /** Makes call ids. */
  readonly newId: () => string;
  /** Milliseconds of the monotonic clock. */
  readonly nowMillis: () => number;
  /** Everything that is being carried out. */
  readonly running: {
    readonly add: (entry: RunningEntry) => void;
    readonly delete: (entry: RunningEntry) => void;
  };
  /** Resolves when all that was emitted survives power loss. */
  readonly synced: () => Promise<void>;
  /** Nothing that is emitted survives the process before it is synced. Default false. */
  readonly isInMemory?: boolean;
  /** Counts a record that could not even be made: a gap record will say so. */
  readonly lost: (why: string) => void;
  /** Counts and reports what was refused because it could not be audited. */
  readonly refused: (what: string, why: string) => void;
  /** Tells people what would otherwise be silent. */
  readonly report: (line: string) => void;
}
