import type { FlatRecord } from "../../format/index.ts";
import type { ReadingProblems } from "../../read/index.ts";
import type { VerificationReport } from "../../verify/index.ts";
import type { GapTotals } from "../gap-totals.ts";
import type { ReportKind } from "./document.ts";
import type { Renaming } from "./names/renaming.ts";
import type { ReportTables } from "./tables/tables.ts";

/** What was read for a document. */
export interface ReportMaterial extends ReadingProblems {
  /** Oldest first; where there are too many, those of high impact and the latest of the others. */
  readonly records: readonly FlatRecord[];
  /** All that the document is about, one by one as they are read; under other names as well. */
  readonly every: () => AsyncIterable<FlatRecord> | Iterable<FlatRecord>;
  /** How many files, or stores, there are: 0 where nothing was read. */
  readonly sourceCount: number;
  /** Records of who looked at the trail, which nobody asked for. */
  readonly accessLeftOut: number;
  /** What is known of all that the document is about, under other names where somebody asked for them. */
  readonly tables: ReportTables;
  /** All that the document is about. */
  readonly counts: MaterialCounts;
  /** Records of kind `gap`, oldest first. */
  readonly gaps: readonly FlatRecord[];
  /** What all of them add up to. */
  readonly gapTotals: GapTotals;
  /** What led to a record, by its id: the latest last. */
  readonly leadUps: ReadonlyMap<string, readonly LeadUp[]>;
  readonly roles: RoleVerdicts;
  /** Other names, which its records have already; undefined where nobody asks for them. */
  readonly names?: Renaming | undefined;
}

/** How many records there are. */
export interface MaterialCounts {
  readonly records: number;
  readonly events: number;
  readonly highImpact: number;
  /** Of a log that was imported. */
  readonly imported: number;
  readonly outcomes: Readonly<Record<string, number>>;
  readonly first?: string;
  readonly last?: string;
}

/** An earlier record, and why it is listed. */
export interface LeadUp {
  readonly why: string;
  readonly record: FlatRecord;
}

/** Events of a role and an action that the policy does not permit. */
export interface RoleAnomaly {
  readonly role: string;
  readonly action: string;
  readonly outcome: string;
  readonly events: number;
  /** Whether each of their records says so itself; else it is the policy that was given. */
  readonly isSelfJudged: boolean;
}

/** What is known of what roles may do. */
export interface RoleVerdicts {
  /** What roles did that the policy does not let them do. */
  readonly anomalies: readonly RoleAnomaly[];
  /** Records with a role. */
  readonly withRole: number;
  /** Those that say themselves whether their role may do this. */
  readonly selfJudged: number;
  /** Those, and those of a role that the policy knows that was given. */
  readonly judged: number;
}

/** What a document says of itself. */
export interface ReportFrame {
  readonly kind: ReportKind;
  /** Default: what the kind is called. */
  readonly title?: string | undefined;
  readonly zone: string;
  /** ISO 8601 UTC; undefined: from the first record on. */
  readonly from?: string | undefined;
  /** Not included; undefined: up to the last record. */
  readonly until?: string | undefined;
  /** Further conditions, as they were typed. */
  readonly terms: readonly string[];
  readonly readFrom: readonly string[];
  /** When it was made, ISO 8601 UTC. */
  readonly madeAt: string;
  /** Undefined: nobody verified. */
  readonly verification?: VerificationReport | undefined;
  /** Whether a policy was given that says what roles may do. */
  readonly hasPolicy: boolean;
  /** Whether people and places stand under other names. */
  readonly isPseudonymous: boolean;
}
