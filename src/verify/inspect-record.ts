/**
 * How one record is proven, for somebody who follows it by hand.
 *
 * In: a record's id, and files. Out: every value between the record and the signature. Other records
 * are not looked at, but for the checkpoints that prove this one.
 */
import { ATTR_RECORD_KIND, isId, recordId, sequenceOf, streamOf } from "../event/index.ts";
import { AuditError } from "../lib/errors.ts";
import { HASH_BYTES, type NoteKey } from "../seal/portable.ts";
import { differingFields } from "./differing-fields.ts";
import { createExaminer, type Examined } from "./examine.ts";
import { keepsResource } from "./examine-piece.ts";
import { KIND } from "./examined-block.ts";
import { chooseCheckpoint, inspectCheckpoint } from "./inspect-checkpoint.ts";
import { digestOf, inspectFields, leafTextOfShown } from "./inspect-fields.ts";
import { readTrailOf, type TrailOfRecord } from "./inspect-trail.ts";
import { type InspectionFacts, inspectionVerdict } from "./inspection-verdict.ts";
import type { InspectedCopy, Inspection } from "./inspection.ts";
import { createNodeCrypto } from "./node-crypto.ts";
import type { PlacedCheckpoint, PlacedRecord } from "./placed-checkpoint.ts";
import { contradiction } from "./source-ledger.ts";

/** Options of {@link inspectRecord}. */
export interface InspectRecordOptions {
  /** Keys that are trusted. Default: those that the log names. */
  readonly publicKeys?: readonly NoteKey[];
}

/**
 * Looks for a record in files and directories, and shows how it is proven.
 *
 * @param id as in `cJ43xB7KP1x8rM2I.5`.
 * @throws {AuditError} as a rejection: `invalid_option` for what is no id of a record, `unreadable` where
 * a path is not there or cannot be read.
 */
export async function inspectRecord(
  id: string,
  paths: readonly string[],
  { publicKeys = [] }: InspectRecordOptions = {},
): Promise<Inspection> {
  const [stream, sequence] = placeOf(id);
  const crypto = createNodeCrypto();
  const trail = await readTrailOf({ paths, stream, sequence, publicKeys, crypto });
  const chosen = chooseCheckpoint(trail, sequence);
  const placed = withOpening(trail, chosen);
  const examined = await createExaminer(crypto).examine(placed.map(({ record }) => record));
  const signed = chosen === undefined ? undefined : signedLeaf(chosen.sound, sequence);
  const isOwnNote = chosen?.id === id;
  const ownNote = isOwnNote ? chosen : undefined;
  const copies = inspectCopies(placed, examined, { signed, ownNote });
  const shown = placed.length === 0 ? null : Math.max(0, copies.findIndex(isProven));
  const checkpoint =
    chosen === undefined
      ? null
      : await inspectCheckpoint(chosen, { sequence, isOwnNote, crypto, trail });
  const own = shownParts(placed[shown ?? 0], examined[shown ?? 0], signed);
  const facts: InspectionFacts = {
    ...trail,
    copies,
    checkpoint,
    untold: untoldIn(examined),
    unknownKeys: [...new Set(placed.flatMap(({ unknownKeys = [] }) => unknownKeys))].toSorted(),
    outOfPlace: outOfPlace(trail, chosen, sequence),
  };
  const verdict = inspectionVerdict(id, facts);
  const problems = [...trail.problems, ...trail.contradictions, ...trail.foreign, ...trail.unread];
  return {
    version: 1,
    record: id,
    stream,
    sequence,
    ...verdict,
    copies,
    shown,
    ...own,
    checkpoint,
    problems,
  };
}

/** The copies; what each says of its process is signed in the checkpoint that opens its stream. */
function withOpening(
  { copies, openingFor }: TrailOfRecord,
  chosen: PlacedCheckpoint | undefined,
): readonly PlacedRecord[] {
  const opening = openingFor(chosen);
  if (opening === undefined) return copies;
  return copies.map((copy) => {
    const { service, resource } = copy.record;
    const said = { service, resource: keepsResource(copy.form) ? resource : undefined };
    const why = contradiction(said, opening.resource);
    return why === undefined ? copy : { ...copy, doubts: [...copy.doubts, why] };
  });
}

/** Why the record cannot stand where it does: not asked where its own process has signed that it stands there. */
function outOfPlace(
  { copies, checkpoints, history }: TrailOfRecord,
  chosen: PlacedCheckpoint | undefined,
  sequence: number,
): string | undefined {
  const { state, size = 0 } = chosen?.sound.checkpoint ?? {};
  if (state !== "adopted" && sequence <= size) return undefined;
  const isCheckpoint = copies[0]?.record.attributes[ATTR_RECORD_KIND] === "checkpoint";
  const kind = isCheckpoint ? KIND.checkpoint : KIND.other;
  // Those of adopters are nobody's here.
  const notes = checkpoints.map(({ sound }) => sound.noteHash);
  return history.problemOf({ sequence, kind }, notes);
}

/** Whoever reads another copy than the one shown must not take from it what nobody can open. */
function untoldIn(examined: readonly (Examined | undefined)[]): readonly string[] {
  const fields = examined.flatMap((one) => one?.fields ?? []);
  const untold = fields.filter(({ state }) => state === "unopenable" || state === "unexplained");
  return [...new Set(untold.map(({ key }) => key))].toSorted();
}

interface CopyContext {
  /** What is signed of the record. */
  readonly signed: Uint8Array | undefined;
  /** The copy whose own note proves it; undefined: it is not a checkpoint that nothing covers. */
  readonly ownNote: PlacedCheckpoint | undefined;
}

function inspectCopies(
  copies: readonly PlacedRecord[],
  examined: readonly (Examined | undefined)[],
  { signed, ownNote }: CopyContext,
): readonly InspectedCopy[] {
  // A note signs nothing of its record but itself: nothing else may stand there, and copies are equal.
  const isBare = ownNote !== undefined && ownNote.addition === undefined;
  const own = copies.findIndex(({ file, line }) => file === ownNote?.file && line === ownNote.line);
  const wanted = signed ?? (isBare ? examined[own]?.leaf : new Uint8Array());
  const states = copies.map((copy, at) =>
    standing(copy, examined[at], ownNote === undefined ? signed : wanted),
  );
  const proven = copies[states.indexOf("proven")];
  return copies.map((copy, at) => ({
    file: copy.file,
    line: copy.line,
    state: states[at] ?? "unproven",
    leaf: digestOf(examined[at]?.leaf ?? new Uint8Array()),
    doubts: [...copy.doubts, ...(examined[at]?.doubts ?? [])],
    differing: differingOf(copy, examined[at], proven),
  }));
}

function isProven({ state }: InspectedCopy): boolean {
  return state === "proven";
}

function shownParts(
  copy: PlacedRecord | undefined,
  examined: Examined | undefined,
  signed: Uint8Array | undefined,
): Pick<Inspection, "fields" | "leaf"> {
  if (copy === undefined || examined === undefined) return { fields: [], leaf: null };
  return {
    fields: inspectFields(copy.record, examined.fields),
    leaf: {
      text: leafTextOfShown(copy.record),
      digest: digestOf(examined.leaf),
      signed: signed === undefined ? null : digestOf(signed),
    },
  };
}

function placeOf(id: string): readonly [stream: string, sequence: number] {
  const stream = streamOf(id);
  const sequence = sequenceOf(id);
  const isNumber = Number.isSafeInteger(sequence) && sequence > 0;
  if (isId(stream) && isNumber && id === recordId(stream, sequence)) return [stream, sequence];
  throw new AuditError(
    "invalid_option",
    `${JSON.stringify(id)} is no id of a record, as in cJ43xB7KP1x8rM2I.5`,
  );
}

/** Undefined where the checkpoint does not reach to the record: it is the one that carries it. */
function signedLeaf(
  { from, leaves }: { readonly from: number; readonly leaves: Uint8Array },
  sequence: number,
): Uint8Array | undefined {
  const at = (sequence - from - 1) * HASH_BYTES;
  return at < leaves.length ? leaves.slice(at, at + HASH_BYTES) : undefined;
}

function isClean({ doubts }: PlacedRecord, examined: Examined | undefined): boolean {
  return (
    examined !== undefined &&
    doubts.length + examined.doubts.length === 0 &&
    examined.fields.every(({ state }) => state !== "altered")
  );
}

function standing(
  copy: PlacedRecord,
  examined: Examined | undefined,
  signed: Uint8Array | undefined,
): InspectedCopy["state"] {
  if (examined === undefined || !isClean(copy, examined)) return "altered";
  if (signed === undefined) return "unproven";
  return Buffer.compare(examined.leaf, signed) === 0 ? "proven" : "altered";
}

function differingOf(
  { record }: PlacedRecord,
  examined: Examined | undefined,
  proven: PlacedRecord | undefined,
): readonly string[] {
  const altered = (examined?.fields ?? []).flatMap(({ key, state }) =>
    state === "altered" ? [key] : [],
  );
  const others = proven === undefined ? [] : differingFields(proven.record, record);
  return [...new Set([...altered, ...others])].toSorted();
}
