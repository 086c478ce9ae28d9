import { ATTR_RECORD_ID, type AuditRecord } from "../event/index.ts";
import { AuditError } from "../lib/errors.ts";
import { type Block, decodeBlock, type FoundRecord, type TrailFile } from "../read/index.ts";
import type { VerifyCrypto } from "./crypto.ts";
import { differingFields } from "./differing-fields.ts";
import { createExaminer, type Examined, withoutAddition } from "./examine.ts";
import { isView } from "./examine-piece.ts";
import type { Finding } from "./findings.ts";
import type { Verification } from "./verification.ts";

/** What {@link nameAlteredFields} takes. */
export interface NamingParts {
  /** Everything that was found; those that name an altered record are looked at. */
  readonly findings: readonly Finding[];
  /** The files that were read; a pipe has nothing more to give. */
  readonly files: readonly TrailFile[];
  readonly signedLeaf: Verification["signedLeaf"];
  readonly crypto: VerifyCrypto;
  readonly signal?: AbortSignal | undefined;
}

/** More altered records are not looked at: files are read a second time for them. */
const MAX_RECORDS = 100;
/** Of one record; more say no more than these. */
const MAX_FIELDS = 100;
/** And in the sentence for people. */
const MAX_SAID = 5;

/** A record that was altered, and its copies. */
interface Suspect {
  /** By file and line. */
  readonly altered: Map<string, AuditRecord>;
  /** The first copy that is what was signed. */
  proven: (FoundRecord & { readonly file: string }) | undefined;
}

/**
 * The findings; those of altered records of which another copy is proven name the fields in which the
 * two differ. Reads the files again, but decodes only pieces that name such a record.
 */
export async function nameAlteredFields(parts: NamingParts): Promise<readonly Finding[]> {
  const { findings } = parts;
  const suspects = suspectsOf(findings);
  if (suspects.size === 0) return findings;
  for (const file of parts.files) if (!file.isReadOnce) await lookInto(file, suspects, parts);
  return findings.map((finding) => withFields(finding, suspects));
}

function suspectsOf(findings: readonly Finding[]): ReadonlyMap<string, Suspect> {
  const suspects = new Map<string, Suspect>();
  for (const { code, record, file, line } of findings) {
    if (code !== "record_altered" || record === undefined || file === undefined) continue;
    if (suspects.size >= MAX_RECORDS && !suspects.has(record)) continue;
    const suspect = suspects.get(record) ?? { altered: new Map(), proven: undefined };
    suspects.set(record, suspect);
    suspect.altered.set(placeOf(file, line), NOT_FOUND);
  }
  return suspects;
}

/** Until it is found again. */
const NOT_FOUND: AuditRecord = { attributes: {}, body: {} };

async function lookInto(
  { blocks }: TrailFile,
  suspects: ReadonlyMap<string, Suspect>,
  { signedLeaf, crypto, signal }: NamingParts,
): Promise<void> {
  const examiner = createExaminer(crypto);
  try {
    for await (const block of blocks()) {
      signal?.throwIfAborted();
      if ("kind" in block || !names(block, suspects)) continue;
      const { file } = block;
      for (const found of decodeBlock(block)) {
        if (found.kind !== "record") continue;
        const suspect = suspects.get(String(found.record.attributes[ATTR_RECORD_ID] ?? ""));
        if (suspect === undefined) continue;
        const place = placeOf(file, found.line);
        const record = isView(block.form) ? withoutAddition(found.record) : found.record;
        if (suspect.altered.has(place)) suspect.altered.set(place, record);
        else if (suspect.proven === undefined) {
          const [examined] = await examiner.examine([record]);
          if (isProven(found, examined, signedLeaf)) suspect.proven = { ...found, record, file };
        }
      }
    }
  } catch (error) {
    // What cannot be read any more names nothing; the first reading has said what there was.
    if (!(error instanceof AuditError)) throw error;
  }
}

function names({ bytes }: Block, suspects: ReadonlyMap<string, Suspect>): boolean {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return [...suspects.keys()].some((id) => text.includes(id));
}

function isProven(
  { doubts }: FoundRecord,
  examined: Examined | undefined,
  signedLeaf: Verification["signedLeaf"],
): boolean {
  if (examined === undefined || doubts.length + examined.doubts.length > 0) return false;
  if (examined.fields.some(({ state }) => state === "altered")) return false;
  const signed = signedLeaf(examined.stream, examined.sequence);
  return signed !== undefined && Buffer.compare(signed, examined.leaf) === 0;
}

function withFields(finding: Finding, suspects: ReadonlyMap<string, Suspect>): Finding {
  const { code, record, file, line, message } = finding;
  if (code !== "record_altered" || file === undefined || record === undefined) return finding;
  const { altered, proven } = suspects.get(record) ?? {};
  const copy = altered?.get(placeOf(file, line));
  if (proven === undefined || copy === undefined || copy === NOT_FOUND) return finding;
  const fields = differingFields(proven.record, copy);
  if (fields.length === 0) return finding;
  const said = fields.slice(0, MAX_SAID).join(", ");
  const rest = fields.length > MAX_SAID ? ` and ${fields.length - MAX_SAID} more` : "";
  return {
    ...finding,
    message: `${message}: it differs from the proven copy in ${proven.file}:${proven.line} in ${said}${rest}`,
    fields: fields.slice(0, MAX_FIELDS),
  };
}

function placeOf(file: string, line: number | undefined): string {
  return `${file}:${line ?? 0}`;
}
