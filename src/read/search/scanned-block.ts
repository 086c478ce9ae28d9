import type { FlatRecord } from "../../format/portable.ts";
import type { FileProblem } from "../block.ts";
import type { Query } from "../query/query.ts";

/** What is asked of every block. */
export interface ScanRequest {
  readonly query: Query;
  readonly fold: Fold;
  /** Tells the results of all calls too: something cannot be read again to look for them. Default false. */
  readonly tellsResults?: boolean;
  /**
   * Of streams the first number that their journal has: matches from there on are named, and are no rows and of
   * no group. Absent: none.
   */
  readonly journals?: ReadonlyMap<string, number>;
  /** Of streams some numbers: nothing else is looked at, and what does not match is named. Absent: everything. */
  readonly only?: ReadonlyMap<string, Float64Array>;
}

/** What is wanted of the records that match. */
export type Fold =
  /** They themselves; of a block no more than so many, from the end of time that is asked for. */
  | { readonly kind: "records"; readonly order: Order; readonly limit?: number | undefined }
  /** How many there are of each group, in several ways to group them at once. */
  | { readonly kind: "groups"; readonly ways: readonly (readonly GroupKey[])[] }
  /** The times that they say, and nothing else of them. */
  | { readonly kind: "places" }
  /** Of calls, the results; no query is asked. */
  | { readonly kind: "settle"; readonly calls: readonly string[] };

/** Which records come first. `read`: as they stand in the files. */
export type Order = "newest" | "oldest" | "read";

/** The name of a field; or a piece of time: `day` of a zone. */
export type GroupKey =
  | { readonly field: string }
  | { readonly interval: Interval; readonly zone: string };

/** A piece of time that counts are made for. */
export type Interval = "minute" | "hour" | "day" | "week" | "month" | "year";

/** What stands in a block, of what was asked for. */
export interface ScannedBlock {
  readonly problems: readonly FileProblem[];
  /** The streams that `stream` counts in. */
  readonly streams: readonly string[];
  /** Of each match, its stream. */
  readonly stream: Uint32Array<ArrayBuffer>;
  /** And its sequence number. */
  readonly sequence: Float64Array<ArrayBuffer>;
  /** 1 where it is named only: something else decides about it, or it does not match. */
  readonly isNamed: Uint8Array<ArrayBuffer>;
  /** And its time; empty where places were not asked for. */
  readonly times: readonly string[];
  /** Some of the matches, or all. */
  readonly rows: readonly ScannedRow[];
  readonly groups: ScannedGroups;
  /** Intents that match, and have no result in the block. */
  readonly intents: readonly FlatRecord[];
  /** Results of the calls that were asked for. */
  readonly results: readonly CallResult[];
  /** The last sequence number of each stream that was seen. */
  readonly last: ReadonlyMap<string, number>;
  /** Records that were looked at of which a store has made texts. Default 0. */
  readonly madeTexts?: number;
}

/** What matches in a block of a source, and which of it counts. */
export interface ScannedPart {
  /** Empty: actions without a result, from everywhere. */
  readonly source: string;
  readonly scanned: ScannedBlock;
  /** Of each match: 1 where it counts, as the first of its record id. */
  readonly isFirst: Uint8Array;
}

/** A record of those that match. */
export interface ScannedRow {
  /** Which of the matches it is. */
  readonly at: number;
  readonly time: string;
  readonly stream: string;
  readonly sequence: number;
  /** A flat record as JSON. */
  readonly text: string;
  /** Counted from 1. */
  readonly line: number;
}

/** Between times; no time has it. */
export const TIME_BREAK = "\n";

/** Groups that the matches are of. */
export interface ScannedGroups {
  /** The values of each group, U+0000 between them. */
  readonly keys: readonly string[];
  /** Which of the ways to group each is of. */
  readonly way: readonly number[];
  /** The earliest time in each, … */
  readonly first: readonly string[];
  /** … and the latest. */
  readonly last: readonly string[];
  /** Of each match its time, {@link TIME_BREAK} between them: one text goes from a thread to another faster than many. */
  readonly times: string;
  /** A match, … */
  readonly at: Uint32Array<ArrayBuffer>;
  /** … a group that it is of, … */
  readonly key: Uint32Array<ArrayBuffer>;
  /** … and how many events it stands for. */
  readonly weight: Float64Array<ArrayBuffer>;
}

/** A result, as far as it says that an intent has one. */
export interface CallResult {
  readonly call: string;
  readonly action: string;
  /** Of a call that gRPC handed over; false: code recorded it. */
  readonly isCaptured: boolean;
  readonly stream: string;
  readonly sequence: number;
}
