/**
 * What a record says, brought into the form in which it can be compared with what was signed.
 *
 * In: a record as some store gives it back. Out: its leaf, and for each field that may be redacted
 * whether it is what was committed to. Nothing is decided here about the record as a whole.
 */
import {
  ATTR_ACTION,
  ATTR_CHECKPOINT_LEAVES,
  ATTR_CHECKPOINT_NOTE,
  ATTR_CHECKPOINT_SUBTREES,
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
import {
  type CommittedField,
  commitmentText,
  createShaper,
  decodeFieldSeals,
  type FieldSeal,
  isCommitted,
  leafTextOf,
  type SealedField,
  sealedFieldsOf,
  textOf,
} from "../seal/portable.ts";
import { isMasked, looksRedacted } from "./redacted-value.ts";
import type { VerifyCrypto } from "./crypto.ts";
import { misspeltNames } from "./misspelt-names.ts";

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

/** Examines records; remembers what follows from the names of their fields. */
export interface Examiner {
  /**
   * Undefined stands for a record that has no id.
   *
   * @param isView whether they stand in a view, which adds something to an intent without a result.
   *   Default false.
   */
  readonly examine: (
    records: readonly AuditRecord[],
    isView?: boolean,
  ) => Promise<readonly (Examined | undefined)[]>;
}

/** What is known of a record before anything was hashed. */
interface Plan extends Omit<Examined, "leaf"> {
  /** Their commitments stand one behind the other among what is hashed. */
  readonly opened: readonly OpenedField[];
  readonly fields: FieldFinding[];
}

interface OpenedField extends Required<CommittedField> {
  readonly value: string;
}

/** So many records are hashed together: a browser answers each hash later. */
const RECORDS_A_BATCH = 128;

/** Hashes with what is given. */
export function createExaminer(crypto: VerifyCrypto): Examiner {
  const shape = createShaper(() => () => false);

  async function examineBatch(
    records: readonly AuditRecord[],
    isView: boolean,
  ): Promise<readonly (Examined | undefined)[]> {
    const leafTexts: string[] = [];
    const texts: string[] = [];
    const plans = records.map((record) => planOf(record, { shape, leafTexts, texts, isView }));
    const leaves = await crypto.hashTexts(leafTexts);
    const hashes = await crypto.hashTextsToBase64Url(texts);
    let leafAt = 0;
    let hashAt = 0;
    return plans.map((plan) => {
      if (plan === undefined) return undefined;
      const { stream, sequence, doubts, fields, opened } = plan;
      for (const { key, commitment, value } of opened) {
        if (hashes[hashAt++] === commitment) continue;
        fields.push({ key, state: mismatchState(value), isSaltLeft: true });
      }
      const leaf = leaves[leafAt++] ?? new Uint8Array();
      return { stream, sequence, leaf, fields, doubts };
    });
  }

  return {
    async examine(records, isView = false) {
      const examined: (Examined | undefined)[] = [];
      for (let at = 0; at < records.length; at += RECORDS_A_BATCH) {
        examined.push(...(await examineBatch(records.slice(at, at + RECORDS_A_BATCH), isView)));
      }
      return examined;
    },
  };
}

/** What records of kind `checkpoint` have, and no others. */
const CARRIED = [ATTR_CHECKPOINT_NOTE, ATTR_CHECKPOINT_LEAVES, ATTR_CHECKPOINT_SUBTREES] as const;

interface PlanParts {
  readonly shape: ReturnType<typeof createShaper>;
  readonly isView: boolean;
  /** What is to be hashed for the leaf of each record that has an id. */
  readonly leafTexts: string[];
  /** And for the commitments. */
  readonly texts: string[];
}

function planOf(
  given: AuditRecord,
  { shape, leafTexts, texts, isView }: PlanParts,
): Plan | undefined {
  const record = isView ? withoutAddition(given) : given;
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
  const { fields: shaped, texts: values } = shape(record, String(attributes[ATTR_ACTION]));
  const fields =
    shaped?.map(({ key, at }) => ({ key, text: values[at] ?? "" })) ?? sealedFieldsOf(record);
  if (shaped === undefined) doubts.push("two fields of it have one key");
  doubts.push(...misspeltNames(attributes, shaped));
  if (
    attributes[ATTR_RECORD_KIND] !== "checkpoint" &&
    CARRIED.some((name) => textOf(attributes[name]) !== "")
  )
    doubts.push("it holds a checkpoint, and is none");
  const { open, commitments, opened, findings } = matchFields(fields, seals ?? []);
  for (const { salt, key, value } of opened) texts.push(commitmentText(salt, key, value));
  leafTexts.push(leafTextOf(record, open, commitments));
  return { stream, sequence, doubts, opened, fields: findings };
}

/** The record without what views add to an intent that no result followed. */
export function withoutAddition(record: AuditRecord): AuditRecord {
  const { attributes } = record;
  const isAdded =
    attributes[ATTR_EXCEPTION_MESSAGE] === NO_RESULT && attributes[ATTR_RECORD_KIND] === "intent";
  if (!isAdded) return record;
  const others = Object.entries(attributes).filter(([name]) => name !== ATTR_EXCEPTION_MESSAGE);
  return { ...record, attributes: Object.fromEntries(others) };
}

interface Matched {
  /** Key and value, in turn, of what is in the leaf as it is. */
  readonly open: readonly string[];
  /** Key and commitment, in turn. */
  readonly commitments: readonly string[];
  readonly opened: readonly OpenedField[];
  readonly findings: FieldFinding[];
}

/** Both lists are by key: one walk through them. */
function matchFields(
  fields: readonly Pick<SealedField, "key" | "text">[],
  seals: readonly FieldSeal[],
): Matched {
  const open: string[] = [];
  const commitments: string[] = [];
  const opened: OpenedField[] = [];
  const findings: FieldFinding[] = [];
  let at = 0;
  const takeUpTo = (key: string | undefined): string | undefined => {
    for (let field = fields[at]; field !== undefined; field = fields[at]) {
      if (key !== undefined && field.key >= key) return field.key === key ? field.text : undefined;
      open.push(field.key, field.text);
      at++;
    }
    return undefined;
  };
  for (const seal of seals) {
    const { key } = seal;
    const value = takeUpTo(key);
    if (!isCommitted(seal)) continue;
    // Two fields with one key are a doubt already: both are hidden behind the commitment.
    while (fields[at]?.key === key) at++;
    const { salt, commitment } = seal;
    commitments.push(key, commitment);
    if (value !== undefined && salt !== undefined) opened.push({ key, salt, commitment, value });
    else findings.push({ key, state: closedState(value), isSaltLeft: salt !== undefined });
  }
  takeUpTo(undefined);
  return { open, commitments, opened, findings };
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
