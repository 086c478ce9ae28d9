import { ATTR_INTEGRITY_FIELDS, type AuditRecord } from "../event/portable.ts";
import { fromBase64Url, toBase64, toBase64Url } from "../lib/base64.ts";
import {
  decodeFieldSeals,
  type FieldSeal,
  isCommitted,
  leafText,
  sealedFieldsOf,
} from "../seal/portable.ts";
import type { FieldFinding } from "./examine.ts";
import type { Digest, InspectedField } from "./inspection.ts";

/** A digest in every form in which it stands somewhere. */
export function digestOf(bytes: Uint8Array): Digest {
  let hex = "";
  for (const byte of bytes) hex += byte.toString(16).padStart(2, "0");
  return { hex, base64: toBase64(bytes), base64url: toBase64Url(bytes) };
}

/** What is hashed for a record as it stands in a file. */
export function leafTextOfShown(record: AuditRecord): string {
  return leafText(record, sealedFieldsOf(record), sealsOf(record));
}

/**
 * Every sealed field of a record, by key: also those whose value is gone.
 *
 * @param findings what an examiner said of the fields that are not what they were.
 */
export function inspectFields(
  record: AuditRecord,
  findings: readonly FieldFinding[],
): readonly InspectedField[] {
  const states = new Map(findings.map(({ key, state }) => [key, state]));
  const seals = new Map(sealsOf(record).map((seal) => [seal.key, seal]));
  const fields = sealedFieldsOf(record).map(({ key, text }): InspectedField => {
    const seal = seals.get(key);
    seals.delete(key);
    if (seal === undefined || !isCommitted(seal))
      return { key, value: text, state: "clear", salt: null, commitment: null };
    return { key, value: text, state: states.get(key) ?? "opened", ...committed(seal) };
  });
  const gone = [...seals.values()].flatMap((seal): readonly InspectedField[] =>
    isCommitted(seal)
      ? [
          {
            key: seal.key,
            value: null,
            state: "redacted",
            ...committed(seal),
          },
        ]
      : [],
  );
  return [...fields, ...gone].toSorted((left, right) => (left.key < right.key ? -1 : 1));
}

function sealsOf({ attributes }: AuditRecord): readonly FieldSeal[] {
  return decodeFieldSeals(String(attributes[ATTR_INTEGRITY_FIELDS] ?? "")) ?? [];
}

function committed(seal: {
  readonly salt?: string;
  readonly commitment: string;
}): Pick<InspectedField, "salt" | "commitment"> {
  const bytes = fromBase64Url(seal.commitment);
  return {
    salt: seal.salt ?? null,
    commitment: bytes === undefined ? null : digestOf(bytes),
  };
}
