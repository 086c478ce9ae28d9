import { recordId } from "../event/portable.ts";
import type { CheckpointChain } from "./checkpoint-chain.ts";
import { KIND } from "./examined-block.ts";
import type {
  FindingParts,
  SeenRecord,
  StreamJudgeOptions,
  WaitingRecord,
} from "./stream-judge.ts";

/** What {@link judgeWaiting} takes. */
export interface WaitingParts extends Pick<StreamJudgeOptions, "stream" | "found"> {
  readonly waiting: ReadonlyMap<number, WaitingRecord>;
  /** Leaves up to the last that any checkpoint carries. */
  readonly size: number;
  /** Leaves when the process closed the stream; undefined: it did not. */
  readonly closedAt: number | undefined;
  readonly chain: Pick<CheckpointChain, "has" | "last">;
}

/** A process that is alive, or was killed, leaves no more records than this without a checkpoint. */
const MAX_UNSIGNED = 512;

/** The first checkpoint comes right behind the first record; where the signer answers later, few stand between. */
const MAX_UNOPENED = 8;

/** What the records that no checkpoint covers come to. */
export interface Uncovered {
  /** Behind the last checkpoint, as those of a killed process are. */
  readonly unsigned: number;
  /** Checkpoints that no later one covers: their own notes prove them. */
  readonly notes: number;
}

/** Judges the records that no checkpoint covers. */
export function judgeWaiting(parts: WaitingParts): Uncovered {
  const { stream, found, waiting, size, closedAt, chain } = parts;
  let notes = 0;
  const tail: SeenRecord[] = [];
  const unproven: SeenRecord[] = [];
  for (const record of [...waiting.values()].toSorted((a, b) => a.sequence - b.sequence)) {
    const { sequence, copies, kind } = record;
    const id = recordId(stream, sequence);
    for (const copy of copies) {
      if (copy.leaf.every((byte, at) => byte === record.leaf[at])) continue;
      const message = `two copies of record ${id} are not the same, and no checkpoint tells which is right`;
      found("copies_differ", { message, ...placeOf(stream, copy) });
    }
    // The record of a checkpoint comes behind what it covers: the last one is proven by its own note.
    const isBehind = kind === KIND.checkpoint && sequence > size;
    // A finding says already what is wrong with it.
    const isUnsound = isBehind && record.note === undefined;
    const isLastNote = isBehind && !isUnsound && isLast(record.note ?? "");
    for (const copy of [record, ...copies]) {
      const { addition } = copy;
      if (!isBehind || addition === undefined) continue;
      const message = `checkpoint ${id}: it holds ${addition}, which no checkpoint does`;
      found("checkpoint_altered", { message, ...placeOf(stream, copy) });
    }
    if (
      closedAt !== undefined &&
      sequence > closedAt &&
      !(isLastNote && sequence === closedAt + 1)
    ) {
      const message = `record ${id} stands behind the end of its stream, which was closed with ${closedAt} records`;
      found("record_inserted", { message, ...placeOf(stream, record) });
    } else if (sequence <= size) unproven.push(record);
    else if (isUnsound) continue;
    else if (isLastNote) notes++;
    else tail.push(record);
  }
  /** Earlier ones stand under later ones: behind all of them stands at most a copy. Others are of streams that were adopted. */
  function isLast(note: string): boolean {
    return !chain.has(note) || chain.last()?.noteHash === note;
  }

  tell(unproven, "have no checkpoint, although later ones are there");
  if (size === 0 && (tail.at(-1)?.sequence ?? 0) > MAX_UNOPENED)
    tell(tail, "are the whole of it, without a single checkpoint: nothing of it can be shown");
  else if (tail.length > MAX_UNSIGNED)
    tell(tail, "have no checkpoint: more than a process leaves that dies");
  else if (tail.length > 0) {
    const message = `${tail.length} records of stream ${stream} stand behind its last checkpoint: that they are unaltered cannot be shown`;
    found("records_unsigned", { message, ...firstOf(tail) });
  }
  return { unsigned: tail.length, notes };

  function tell(records: readonly SeenRecord[], why: string): void {
    if (records.length === 0) return;
    const message = `${records.length} records of stream ${stream} ${why}`;
    found("record_unproven", { message, ...firstOf(records) });
  }

  function firstOf(records: readonly SeenRecord[]): Omit<FindingParts, "message"> {
    const [first] = records;
    return first === undefined ? {} : { ...placeOf(stream, first), count: records.length };
  }
}

function placeOf(
  stream: string,
  { sequence, file, line }: SeenRecord,
): Omit<FindingParts, "message"> {
  return { stream, record: recordId(stream, sequence), file, line };
}
