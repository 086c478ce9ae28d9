import type { FlatRecord } from "../../../format/index.ts";

/** Gives records other names; the same names as long as it is kept. */
export interface Renaming {
  readonly record: (record: FlatRecord) => FlatRecord;
  readonly text: (text: string) => string;
  /** Of a query. */
  readonly term: (term: string) => string;
}

/** Somebody, or a place. */
export interface NamedId {
  readonly id: string;
  /** What stands for such a one, as in `Person`. */
  readonly noun: string;
  /**
   * It stands there as a number. A short one, and a text of up to three digits, is looked for in no text, where
   * it may count anything.
   */
  readonly isNumber?: boolean;
}
