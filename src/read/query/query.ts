/**
 * What somebody asks of a trail.
 *
 * A query is terms, and a record matches when all of them hold. It is plain data: it can be handed to a
 * thread, and be made by a program as well as by {@link parseQuery} from what somebody typed.
 */

import type { FlatRecord } from "../../format/portable.ts";

/** One condition. */
export interface Term {
  /** What is looked at: one of {@link FIELDS}, or `attribute` or `details` with a path. */
  readonly field: string;
  /** Of `attribute` its OpenTelemetry name, of `details` the keys with dots between them. */
  readonly path?: string;
  readonly test: ValueTest;
  /** True: it holds where the test does not. */
  readonly isNegated: boolean;
}

/** What a value must be. A field with several values passes with one of them. */
export type ValueTest =
  /** One of these. */
  | { readonly kind: "any-of"; readonly values: readonly WantedText[] }
  /** A number between these, both included; absent: no limit. */
  | NumberRange
  /** A time from `from` on and before `until`: ISO 8601 UTC with six digits; absent: no limit. */
  | TimeRange
  /** It is there, and not empty. */
  | { readonly kind: "present" };

/** A text, or a pattern in which `*` stands for any characters. */
export interface WantedText {
  readonly text: string;
  readonly isPattern: boolean;
}

/** Numbers between two limits. */
export interface NumberRange {
  readonly kind: "number";
  readonly from?: number;
  readonly to?: number;
  /** The limits themselves do not count. */
  readonly isFromExcluded?: boolean;
  readonly isToExcluded?: boolean;
}

/** A piece of time. */
export interface TimeRange {
  readonly kind: "time";
  readonly from?: string;
  readonly until?: string;
}

/** All terms must hold; none: every record matches. */
export interface Query {
  readonly terms: readonly Term[];
}

/** Matches every record. */
export const EVERYTHING: Query = { terms: [] };

/** Columns that not every record has. */
type OptionalColumn =
  | "call_id"
  | "outcome"
  | "actor_id"
  | "actor_type"
  | "target_type"
  | "target_id"
  | "reason"
  | "method"
  | "rpc_status"
  | "duration_ms"
  | "source"
  | "service"
  | "trace_id"
  | "span_id";

/** What a query looks at: a flat record, or what stands for one. */
export type QueriedRecord = Omit<FlatRecord, OptionalColumn | "resource"> & {
  readonly [Name in OptionalColumn]?: FlatRecord[Name] | undefined;
};
