import {
  ATTR_CHECKPOINT_NOTE,
  ATTR_RECORD_KIND,
  type AuditRecord,
  sequenceOf,
  streamOf,
} from "../event/index.ts";
import type { Form, FoundRecord } from "../read/index.ts";
import { checkCheckpoint, isSound, type SoundCheckpoint } from "./check-checkpoint.ts";
import { checkpointOf } from "./checkpoint-of.ts";
import type { VerifyCrypto } from "./crypto.ts";
import { misplaced } from "./misplaced.ts";

/** A record as it was sealed, and where it stands: without what a view adds. */
export type PlacedRecord = FoundRecord & { readonly file: string; readonly form: Form };

/** A checkpoint that holds together, and the record that carries it. */
export interface PlacedCheckpoint extends PlacedRecord {
  readonly sound: SoundCheckpoint;
  /** Of the record that carries it. */
  readonly id: string;
  /** Of that record. */
  readonly sequence: number;
  readonly subtrees: readonly string[];
  /** What it holds beside its note; undefined: nothing. */
  readonly addition: string | undefined;
}

/** Its own checkpoints prove a record; those that open a stream say which key vouches for which. */
export function concerns(record: AuditRecord, stream: string): boolean {
  if (record.attributes[ATTR_RECORD_KIND] !== "checkpoint") return false;
  return isNoteOf(record, stream) || noteOf(record).includes("\nstate open\n");
}

/** Whether a record carries what begins as the notes of a stream do. */
export function isNoteOf(record: AuditRecord, stream: string): boolean {
  return noteOf(record).startsWith(`otel-audit/${stream}\n`);
}

/** The checkpoint that a record carries, or what is wrong with it. */
export async function checkPlaced(
  found: PlacedRecord,
  id: string,
  crypto: VerifyCrypto,
): Promise<PlacedCheckpoint | string> {
  const parts = checkpointOf(found.record);
  if (parts === undefined) return "it is no checkpoint";
  const sound = await checkCheckpoint(parts, crypto);
  if (!isSound(sound)) return sound.why;
  const stream = streamOf(id);
  const sequence = sequenceOf(id);
  const problem = misplaced(sound, { stream, sequence, time: parts.time });
  const { subtrees, addition } = parts;
  return problem ?? { ...found, id, sequence, sound, subtrees, addition };
}

/** How a checkpoint is named, and where it stands. */
export function placeOfCheckpoint(id: string, { file, line }: PlacedRecord): string {
  return `checkpoint ${id} (${file}:${line})`;
}

function noteOf({ attributes }: AuditRecord): string {
  return String(attributes[ATTR_CHECKPOINT_NOTE] ?? "");
}
