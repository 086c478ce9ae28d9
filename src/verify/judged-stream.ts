/** What goes into the judge of a stream, and what comes out. */
import type { Head } from "./checkpoint-chain.ts";
import type { FindingCode, FindingParts } from "./findings.ts";
import type { TimeWindow } from "./time-window.ts";

/** A record, and where it was found. */
export interface SeenRecord {
  readonly sequence: number;
  readonly leaf: Uint8Array;
  readonly kind: number;
  /** Milliseconds since the epoch; NaN where it is no time. */
  readonly time: number;
  readonly file: string;
  readonly line: number;
  /** Whether it stands where all records of its stream are, and not only results or checkpoints. */
  readonly isOfAll: boolean;
  /** Whether what it shows was found not to be what was sealed, whatever its leaf says. */
  readonly isDoubtful: boolean;
  /** SHA-256, base64, of the note of a checkpoint that holds together. */
  readonly note: string | undefined;
  /** What it holds beside its note; undefined: nothing, or it is no checkpoint. */
  readonly addition: string | undefined;
  /** Called once at most, when this copy was compared with what its own process signed, and is that. */
  readonly onProven: (() => void) | undefined;
}

/** Where something was found. */
export type Place = Pick<SeenRecord, "file" | "line">;

/** What the judge of a stream is told. */
export interface StreamJudgeOptions {
  readonly stream: string;
  readonly found: (code: FindingCode, finding: FindingParts) => void;
  /** Whether a record may come a second time. */
  readonly areCopiesExpected: boolean;
  /** What is found where one does that may not. */
  readonly repeatCode: "record_inserted" | "record_unproven";
  /** Whether what is signed is kept once it was compared: else later copies, and some checkpoints, cannot be. */
  readonly areLeavesKept: boolean;
  /** Of which time findings are wanted. */
  readonly window: TimeWindow;
}

/** Records whose checkpoint did not come yet, by number: copies in the order in which they came. */
export type WaitingRecords = ReadonlyMap<number, readonly SeenRecord[]>;

/** What a stream comes to. */
export interface StreamSummary {
  readonly stream: string;
  /** Copies counted once. */
  readonly records: number;
  /** Of those: signed by the process that wrote them. */
  readonly proven: number;
  /** Signed by another one after the first had died. */
  readonly adopted: number;
  /** Behind the last checkpoint. */
  readonly unsigned: number;
  readonly missing: number;
  readonly purged: number;
  /** Leaves under the last checkpoint. */
  readonly size: number;
  /** False: only views and checkpoints were read, which do not show all records. */
  readonly isWhole: boolean;
  readonly isClosed: boolean;
  /** Time of the last checkpoint. */
  readonly until: string | undefined;
  /** Size and root (base64) of the last checkpoint of the process itself, else of an adopter. */
  readonly head: Head | undefined;
}
