/**
 * What a record says, brought into the form in which it can be compared with what was signed.
 *
 * In: a record as some store gives it back. Out: its leaf, and for each field that may be redacted
 * whether it is what was committed to. Nothing is decided here about the record as a whole.
 */
import {
  ATTR_EXCEPTION_MESSAGE,
  ATTR_INTEGRITY_FIELDS,
  ATTR_RECORD_ID,
  ATTR_RECORD_KIND,
  ATTR_SEQUENCE_NUMBER,
  type AuditRecord,
  isId,
  NO_RESULT,
  streamOf,
} from "../event/portable.ts";
import { toBase64Url } from "../lib/base64.ts";
import {
  type CommittedField,
  commitmentText,
  decodeFieldSeals,
  type FieldSeal,
  isCommitted,
  leafText,
  type SealedField,
  sealedFieldsOf,
} from "../seal/portable.ts";
import { isMasked, looksRedacted } from "./redacted-value.ts";
import type { VerifyCrypto } from "./crypto.ts";

/** What became of a field that may be redacted. */
export type FieldState =
  /** Absent or masked. */
  | "redacted"
  /** Its salt is there, and it is not what was committed to. */
  | "altered"
  /** It is there without its salt: nobody can tell. */
  | "unopenable"
  /** Partly masked, or in the place of the value stands what looks like a hash. */
  | "unexplained";

/** A field that is not what it was when it was sealed, or cannot be shown to be. */
export interface FieldFinding {
  readonly key: string;
  readonly state: FieldState;
  /** The value is gone, and its salt is still there: short values can be guessed. */
  readonly isSaltLeft: boolean;
}

/** A record that was examined. */
export interface Examined {
  readonly stream: string;
  readonly sequence: number;
  /** 32 bytes. */
  readonly leaf: Uint8Array;
  /** By key; fields that are as they were sealed are not among them. */
  readonly fields: readonly FieldFinding[];
  /** What it says twice, or otherwise than it must. */
  readonly doubts: readonly string[];
}

/** What is to be hashed for a record, and what then follows from the hashes. */
interface Plan {
  readonly texts: readonly string[];
  readonly conclude: (hashes: readonly Uint8Array[]) => Examined;
}

/** Examines records that have an id; undefined stands for one that has none. */
export async function examineRecords(
  records: readonly AuditRecord[],
  crypto: VerifyCrypto,
): Promise<readonly (Examined | undefined)[]> {
  const plans = records.map(planOf);
  const texts = plans.flatMap((plan) => plan?.texts ?? []);
  const hashes = await crypto.hashTexts(texts);
  let from = 0;
  return plans.map((plan) => {
    if (plan === undefined) return undefined;
    const own = hashes.slice(from, from + plan.texts.length);
    from += own.length;
    return plan.conclude(own);
  });
}

function planOf(shown: AuditRecord): Plan | undefined {
  const record = withoutAddition(shown);
  const { attributes } = record;
  const id = String(attributes[ATTR_RECORD_ID] ?? "");
  const stream = streamOf(id);
  const sequence = sequenceOf(id.slice(stream.length + 1));
  if (!isId(stream) || sequence === undefined) return undefined;
  const doubts: string[] = [];
  if (String(attributes[ATTR_SEQUENCE_NUMBER]) !== String(sequence)) {
    doubts.push(`${ATTR_SEQUENCE_NUMBER} is not the number in ${ATTR_RECORD_ID}`);
  }
  const said = attributes[ATTR_INTEGRITY_FIELDS] ?? "";
  const seals = typeof said === "string" ? decodeFieldSeals(said) : undefined;
  if (seals === undefined) doubts.push(`${ATTR_INTEGRITY_FIELDS} is not what otel-audit writes`);
  const fields = sealedFieldsOf(record);
  for (const [at, { key, name }] of fields.entries()) {
    if (key === fields[at + 1]?.key) doubts.push(`two fields have the key of ${name}`);
  }
  return planFields(record, { stream, sequence, doubts, fields, seals: seals ?? [] });
}

/** The record without what views add to an intent that no result followed. */
function withoutAddition(record: AuditRecord): AuditRecord {
  const { attributes } = record;
  const isAdded =
    attributes[ATTR_EXCEPTION_MESSAGE] === NO_RESULT && attributes[ATTR_RECORD_KIND] === "intent";
  if (!isAdded) return record;
  const others = Object.entries(attributes).filter(([name]) => name !== ATTR_EXCEPTION_MESSAGE);
  return { ...record, attributes: Object.fromEntries(others) };
}

interface Parts extends Pick<Examined, "stream" | "sequence" | "doubts"> {
  readonly fields: readonly SealedField[];
  readonly seals: readonly FieldSeal[];
}

function planFields(record: AuditRecord, parts: Parts): Plan {
  const { stream, sequence, doubts, seals } = parts;
  const values = new Map(parts.fields.map(({ key, text }) => [key, text]));
  const texts = [leafText(record, parts.fields, seals)];
  const opened: CommittedField[] = [];
  const closed: FieldFinding[] = [];
  for (const seal of seals) {
    if (!isCommitted(seal)) continue;
    const { key, salt } = seal;
    const value = values.get(key);
    if (value === undefined || salt === undefined) {
      closed.push({ key, state: closedState(value), isSaltLeft: salt !== undefined });
      continue;
    }
    texts.push(commitmentText(salt, key, value));
    opened.push(seal);
  }
  return {
    texts,
    conclude([leaf = new Uint8Array(), ...hashes]) {
      const found = closed;
      for (const [at, { key, commitment }] of opened.entries()) {
        const hash = hashes[at];
        if (hash !== undefined && toBase64Url(hash) === commitment) continue;
        found.push({ key, state: mismatchState(values.get(key) ?? ""), isSaltLeft: true });
      }
      return { stream, sequence, leaf, fields: found, doubts };
    },
  };
}

function closedState(value: string | undefined): FieldState {
  if (value === undefined || isMasked(value)) return "redacted";
  return looksRedacted(value) ? "unexplained" : "unopenable";
}

function mismatchState(value: string): FieldState {
  if (isMasked(value)) return "redacted";
  return looksRedacted(value) ? "unexplained" : "altered";
}

/** As it was written: no sign, no zero before it. */
function sequenceOf(text: string): number | undefined {
  if (!/^[1-9]\d{0,15}$/.test(text)) return undefined;
  const sequence = Number(text);
  return Number.isSafeInteger(sequence) ? sequence : undefined;
}
