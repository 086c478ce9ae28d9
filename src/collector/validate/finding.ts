import type { Collector } from "./model.ts";
import type { Place } from "./located.ts";

/** error: loses or leaks records; warning: may, or only in a case that the text names. */
export type Severity = "error" | "warning";

/** One thing that a configuration does to audit records. */
export interface ConfigFinding {
  /** Stable across versions; README.md of collector-config has the table. */
  readonly code: string;
  readonly severity: Severity;
  /** As in `exporters.file/audit`. */
  readonly component: string;
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
  /** Counted from 1. */
  readonly column: number;
  /** What stands there, with the value. */
  readonly message: string;
  /** How it loses or leaks. */
  readonly why: string;
  /** What to write instead. */
  readonly instead: string;
}

/** A place where a rule holds. */
export interface Hit {
  readonly at: Place;
  readonly component: string;
  readonly message: string;
}

/** One mistake: how to see it, and what to say of it. */
export interface Rule {
  readonly code: string;
  readonly severity: Severity;
  readonly why: string;
  readonly instead: string;
  readonly find: (collector: Collector) => Iterable<Hit>;
}
