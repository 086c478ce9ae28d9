/**
 * Compares the records of one stream with its checkpoints, in whatever order both come.
 *
 * In: sound checkpoints and examined records. Out: findings, and what the stream comes to. What is
 * signed is kept as 32 bytes a record, and forgotten as soon as nothing else can ask for it.
 */
import { recordId } from "../event/portable.ts";
import { HASH_BYTES } from "../seal/portable.ts";
import type { SoundCheckpoint } from "./check-checkpoint.ts";
import { type CheckpointChain, createCheckpointChain, type Head } from "./checkpoint-chain.ts";
import { type CoveredRange, createCoverage } from "./coverage.ts";
import { KIND } from "./examined-block.ts";
import type { Finding, FindingCode } from "./findings.ts";
import { createNumberSet } from "./number-set.ts";
import { judgeMissing } from "./judge-missing.ts";
import { judgeWaiting } from "./judge-waiting.ts";
import type { Run } from "./runs.ts";
import { isInside, overlaps, type TimeWindow } from "./time-window.ts";

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
  /** Called once at most, when this copy was compared with what was signed, and is that. */
  readonly onProven: (() => void) | undefined;
}

/** Where something was found. */
export type Place = Pick<SeenRecord, "file" | "line">;

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

/** The judge of one stream. */
export interface StreamJudge {
  readonly stream: string;
  readonly chain: CheckpointChain;
  readonly expect: (sound: SoundCheckpoint, place: Place) => void;
  /** False: another copy of it came before. */
  readonly see: (record: SeenRecord) => boolean;
  /** What is signed of the record with that number; undefined: nothing, or it was forgotten. */
  readonly signedLeaf: (sequence: number) => Uint8Array | undefined;
  readonly finish: (purged: readonly Run[]) => StreamSummary;
}

/** What {@link createStreamJudge} takes. */
export interface StreamJudgeOptions {
  readonly stream: string;
  readonly found: (code: FindingCode, finding: FindingParts) => void;
  /** Whether a record may come a second time: else what is signed is forgotten once it was compared. */
  readonly areCopiesExpected: boolean;
  /** Of which time findings are wanted. */
  readonly window: TimeWindow;
}

/** A finding without what follows from its code. */
export type FindingParts = Omit<Finding, "code" | "severity">;

/** A record whose checkpoint did not come yet. */
export interface WaitingRecord extends SeenRecord {
  /** Others with its number. */
  readonly copies: SeenRecord[];
}

/** Whether the bytes stand at that place. */
function isAt(leaf: Uint8Array, leaves: Uint8Array, place: number): boolean {
  for (let at = 0; at < HASH_BYTES; at++) if (leaf[at] !== leaves[place + at]) return false;
  return true;
}

/** Knows nothing of the stream yet. */
export function createStreamJudge(options: StreamJudgeOptions): StreamJudge {
  const { stream, found, areCopiesExpected, window } = options;
  const chain = createCheckpointChain();
  const coverage = createCoverage();
  const proven = createNumberSet();
  const altered = createNumberSet();
  /** By number: the first copy, and others. */
  const waiting = new Map<number, WaitingRecord>();
  /** Whether something came that shows more than results. */
  let isWhole = false;
  let provenCount = 0;
  let adoptedCount = 0;

  function compare(record: SeenRecord, range: CoveredRange): void {
    const { sequence, leaf, time } = record;
    if (range.leaves === undefined) {
      found("record_inserted", {
        message: `record ${recordId(stream, sequence)} stands twice in its journal`,
        ...placeOf(record),
      });
      return;
    }
    if (!isAt(leaf, range.leaves, (sequence - range.from - 1) * HASH_BYTES)) {
      altered.add(sequence);
      found("record_altered", {
        message: `record ${recordId(stream, sequence)} is not the one that was signed`,
        ...placeOf(record),
      });
      return;
    }
    if (record.isDoubtful) return void altered.add(sequence);
    if (!proven.add(sequence)) return;
    range.seen++;
    if (record.kind === KIND.result) range.seenResults++;
    record.onProven?.();
    // Asked for only now: the time of a record that is not the one that was signed says nothing.
    if (!isInside(window, time)) return;
    if (range.isOwn) provenCount++;
    else adoptedCount++;
    // What is signed of an adopted record may come from the process itself later.
    if (!areCopiesExpected && range.isOwn && range.seen === range.size - range.from)
      range.leaves = undefined;
  }

  /** Those that waited for this range. */
  function resolve({ from, size }: Pick<CoveredRange, "from" | "size">): void {
    if (waiting.size === 0) return;
    for (let sequence = from + 1; sequence <= size; sequence++) {
      const record = waiting.get(sequence);
      const range = coverage.of(sequence);
      if (record === undefined || range === undefined) continue;
      waiting.delete(sequence);
      for (const copy of [record, ...record.copies]) compare(copy, range);
    }
  }

  function wait(record: SeenRecord): void {
    const first = waiting.get(record.sequence);
    if (first === undefined) waiting.set(record.sequence, { ...record, copies: [] });
    else if (areCopiesExpected || first.leaf.some((byte, at) => byte !== record.leaf[at]))
      first.copies.push(record);
  }

  const placeOf = ({ sequence, file, line }: SeenRecord): Omit<FindingParts, "message"> => ({
    stream,
    record: recordId(stream, sequence),
    file,
    line,
  });

  return {
    stream,
    chain,
    signedLeaf(sequence) {
      const range = coverage.of(sequence);
      const at = (sequence - (range?.from ?? 0) - 1) * HASH_BYTES;
      return range?.leaves?.slice(at, at + HASH_BYTES);
    },
    expect(sound, place) {
      const { checkpoint, from, leaves } = sound;
      const isOwn = checkpoint.state !== "adopted";
      const problem = chain.add(sound);
      const { size, results } = checkpoint;
      const range = { from, size, isOwn, results, leaves, time: Date.parse(checkpoint.time) };
      if (problem === undefined && coverage.add(range)) return resolve(range);
      found("histories_differ", {
        message: `checkpoint ${checkpoint.number} of stream ${stream} contradicts others: ${problem ?? "it signs other records"}`,
        stream,
        ...place,
      });
    },
    see(record) {
      if (record.isOfAll) isWhole = true;
      const range = coverage.of(record.sequence);
      const { sequence } = record;
      const isFirst = !proven.has(sequence) && !altered.has(sequence) && !waiting.has(sequence);
      if (range === undefined) wait(record);
      else compare(record, range);
      return isFirst;
    },
    finish(purged) {
      const all = coverage.ranges();
      // A checkpoint covers what came between the one before it and itself.
      const isWanted = ({ time }: CoveredRange, at: number): boolean =>
        overlaps(window, all[at - 1]?.time, time);
      const last = chain.last();
      const size = all.at(-1)?.size ?? 0;
      const closedAt = last?.state === "close" ? last.size : undefined;
      const { unsigned, notes } = judgeWaiting({
        ...options,
        waiting,
        size,
        closedAt,
        chain,
      });
      const absent = judgeMissing({
        ...options,
        ranges: all.map((range, at) => ({ range, isWanted: isWanted(range, at) })),
        proven,
        waiting: [...waiting.keys()],
        altered,
        purged,
        isWhole,
      });
      return {
        stream,
        records: provenCount + adoptedCount + waiting.size,
        proven: provenCount + notes,
        adopted: adoptedCount,
        unsigned,
        ...absent,
        size,
        isWhole,
        isClosed: closedAt !== undefined,
        until: last?.time,
        head: chain.head(),
      };
    },
  };
}
