import {
  ATTR_CHECKPOINT_NOTE,
  ATTR_RECORD_ID,
  ATTR_RECORD_KIND,
  type AuditRecord,
  recordId,
  streamOf,
} from "../event/index.ts";
import { type Form, type FoundRecord, readRecords } from "../read/index.ts";
import type { Checkpoint, NoteKey } from "../seal/portable.ts";
import { checkCheckpoint, isSound, type SoundCheckpoint } from "./check-checkpoint.ts";
import { checkpointOf } from "./checkpoint-of.ts";
import type { VerifyCrypto } from "./crypto.ts";
import { withoutAddition } from "./examine.ts";
import { isView, keepsResource } from "./examine-piece.ts";
import { createKeyRing } from "./key-ring.ts";
import { misplaced } from "./misplaced.ts";
import { contradiction } from "./source-ledger.ts";
import { createStreamEnd, type StreamEnd } from "./stream-end.ts";

/** A record as it was sealed, and where it stands: without what a view adds. */
export type PlacedRecord = FoundRecord & { readonly file: string; readonly form: Form };

/** A checkpoint that holds together, and the record that carries it. */
export interface PlacedCheckpoint extends PlacedRecord {
  readonly sound: SoundCheckpoint;
  /** Of the record that carries it. */
  readonly id: string;
  readonly subtrees: readonly string[];
  /** What it holds beside its note; undefined: nothing. */
  readonly addition: string | undefined;
}

/** What a trail holds of one record. */
export interface TrailOfRecord {
  readonly copies: readonly PlacedRecord[];
  /** How many copies there are beside them. */
  readonly unkept: number;
  /** Those of its stream that cover it, each note once; and its own, where it is one. */
  readonly checkpoints: readonly PlacedCheckpoint[];
  /** What all checkpoints of its stream say of its end. */
  readonly end: StreamEnd;
  /** Checkpoints of its stream that cannot be relied on. */
  readonly problems: readonly string[];
  /** Lines that are no records. */
  readonly unreadable: number;
  /** Whether the key of a checkpoint is trusted; undefined: no key was given. */
  readonly isTrusted: (checkpoint: PlacedCheckpoint) => boolean | undefined;
}

/** Which record, and what is known beside it. */
export interface TrailOptions {
  readonly paths: readonly string[];
  readonly stream: string;
  readonly sequence: number;
  readonly publicKeys: readonly NoteKey[];
  readonly crypto: VerifyCrypto;
}

/** More copies, and more problems, are not kept. */
const MAX_KEPT = 100;

/**
 * Reads everything, and keeps what there is to say of one record.
 *
 * @throws {AuditError} as a rejection: `unreadable`.
 */
export async function readTrailOf(options: TrailOptions): Promise<TrailOfRecord> {
  const { paths, stream, sequence, publicKeys, crypto } = options;
  const wanted = recordId(stream, sequence);
  const ring = createKeyRing(publicKeys);
  const copies: PlacedRecord[] = [];
  const checkpoints = new Map<string, PlacedCheckpoint>();
  const end = createStreamEnd(stream);
  const problems: string[] = [];
  let opening: Checkpoint["opening"];
  let unkept = 0;
  let unreadable = 0;
  for await (const found of readRecords(paths)) {
    if (found.kind === "problem") {
      unreadable++;
      continue;
    }
    const id = String(found.record.attributes[ATTR_RECORD_ID] ?? "");
    if (id === wanted) {
      const isAdded = isView(found.form);
      if (copies.length >= MAX_KEPT) unkept++;
      else copies.push(isAdded ? { ...found, record: withoutAddition(found.record) } : found);
    }
    if (!concerns(found.record, stream)) continue;
    const checked = await checkPlaced(found, id, crypto);
    if (typeof checked === "string") {
      const place = `${found.file}:${found.line}`;
      const isOwn = noteOf(found.record).startsWith(originOf(stream));
      if (isOwn && problems.length < MAX_KEPT)
        problems.push(`checkpoint ${id} (${place}): ${checked}`);
      continue;
    }
    ring.use(checked.sound);
    const { from, checkpoint, noteHash } = checked.sound;
    if (checkpoint.stream !== stream) continue;
    end.see(checked.sound, sequenceOf(id));
    opening ??= checkpoint.opening;
    const covers = from < sequence && sequence <= checkpoint.size;
    // Of several copies one that holds nothing else speaks for the note.
    const isBetter =
      checkpoints.get(noteHash)?.addition !== undefined || !checkpoints.has(noteHash);
    if ((covers || id === wanted) && isBetter) checkpoints.set(noteHash, checked);
  }
  const { keys } = ring.finish(() => {});
  const trusted = new Set(keys.flatMap(({ key, isTrusted }) => (isTrusted ? [key] : [])));
  return {
    copies: copies.map((copy) => withOpening(copy, opening)),
    unkept,
    checkpoints: [...checkpoints.values()],
    end,
    problems,
    unreadable,
    isTrusted: ({ sound }) =>
      publicKeys.length === 0 ? undefined : trusted.has(sound.checkpoint.key),
  };
}

/** What a record says of its process is signed in the checkpoint that opens its stream. */
function withOpening(copy: PlacedRecord, opening: Checkpoint["opening"]): PlacedRecord {
  const { service, resource } = copy.record;
  const said = { service, resource: keepsResource(copy.form) ? resource : undefined };
  const why = opening === undefined ? undefined : contradiction(said, opening.resource);
  return why === undefined ? copy : { ...copy, doubts: [...copy.doubts, why] };
}

function sequenceOf(id: string): number {
  return Number(id.slice(streamOf(id).length + 1));
}

/** Its own checkpoints prove the record; those that open a stream say which key vouches for which. */
function concerns(record: AuditRecord, stream: string): boolean {
  if (record.attributes[ATTR_RECORD_KIND] !== "checkpoint") return false;
  const note = noteOf(record);
  return note.startsWith(originOf(stream)) || note.includes("\nstate open\n");
}

function noteOf({ attributes }: AuditRecord): string {
  return String(attributes[ATTR_CHECKPOINT_NOTE] ?? "");
}

/** How the notes of a stream begin. */
function originOf(stream: string): string {
  return `otel-audit/${stream}\n`;
}

async function checkPlaced(
  found: PlacedRecord,
  id: string,
  crypto: VerifyCrypto,
): Promise<PlacedCheckpoint | string> {
  const parts = checkpointOf(found.record);
  if (parts === undefined) return "it is no checkpoint";
  const sound = await checkCheckpoint(parts, crypto);
  if (!isSound(sound)) return sound.why;
  const carrier = { stream: streamOf(id), sequence: sequenceOf(id), time: parts.time };
  const problem = misplaced(sound, carrier);
  const { subtrees, addition } = parts;
  return problem ?? { ...found, id, sound, subtrees, addition };
}
