import { recordId } from "../event/portable.ts";
import { counted, verbFor } from "../lib/counted.ts";
import {
  behindEnd,
  isBehindEnd,
  MAX_UNOPENED,
  MAX_UNSIGNED,
  placeOf,
  standsTwice,
} from "./compare-copies.ts";
import { KIND } from "./examined-block.ts";
import type { FindingParts } from "./findings.ts";
import type { SeenRecord, StreamJudgeOptions, WaitingRecords } from "./judged-stream.ts";
import { isInside, overlaps } from "./time-window.ts";

/** What {@link judgeWaiting} takes. */
export interface WaitingParts extends Pick<
  StreamJudgeOptions,
  "stream" | "found" | "areCopiesExpected" | "repeatCode" | "window"
> {
  readonly waiting: WaitingRecords;
  /** Leaves up to the last that any checkpoint carries. */
  readonly size: number;
  /** Leaves when the process closed the stream; undefined: it did not. */
  readonly closedAt: number | undefined;
  /** Whether a note that holds together (its SHA-256, base64) proves the record that it stands in. */
  readonly isProof: (note: string) => boolean;
  /** Of the last checkpoint of its process, milliseconds since the epoch; undefined: it made none. */
  readonly lastTime: number | undefined;
  /** Numbers of records whose note is that of another one. */
  readonly repeated: ReadonlySet<number>;
}

/** What the records that no checkpoint covers come to. */
export interface Uncovered {
  /** Behind the last checkpoint, as those of a killed process are. */
  readonly unsigned: number;
  /** Numbers of checkpoints that no later one covers: their own notes prove them. */
  readonly notes: readonly number[];
  /** All that may be of the time that is asked for. */
  readonly asked: number;
}

/**
 * Judges the records that no checkpoint covers. Those behind the last one were written after it, and are
 * not asked for where the window ends before that; what their own times say nobody attests.
 */
export function judgeWaiting(parts: WaitingParts): Uncovered {
  const { stream, found, waiting, size, closedAt, isProof, repeated, window } = parts;
  const isTailWanted = overlaps(window, parts.lastTime, Infinity);
  const notes: number[] = [];
  let asked = 0;
  const tail: SeenRecord[] = [];
  const unproven: SeenRecord[] = [];
  for (const [, copies] of [...waiting].toSorted(([left], [right]) => left - right)) {
    const [record] = copies;
    if (record === undefined) continue;
    compareCopies(copies, parts);
    // The record of a checkpoint comes behind what it covers: the last one is proven by its own note.
    const isNote = record.kind === KIND.checkpoint && record.sequence > size;
    const proofs = isNote ? notesOf(copies, parts) : [];
    const isProven = proofs.some(isProof);
    const isWanted =
      isInside(window, record.time) || (!isProven && (record.sequence <= size || isTailWanted));
    if (isWanted) asked++;
    if (isBehindEnd(record, closedAt))
      found("record_inserted", behindEnd(stream, record, closedAt));
    else if (record.sequence <= size) unproven.push(record);
    // A finding says already what is wrong with it.
    else if (isNote && (proofs.length === 0 || repeated.has(record.sequence))) continue;
    else if (!isWanted) continue;
    else if (isProven) notes.push(record.sequence);
    else tail.push(record);
  }
  tell(unproven, "without a checkpoint, although later ones are there");
  if (size === 0 && (tail.at(-1)?.sequence ?? 0) > MAX_UNOPENED)
    tell(tail, "and no more, without a single checkpoint: nothing of it can be shown");
  else if (tail.length > MAX_UNSIGNED)
    tell(tail, "without a checkpoint: more than a process leaves that dies");
  else if (tail.length > 0) {
    const message = `${counted(tail.length, "record")} of stream ${stream} ${verbFor(tail.length, "stands")} behind its last checkpoint: that ${verbFor(tail.length, "it is")} unaltered cannot be shown`;
    found("records_unsigned", { message, ...firstOf(tail) });
  }
  return { unsigned: tail.length, notes, asked };

  function tell(records: readonly SeenRecord[], why: string): void {
    if (records.length === 0) return;
    const message = `${counted(records.length, "record")} of stream ${stream} ${why}`;
    found("record_unproven", { message, ...firstOf(records) });
  }

  function firstOf(records: readonly SeenRecord[]): Omit<FindingParts, "message"> {
    const [first] = records;
    return first === undefined ? {} : { ...placeOf(stream, first), count: records.length };
  }
}

function compareCopies(
  [record, ...others]: readonly SeenRecord[],
  { stream, found, areCopiesExpected, repeatCode }: WaitingParts,
): void {
  if (record === undefined || others.length === 0) return;
  const id = recordId(stream, record.sequence);
  const first = record.leaf.join();
  const known = new Set([first]);
  for (const copy of others) {
    const leaf = copy.leaf.join();
    if (leaf !== first) {
      const message = `two copies of record ${id} are not the same, and no checkpoint tells which is right`;
      found("copies_differ", { message, ...placeOf(stream, copy) });
    }
    if (!areCopiesExpected && known.has(leaf))
      found(repeatCode, standsTwice(stream, copy, repeatCode));
    known.add(leaf);
  }
}

/** The notes of a checkpoint's record, each copy that is sound and holds nothing else. */
function notesOf(
  copies: readonly SeenRecord[],
  { stream, found }: WaitingParts,
): readonly string[] {
  return copies.flatMap((copy) => {
    const { addition, note } = copy;
    if (addition === undefined) return note ?? [];
    const message = `checkpoint ${recordId(stream, copy.sequence)}: it holds ${addition}, which no checkpoint does`;
    found("checkpoint_altered", { message, ...placeOf(stream, copy) });
    return [];
  });
}
