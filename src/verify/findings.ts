/** What verification finds, as data. */

/** How bad a finding is; the worst one is the verdict. */
export type Severity =
  /** Something is not what was signed. */
  | "tampered"
  /** Something cannot be read. */
  | "unreadable"
  /** Records are not there. */
  | "missing"
  /** Nobody can tell. */
  | "inconclusive"
  /** Worth knowing; changes no verdict. */
  | "note";

/** Every kind of finding. */
export type FindingCode =
  /** The record is not the one that was signed. */
  | "record_altered"
  /** A field that may be redacted holds another value than the one that was signed. */
  | "field_altered"
  /** The text says a thing twice or in contradiction, so that people and programs may read it differently. */
  | "text_contradicts"
  /** A record behind the last one of its stream. */
  | "record_inserted"
  /** Two copies of a record that no checkpoint covers are not the same. */
  | "copies_differ"
  /** Signature, leaves or root of a checkpoint are wrong. */
  | "checkpoint_altered"
  /** A checkpoint is signed with a key that is not trusted. */
  | "foreign_key"
  /** Checkpoints of one stream exclude each other. */
  | "histories_differ"
  /** The stream is not the one that was anchored. */
  | "anchor_differs"
  /** A line, or a file, is not what it should be. */
  | "line_unreadable"
  /** A checkpoint covers records that are not there. */
  | "records_missing"
  /** An anchor names a stream that is not there. */
  | "stream_missing"
  /** A field stands there without its salt. */
  | "field_unopenable"
  /** A field was redacted otherwise than the policy says, or only in part. */
  | "field_unexplained"
  /** The redaction policy that was given is not the one that was in force. */
  | "policy_differs"
  /** No checkpoint covers the record, although later ones are covered, or too many are not. */
  | "record_unproven"
  /** Nothing that was read is signed. */
  | "nothing_signed"
  /** A piece of time was asked for, and no record of it was read. */
  | "time_unread"
  /** An anchor is signed with a key that is not trusted. */
  | "anchor_untrusted"
  /** Written by a later version. */
  | "format_unsupported"
  /** Signed by another process than the one that wrote them, after that one died. */
  | "records_adopted"
  /** Behind the last checkpoint: the process died, or is still writing. */
  | "records_unsigned"
  /** Deleted by retention, and a signed record says so. */
  | "records_purged"
  /** A view of the five keys, which holds no record ids: nothing of it was verified. */
  | "view_passed_over"
  /** The value was taken away, its salt was not: short values can be guessed. */
  | "salt_left"
  /** Only views of a stream were read: that records which are no results are all there cannot be shown. */
  | "only_results"
  /** The last checkpoint is not a closing one. */
  | "stream_unclosed"
  /** The key was only in the memory of the process that signed. */
  | "key_in_memory"
  /** Streams are signed with several keys, and none of them vouches for the other. */
  | "keys_unlinked";

/** One thing that was found. */
export interface Finding {
  readonly code: FindingCode;
  readonly severity: Severity;
  /** A sentence for people; names the record and the place. */
  readonly message: string;
  readonly stream?: string;
  /** Id of the record; the first of them where there are several. */
  readonly record?: string;
  readonly file?: string;
  /** Counted from 1. */
  readonly line?: number;
  /** Key of the field (docs/format.md, "Keys"). */
  readonly field?: string;
  /** Keys in which an altered record differs from another copy of it that is proven; at most 100. */
  readonly fields?: readonly string[];
  /** How many records; absent: one, or none. */
  readonly count?: number;
  /** First and last sequence number of each run of records. */
  readonly ranges?: readonly (readonly [first: number, last: number])[];
}

/** Findings of one kind beyond those that are listed. */
export interface UnlistedFindings {
  readonly code: FindingCode;
  readonly severity: Severity;
  readonly count: number;
  /** The records that they name. */
  readonly records: readonly {
    readonly stream: string;
    /** First and last sequence number of each run of records, ascending. */
    readonly ranges: readonly (readonly [first: number, last: number])[];
  }[];
  /** Of so many of them the records are not in `records`: there are too many. */
  readonly unnamed: number;
}

/** Severity of each kind where nobody asks for strictness. */
export const SEVERITIES: Readonly<Record<FindingCode, Severity>> = {
  record_altered: "tampered",
  field_altered: "tampered",
  text_contradicts: "tampered",
  record_inserted: "tampered",
  copies_differ: "tampered",
  checkpoint_altered: "tampered",
  foreign_key: "tampered",
  histories_differ: "tampered",
  anchor_differs: "tampered",
  line_unreadable: "unreadable",
  records_missing: "missing",
  stream_missing: "missing",
  field_unopenable: "inconclusive",
  field_unexplained: "inconclusive",
  policy_differs: "inconclusive",
  record_unproven: "inconclusive",
  nothing_signed: "inconclusive",
  anchor_untrusted: "inconclusive",
  time_unread: "inconclusive",
  format_unsupported: "inconclusive",
  records_adopted: "note",
  records_unsigned: "note",
  records_purged: "note",
  view_passed_over: "note",
  salt_left: "note",
  only_results: "note",
  stream_unclosed: "note",
  key_in_memory: "note",
  keys_unlinked: "note",
};

/** What `strict` takes for inconclusive. */
export const STRICT: ReadonlySet<FindingCode> = new Set<FindingCode>([
  "records_adopted",
  "records_unsigned",
  "view_passed_over",
  "only_results",
  "key_in_memory",
  "keys_unlinked",
]);

/** From the one that decides first. */
export const BY_WEIGHT: readonly Severity[] = [
  "tampered",
  "unreadable",
  "missing",
  "inconclusive",
  "note",
];

/** A finding without what follows from its code. */
export type FindingParts = Omit<Finding, "code" | "severity">;
