/**
 * A line with what other ways to prove it would add, so that programs can check it without ours:
 * `<line> <hash> <signature>`, both in base64url.
 */
import { hash } from "node:crypto";

const HASH_CHARACTERS = 43;
/** Of 64 bytes. */
const SIGNATURE_CHARACTERS = 86;
const ADDED = HASH_CHARACTERS + SIGNATURE_CHARACTERS + 2;

/** The parts of such a line. */
export interface CheckedLine {
  readonly line: string;
  readonly hash: string;
  readonly signature: string;
}

/** Writes one. */
export function encodeCheckedLine(parts: CheckedLine): string {
  return `${parts.line} ${parts.hash} ${parts.signature}`;
}

/** Reads one. */
export function decodeCheckedLine(text: string): CheckedLine {
  const end = text.length - ADDED;
  return {
    line: text.slice(0, end),
    hash: text.slice(end + 1, end + 1 + HASH_CHARACTERS),
    signature: text.slice(end + 2 + HASH_CHARACTERS),
  };
}

/** The hash of a line behind another one; "" before the first. */
export function chainHash(previous: string, line: string): string {
  return hash("sha256", previous + line, "base64url");
}
