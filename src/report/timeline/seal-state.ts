/** Which checkpoint says that it covers a record: what it says, not whether that is so. */
import { ATTR_CHECKPOINT_NOTE, recordId, type RecordAttributes } from "../../event/portable.ts";
import type { FlatRecord } from "../../format/index.ts";
import {
  type FileProblem,
  matchingRecords,
  type ReadingProblems,
  type ScanOptions,
  textTerm,
  type TrailSource,
} from "../../read/index.ts";
import { type Checkpoint, decodeCheckpoint, decodeNote } from "../../seal/portable.ts";

/** What the checkpoints that were read say of a record. */
export type SealState =
  | {
      /** One counts it, or it is one itself and the last. */
      readonly state: "covered" | "own_note";
      /** Id of the checkpoint's record. */
      readonly checkpoint: string;
      /** Counted from 1 in the stream. */
      readonly number: number;
      readonly time: string;
    }
  /** There are some of its stream, and none reaches to it. */
  | { readonly state: "not_covered" }
  /** There is none of its stream. */
  | { readonly state: "no_checkpoint" };

interface Candidate {
  readonly id: string;
  readonly checkpoint: Checkpoint;
}

/**
 * Looks through the checkpoints of a trail for the first one that counts a record. No signature is checked.
 *
 * @throws {AuditError} as a rejection: `unreadable` where a source cannot be read.
 */
export async function sealStateOf(
  sources: readonly TrailSource[],
  record: FlatRecord,
  reading: ScanOptions = {},
): Promise<ReadingProblems & { readonly seal: SealState }> {
  const { stream } = record;
  const found: Candidate[] = [];
  // Of all streams: where the process died, another one signed what it had left, in its own stream.
  const query = { terms: [textTerm("kind", "checkpoint")] };
  const problems: FileProblem[] = [];
  for await (const one of matchingRecords(sources, query, reading)) {
    if (one.kind === "problem") {
      problems.push(one);
      continue;
    }
    const checkpoint = checkpointOf(one.record.attributes);
    if (checkpoint?.stream === stream) found.push({ id: one.record.record_id, checkpoint });
  }
  const sorted = found.toSorted((left, right) => left.checkpoint.size - right.checkpoint.size);
  return { seal: stateFrom(record, sorted), problems, problemCount: problems.length };
}

function checkpointOf(attributes: RecordAttributes): Checkpoint | undefined {
  const text = attributes[ATTR_CHECKPOINT_NOTE];
  const note = typeof text === "string" ? decodeNote(text) : undefined;
  const checkpoint = note === undefined ? undefined : decodeCheckpoint(note.text);
  return typeof checkpoint === "object" ? checkpoint : undefined;
}

function stateFrom({ stream, sequence }: FlatRecord, checkpoints: readonly Candidate[]): SealState {
  const first = checkpoints.find(({ checkpoint }) => checkpoint.size >= sequence);
  const own = checkpoints.find(({ id }) => id === recordId(stream, sequence));
  const one = first ?? own;
  if (one === undefined)
    return { state: checkpoints.length === 0 ? "no_checkpoint" : "not_covered" };
  const { number, time } = one.checkpoint;
  return {
    state: first === undefined ? "own_note" : "covered",
    checkpoint: one.id,
    number,
    time,
  };
}
