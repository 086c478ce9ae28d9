import { recordId } from "../event/portable.ts";
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
}

/** A process that is alive, or was killed, leaves no more records than this without a checkpoint. */
const MAX_UNSIGNED = 512;

/** What the records that no checkpoint covers come to. */
export interface Uncovered {
  /** Behind the last checkpoint, as those of a killed process are. */
  readonly unsigned: number;
  /** Checkpoints that no later one covers: their own notes prove them. */
  readonly notes: number;
}

/** Judges the records that no checkpoint covers. */
export function judgeWaiting({ stream, found, waiting, size, closedAt }: WaitingParts): Uncovered {
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
    const isLastNote = kind === KIND.checkpoint && sequence > size;
    if (
      closedAt !== undefined &&
      sequence > closedAt &&
      !(isLastNote && sequence === closedAt + 1)
    ) {
      const message = `record ${id} stands behind the end of its stream, which was closed with ${closedAt} records`;
      found("record_inserted", { message, ...placeOf(stream, record) });
    } else if (sequence <= size) unproven.push(record);
    else if (isLastNote) notes++;
    else tail.push(record);
  }
  tell(unproven, "have no checkpoint, although later ones are there");
  if (tail.length > MAX_UNSIGNED)
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
