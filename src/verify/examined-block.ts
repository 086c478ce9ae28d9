/**
 * What a piece of a file came to: in columns, so that a worker thread can hand it over cheaply.
 */
import type { RecordAttributes, RECORDS_LOST, RECORDS_UNCONFIRMED } from "../event/portable.ts";
import type { CheckpointParts } from "./check-checkpoint.ts";
import type { FieldFinding } from "./examine.ts";

/** What a record is, as far as it matters for completeness. */
export const KIND = { other: 0, result: 1, checkpoint: 2 } as const;

/** The records of a piece of a file; the columns have one entry for each. */
export interface ExaminedBlock {
  readonly file: string;
  /** Whether the file shows results only. */
  readonly isView: boolean;
  /** Whether all records of its streams stand there, also where nothing but checkpoints is left of them. */
  readonly showsAll: boolean;
  /** Names of the streams that `stream` counts. */
  readonly streams: readonly string[];
  readonly stream: Uint32Array;
  readonly sequence: Float64Array;
  readonly line: Float64Array;
  /** `audit.time` in milliseconds since the epoch; NaN where it is no time. */
  readonly time: Float64Array;
  readonly kind: Uint8Array;
  /** 32 bytes each. */
  readonly leaves: Uint8Array;
  /** Names of the methods that `method` counts, from 1; 0 is none. */
  readonly methods: readonly string[];
  readonly method: Uint32Array;
  /** What the records say of the process, which `source` counts from 1; 0 is nothing. */
  readonly sources: readonly RecordSource[];
  readonly source: Uint32Array;
  /** Ids of the calls, as numbers that differ where the ids do; 0 is none. */
  readonly call: Float64Array;
  /** In order of `at`: only records of which there is something to say. */
  readonly details: readonly RecordDetail[];
  readonly problems: readonly LineProblem[];
}

/** What else there is to say of one record of a block. */
export interface RecordDetail {
  /** Its place in the columns. */
  readonly at: number;
  readonly fields?: readonly FieldFinding[];
  /** `audit.action`; where there are fields. */
  readonly action?: string;
  readonly doubts?: readonly string[];
  /** Keys of its line that this version does not know. */
  readonly unknownKeys?: readonly string[];
  readonly checkpoint?: CheckpointParts & {
    readonly time: string;
    /** What it says beside that, and no checkpoint does; absent: nothing. */
    readonly addition?: string;
  };
  /** What retention says that it deleted: stream, first and last sequence number. */
  readonly purged?: readonly PurgedRange[];
  /** It is of action `audit_file_change`, and nobody can tell whether it says that. */
  readonly isCutHidden?: true;
  /** Stream of which it says that a segment was cut while its process wrote to it. */
  readonly cut?: string;
  /** Records that are missing or unconfirmed, as a gap record says. */
  readonly gap?: GapClaim;
  /** How many calls a result stands for, where that is not one. */
  readonly calls?: number;
}

/** What a record says of the process that wrote it. */
export interface RecordSource {
  /** `service.name`; undefined: nothing. */
  readonly service: string | undefined;
  /** The whole resource; only of forms that keep it as it was. */
  readonly resource: RecordAttributes | undefined;
}

/** Records that retention deleted. */
export interface PurgedRange {
  readonly stream: string;
  readonly first: number;
  readonly last: number;
}

/** What a gap record says. */
export interface GapClaim {
  /** `records_lost`: they are not there. `records_unconfirmed`: they were written, and syncing them failed. */
  readonly action: typeof RECORDS_LOST | typeof RECORDS_UNCONFIRMED;
  readonly count: number;
  readonly why: string;
  readonly time: string;
  /** Sequence numbers between which records were taken away; absent: they had none. */
  readonly between?: readonly [first: number, last: number];
}

/** A line that is no record. */
export interface LineProblem {
  readonly line: number;
  readonly message: string;
  /** The last line of a file, without its end: it is being written, or a crash cut it. */
  readonly isCut: boolean;
}
