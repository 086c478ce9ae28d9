/**
 * Compares the records of one stream with its checkpoints, in whatever order both come.
 *
 * In: sound checkpoints and examined records. Out: findings, and what the stream comes to. What is
 * signed is kept as 32 bytes a record, and forgotten as soon as nothing else can ask for it.
 */
import { HASH_BYTES } from "../seal/portable.ts";
import type { SoundCheckpoint } from "./check-checkpoint.ts";
import { type CheckpointChain, createCheckpointChain, type Head } from "./checkpoint-chain.ts";
import { createCopyComparer } from "./compare-copies.ts";
import { type Claim, createCoverage } from "./coverage.ts";
import type { Finding, FindingCode } from "./findings.ts";
import { judgeMissing, type Wanted } from "./judge-missing.ts";
import { judgeWaiting } from "./judge-waiting.ts";
import { createNoteCarriers } from "./note-carriers.ts";
import type { Run } from "./runs.ts";
import { overlaps, type TimeWindow } from "./time-window.ts";

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
  /** A note of the stream was found in what is no view. */
  readonly markWhole: () => void;
  /** False: another copy of it came before. */
  readonly see: (record: SeenRecord) => boolean;
  /** What is signed of the record with that number; undefined: nothing, or it was forgotten. */
  readonly signedLeaf: (sequence: number) => Uint8Array | undefined;
  /** Everything was seen: tells of what is proven, as far as it was not told. */
  readonly settle: () => void;
  readonly finish: (purged: readonly Run[]) => StreamSummary;
  /** When it has finished: whether a checkpoint covers any of its records as it is, of whatever time. */
  readonly isAnySigned: () => boolean;
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

/** Knows nothing of the stream yet. */
export function createStreamJudge(options: StreamJudgeOptions): StreamJudge {
  const { stream, found, window } = options;
  const chain = createCheckpointChain();
  const coverage = createCoverage();
  const copies = createCopyComparer({ ...options, coverage });
  const { proven, altered } = copies;
  /** By number: the first copy, and others. */
  const waiting = new Map<number, WaitingRecord>();
  const carriers = createNoteCarriers(options);
  /** Hashes of the notes of checkpoints that others exclude. */
  const leftOut = new Set<string>();
  /** Whether something came that shows more than results. */
  let isWhole = false;
  let isAnySigned = false;

  /** Those that waited for this range. */
  function resolve({ from, size }: Pick<Claim, "from" | "size">): void {
    if (waiting.size === 0) return;
    for (let sequence = from + 1; sequence <= size; sequence++) {
      const record = waiting.get(sequence);
      const range = coverage.of(sequence);
      if (record === undefined || range === undefined) continue;
      waiting.delete(sequence);
      copies.compare([record, ...record.copies], range);
    }
  }

  function wait(record: SeenRecord): void {
    const first = waiting.get(record.sequence);
    if (first === undefined) waiting.set(record.sequence, { ...record, copies: [] });
    else first.copies.push(record);
  }

  /** Earlier ones stand under later ones: behind all of them stands at most a copy. Others are of streams that were adopted. */
  function isProof(note: string): boolean {
    return chain.has(note) ? chain.last()?.noteHash === note : !leftOut.has(note);
  }

  return {
    stream,
    chain,
    signedLeaf(sequence) {
      const range = coverage.of(sequence);
      const at = (sequence - (range?.from ?? 0) - 1) * HASH_BYTES;
      return range?.leaves?.slice(at, at + HASH_BYTES);
    },
    markWhole: () => void (isWhole = true),
    expect(sound, place) {
      const { checkpoint, from, begin, leaves, noteHash: note } = sound;
      const { size, results, state, time } = checkpoint;
      const claim = {
        note,
        from,
        begin,
        size,
        isOwn: state !== "adopted",
        results,
        time: Date.parse(time),
      };
      const problem =
        chain.problemOf(sound) ??
        (coverage.agrees(claim, leaves) ? undefined : "it signs other records");
      if (problem === undefined) {
        chain.add(sound);
        coverage.add(claim, leaves);
        return resolve(claim);
      }
      if (claim.isOwn) leftOut.add(note);
      found("histories_differ", {
        message: `checkpoint ${checkpoint.number} of stream ${stream} contradicts others: ${problem}`,
        stream,
        ...place,
      });
    },
    see(record) {
      if (record.isOfAll) isWhole = true;
      carriers.see(record);
      const range = coverage.of(record.sequence);
      const { sequence } = record;
      const isFirst = !proven.has(sequence) && !altered.has(sequence) && !waiting.has(sequence);
      if (range === undefined) wait(record);
      else copies.compare([record], range);
      return isFirst;
    },
    settle: copies.settle,
    isAnySigned: () => isAnySigned,
    finish(purged) {
      const parts = coverage.parts();
      const last = chain.last();
      const size = parts.at(-1)?.size ?? 0;
      const closedAt = last?.state === "close" ? last.size : undefined;
      const { unsigned, notes } = judgeWaiting({
        ...options,
        waiting,
        size,
        closedAt,
        isProof,
        repeated: carriers.repeated(),
      });
      const compared = copies.finish(closedAt, last !== undefined);
      const absent = judgeMissing({
        ...options,
        ...copies,
        parts: wanted(parts, window),
        claims: wanted(coverage.claims(), window),
        waiting: [...waiting.keys()],
        purged,
        isWhole,
      });
      isAnySigned = compared.isAny;
      return {
        stream,
        records: compared.proven + compared.adopted + compared.inserted + waiting.size,
        proven: compared.proven + notes,
        adopted: compared.adopted,
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

/** A checkpoint covers what came between the one before it and itself. */
function wanted<Part extends Pick<Claim, "time">>(
  parts: readonly Part[],
  window: TimeWindow,
): readonly Wanted<Part>[] {
  return parts.map((part, at) => ({
    part,
    isWanted: overlaps(window, parts[at - 1]?.time, part.time),
  }));
}
