import type { Catalogue } from "../event/index.ts";
import type { Draft } from "./draft.ts";

/** What an audit log writes to. */
export interface RecordParts {
  readonly catalogue: Catalogue;
  /** Redacts and writes. Throws `write_failed` or `closed`. Returns the record id. */
  readonly emit: (draft: Draft) => string;
  /** Resolves when all that was emitted survives power loss. */
  readonly synced: () => Promise<void>;
  /** Counts a record that could not even be made: a gap record will say so. */
  readonly lost: (why: string) => void;
  /** Counts and reports what was refused because it could not be audited. */
  readonly refused: (what: string, why: string) => void;
  /** Tells people what would otherwise be silent. */
  readonly report: (line: string) => void;
}
