import type { FlatRecord } from "../../../format/index.ts";
import type { StreamOrder } from "../../stream-order.ts";

/** Adds records up as they come, in whatever order: memory does not grow with them. */
export interface Tally<Tables> {
  readonly add: (record: FlatRecord) => void;
  readonly end: () => Tables;
}

/** What all tallies are told. */
export interface TallyOptions {
  /** A table with a row for each record has no more. */
  readonly rows: number;
  /** Whether the verification found something about a record. */
  readonly isMarked: (id: string) => boolean;
  /** How records stand to each other. */
  readonly oldestFirst: StreamOrder["oldestFirst"];
}
