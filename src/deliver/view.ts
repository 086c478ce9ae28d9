import type { StreamPosition } from "./merge.ts";
import type { Intent, OpenIntents } from "./open-intents.ts";

/** A file that shows the results of all streams of a directory, for people and for `jq`. */
export interface View {
  /** How far the view has got in each stream. */
  readonly positions: ReadonlyMap<string, StreamPosition>;
  /**
   * What has begun, as far as the view has got, and is not shown yet; saved with the positions. Absent:
   * what the view shows has no intents.
   */
  readonly intents?: OpenIntents;
  /**
   * Shows more records.
   *
   * @param records results, and intents that nothing will follow, in their order.
   * @param readTo how far each stream was read, other kinds of records included.
   */
  readonly append: (
    records: readonly Intent[],
    readTo: ReadonlyMap<string, StreamPosition>,
  ) => void;
  /** Whether something that was appended is not in the file yet. */
  readonly hasPending: () => boolean;
  /** Brings the file and the saved state up to date. */
  readonly settle: (options: { readonly isForced: boolean }) => void;
  readonly close: () => void;
}

/** What a view is opened with. */
export interface ViewOptions {
  readonly directory: string;
  readonly report: (line: string) => void;
  /** Monotonic milliseconds. */
  readonly nowMillis: () => number;
}
