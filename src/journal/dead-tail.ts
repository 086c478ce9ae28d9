/**
 * What a process that died left behind its last checkpoint, as it stands on disk.
 *
 * In: a stream. Out: where its proof ends, and the leaves of the records behind it. Nothing is written.
 */
import { recordId } from "../event/index.ts";
import { type FlatRecord, fromFlat, tryParseFlatLine } from "../format/index.ts";
import {
  type Batch,
  foundCheckpoint,
  leafOf,
  MAX_COVERED,
  NOTHING_SEALED,
  type SealedEnd,
} from "../seal/index.ts";
import { linesBackward } from "./backward-lines.ts";
import { readPurged } from "./closed-segments.ts";
import { JOURNAL_START, type JournalPosition, readJournalLines } from "./cursor.ts";

/** How a stream ends. */
export type StreamEnd =
  /** With the checkpoint that is the last one: there is nothing to adopt. */
  | { readonly kind: "closed" }
  | {
      readonly kind: "open";
      readonly end: SealedEnd;
      /** At or before the first record that is under no checkpoint. */
      readonly from: JournalPosition;
    }
  /** Its last checkpoint cannot be gone on from. */
  | { readonly kind: "unusable"; readonly why: string };

/** What the line of every checkpoint has, to pass over all others quickly. */
const MARK = '"kind":"checkpoint"';

/**
 * Looks for the last checkpoint of a stream, from its end: most often that is one reading.
 *
 * @throws the system error where the journal cannot be read.
 */
export function findStreamEnd(directory: string, stream: string): StreamEnd {
  let end: SealedEnd | undefined;
  for (const { text, start } of linesBackward(directory, stream)) {
    if (end === undefined && !text.includes(MARK)) continue;
    const flat = tryParseFlatLine(text);
    if (flat === undefined) continue;
    if (end === undefined && flat.kind === "checkpoint") {
      const found = foundCheckpoint(fromFlat(flat), stream);
      if (found === undefined) continue;
      if (found.kind !== "end")
        return found.kind === "closed"
          ? found
          : { kind: "unusable", why: `${flat.record_id}: ${found.why}` };
      ({ end } = found);
    }
    // Records that were written while a signature was waited for stand before their checkpoint.
    if (end !== undefined && flat.sequence <= end.covered.size + 1)
      return { kind: "open", end, from: start };
  }
  return { kind: "open", end: end ?? NOTHING_SEALED, from: JOURNAL_START };
}

/**
 * What is behind the end of a stream, 256 records at a time, as far as every record is there.
 *
 * @returns why it goes no further; undefined: it went to the end.
 * @throws the system error where the journal cannot be read.
 */
export function* batchesBehind(
  directory: string,
  stream: string,
  { end, from }: Extract<StreamEnd, { kind: "open" }>,
): Generator<Batch, string | undefined> {
  const first = end.covered.size + 1;
  let next = first;
  let leaves: Uint8Array[] = [];
  let results = 0;
  let why: string | undefined;
  for (const flat of recordsFrom(directory, stream, from)) {
    // What was written behind a cut stands in two segments.
    if (typeof flat !== "string" && flat.sequence < next) continue;
    const leaf = leafAt(flat, stream, next);
    if (typeof leaf === "string") {
      const isPurged = next === first && readPurged(directory)?.has(stream) === true;
      why = isPurged ? undefined : leaf;
      break;
    }
    leaves.push(leaf);
    if (typeof flat !== "string" && flat.kind === "result") results++;
    next++;
    if (leaves.length < MAX_COVERED) continue;
    yield { leaves, results };
    leaves = [];
    results = 0;
  }
  if (leaves.length > 0) yield { leaves, results };
  return why;
}

/** Records, and texts that are none. */
function* recordsFrom(
  directory: string,
  stream: string,
  from: JournalPosition,
): Generator<FlatRecord | string> {
  for (let position = from; ;) {
    const lines = readJournalLines(directory, stream, position);
    const last = lines.at(-1);
    if (last === undefined) return;
    for (const { text } of lines) yield tryParseFlatLine(text) ?? text;
    position = last.end;
  }
}

/** The leaf of the record that is to be number `next`; a text says why there is none. */
function leafAt(flat: FlatRecord | string, stream: string, next: number): Uint8Array | string {
  const id = recordId(stream, next);
  if (typeof flat === "string") return `what stands in the place of ${id} is no record`;
  if (flat.record_id !== id) return `${id} is missing, ${flat.record_id} stands there`;
  return leafOf(fromFlat(flat)) ?? `what ${id} says of its fields is no list of seals`;
}
