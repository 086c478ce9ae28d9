/** A document about a trail, before it is HTML, Markdown or CSV: plain texts, nothing escaped. */

import type { MarkOf } from "./marks.ts";

/** What the document is for. */
export type ReportKind = "release" | "incident" | "exclusions" | "decisions";

/** All of them. */
export const REPORT_KINDS: readonly ReportKind[] = [
  "release",
  "incident",
  "exclusions",
  "decisions",
];

/** A name and what is said of it. */
export type Fact = readonly [name: string, text: string];

/** A cell of a table: a text, or ids of records. */
export type Cell = string | { readonly records: readonly string[] };

/** A table; the first column names its rows. */
export interface TableBlock {
  readonly kind: "table";
  readonly caption: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

/** A piece of a section. */
export type Block =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "facts"; readonly facts: readonly Fact[] }
  | TableBlock
  | { readonly kind: "events"; readonly events: readonly ReportEvent[] }
  /** Pieces under a heading of their own. */
  | { readonly kind: "group"; readonly heading: string; readonly blocks: readonly Block[] };

/** A part of the document with a heading. */
export interface Section {
  /** Letters and hyphens; unique. */
  readonly id: string;
  readonly heading: string;
  readonly blocks: readonly Block[];
}

/** One record in full. */
export interface ReportEvent {
  readonly id: string;
  /** ISO 8601 UTC. */
  readonly timestamp: string;
  /** For people, with its offset. */
  readonly time: string;
  /** In one sentence. */
  readonly what: string;
  readonly action: string;
  readonly impact: string;
  readonly outcome: string;
  /** Who, on what, why … */
  readonly facts: readonly Fact[];
  readonly changes: readonly ChangeText[];
  /** What else the action says. */
  readonly details: readonly Fact[];
  /** Other records that belong to it. */
  readonly related: readonly RelatedEvents[];
  /** Cells that a row of CSV has of it, by column. */
  readonly columns: Readonly<Record<string, string>>;
}

/** A field with another value. */
export interface ChangeText {
  readonly field: string;
  readonly before?: string;
  /** Where there is nothing to show: whether it was not there, or nobody knows. */
  readonly noBefore?: string;
  readonly after?: string;
  /** The same: whether it is gone, or nobody knows. */
  readonly noAfter?: string;
}

/** Records beside another one. */
export interface RelatedEvents {
  readonly title: string;
  readonly events: readonly RelatedEvent[];
}

/** One of them. */
export interface RelatedEvent {
  readonly id: string;
  readonly time: string;
  /** How it belongs to it. */
  readonly why: string;
  readonly what: string;
}

/** The whole document. */
export interface ReportDocument {
  readonly kind: ReportKind;
  readonly title: string;
  /** What the kind of document is called. */
  readonly name: string;
  readonly facts: readonly Fact[];
  readonly sections: readonly Section[];
  /** Every record that it lists, each once, in the order of time. */
  readonly events: readonly ReportEvent[];
  /** Every record that it is about, also where those are more: then as they are read. */
  readonly rows: () => AsyncIterable<ReportEvent>;
  /** What the verification found about a record. */
  readonly markOf: MarkOf;
  /** Whether somebody verified at all. */
  readonly isVerified: boolean;
}
