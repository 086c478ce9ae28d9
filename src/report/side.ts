/** One side of a change, and how much of it a record tells. */
import type { BodyValue } from "../event/index.ts";
import { MASK } from "../redact/portable.ts";
import { canonicalJson } from "../lib/canonical-json.ts";

/** What a record tells of a value. */
export type Side =
  | { readonly kind: "value"; readonly value: BodyValue }
  /** It was not there. */
  | { readonly kind: "absent" }
  /** It was redacted; what is left of it, where something is. */
  | { readonly kind: "redacted"; readonly value?: BodyValue }
  /** It was too long: its start, and a digest of all of it. */
  | { readonly kind: "cut"; readonly value: string }
  /** The record does not say. */
  | { readonly kind: "unknown" };

/** Nothing is said of it. */
export const UNKNOWN: Side = { kind: "unknown" };
/** It was not there. */
export const ABSENT: Side = { kind: "absent" };

const PSEUDONYM = /^hmac:[A-Za-z0-9_-]+:[A-Za-z0-9_-]{22}$/;
/** As the size limits of records write them. */
const CUT = /^\[cut: |…\[cut: \d+ bytes, sha256 [^\]]+\]$/;

/** A value that a record holds. */
export function sideOf(value: BodyValue): Side {
  if (typeof value === "string" && CUT.test(value)) return { kind: "cut", value };
  return isRedacted(value) ? { kind: "redacted", value } : { kind: "value", value };
}

/** Whether a mask or a pseudonym stands in it, anywhere. */
function isRedacted(value: BodyValue): boolean {
  if (typeof value === "string") return value.includes(MASK) || PSEUDONYM.test(value);
  return typeof value === "object" && value !== null && JSON.stringify(value).includes(MASK);
}

/**
 * Whether two sides are the same value; undefined: nobody can tell. A pseudonym is the same for the same
 * value of a field, a mask is the same for all, and a cut text has a digest of the whole.
 */
export function isSame(left: Side, right: Side): boolean | undefined {
  if (left.kind === "unknown" || right.kind === "unknown") return undefined;
  if (left.kind === "absent" || right.kind === "absent") return left.kind === right.kind;
  const isToldEqual =
    left.value !== undefined &&
    right.value !== undefined &&
    canonicalJson(left.value) === canonicalJson(right.value);
  if (left.kind === "redacted" || right.kind === "redacted") {
    const isPseudonym = typeof left.value === "string" && PSEUDONYM.test(left.value);
    return isToldEqual && isPseudonym ? true : undefined;
  }
  return isToldEqual;
}

/** A side in one line, as JSON where it is a value. */
export function sideText(side: Side): string {
  switch (side.kind) {
    case "value":
      return canonicalJson(side.value);
    case "cut":
      return side.value;
    case "absent":
      return "nothing";
    case "redacted":
      return side.value === undefined ? "(redacted)" : `${canonicalJson(side.value)} (redacted)`;
    default:
      return "(not known)";
  }
}
