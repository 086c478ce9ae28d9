/** What files are cut into, and what is found in the pieces. */
import type { AuditRecord } from "../event/portable.ts";

/**
 * How records are written in a file. `json-lines`: lines of a journal. `json-array`: a JSON array of such
 * lines. `csv`: the CSV view, ours or the Collector's. `otlp`: OTLP JSON, as the Collector's file exporter
 * writes it. `victorialogs`: what its `/select/logsql/query` answers. `loki`: what its `query_range`
 * answers, or `logcli -o jsonl` prints.
 */
export type Form = "json-lines" | "json-array" | "csv" | "otlp" | "victorialogs" | "loki";

/** A piece of a file that ends at a border between records; it can be handed to a worker thread. */
export interface Block {
  readonly file: string;
  readonly form: Form;
  /** Line of the file in which the piece begins, counted from 1. */
  readonly firstLine: number;
  /** An `ArrayBuffer` of its own, so that it can be transferred. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** True: the file is a view of the five keys, which holds no records. Default false. */
  readonly isWithoutIds?: boolean;
  /** False: it is the last piece of its file, and the last line (in `csv`, the last row) has no line end. */
  readonly isEnded: boolean;
}

/** Something in a file that is no record. */
export interface Problem {
  readonly kind: "problem";
  readonly message: string;
  /** Counted from 1. */
  readonly line: number;
  /** True: it is the last line of a file, and the end of it is not there: it is being written, or a crash cut it. */
  readonly isCut?: boolean;
}

/** A problem of a file that was named. */
export interface FileProblem extends Problem {
  readonly file: string;
  /** True: the file is sound, but a view of the five keys, which holds no record ids. */
  readonly isWithoutIds?: boolean;
}

/** What stands at a place of a file. */
export type Found = FoundRecord | Problem;

/** A record, and where it stands. */
export interface FoundRecord {
  readonly kind: "record";
  readonly record: AuditRecord;
  /** Counted from 1; where a record has more than one, the first. */
  readonly line: number;
  /**
   * What its text says twice or in contradiction: who reads the text may see something else than the
   * record says. None in what otel-audit wrote.
   */
  readonly doubts: readonly string[];
}

/** Levels of maps and lists that a record may have; otel-audit writes 64 in a body. */
export const MAX_DEPTH = 128;

/** Stands at the start of files that some editors wrote: U+FEFF in UTF-8 (RFC 3629, section 6). */
export function bytesOfMark(bytes: Uint8Array): number {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
}
