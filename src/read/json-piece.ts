/** One JSON text in bytes, parsed with an eye on what parsing hides. */
import { messageOf } from "../lib/errors.ts";
import type { JsonShape } from "./element-scanner.ts";
import { countNames, doubtsOfJson, type JsonDoubt } from "./json-doubts.ts";
import { isMap } from "../lib/is-map.ts";
import { tryParse } from "./plain-json.ts";
import { isPlainText } from "./plain-text.ts";

/** What became of a text: its value, or why there is none. */
export type JsonPiece =
  | {
      readonly kind: "value";
      readonly value: unknown;
      readonly text: string;
      readonly doubts: readonly JsonDoubt[];
    }
  | { readonly kind: "problem"; readonly message: string };

/** Where a text stands in bytes. */
export interface ByteRange {
  readonly bytes: Uint8Array;
  readonly start: number;
  /** The byte behind it. */
  readonly end: number;
}

/** Said of bytes that are no text. */
export const NOT_UTF8 = "it is not UTF-8";

const NO_DOUBTS: readonly JsonDoubt[] = [];
const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const lenient = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * Parses one text.
 *
 * @param scan what a scanner sees of it; asked only where the value leaves something open.
 * @param maxDepth levels that it may have.
 */
export function parsePiece(
  range: ByteRange,
  scan: (range: ByteRange) => JsonShape,
  maxDepth: number,
): JsonPiece {
  const text = textOf(range);
  if (text === undefined) return { kind: "problem", message: NOT_UTF8 };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { kind: "problem", message: `not a JSON line: ${messageOf(error)}` };
  }
  if (isPlainText(text, value, maxDepth)) return { kind: "value", value, text, doubts: NO_DOUBTS };
  // No form has records that are none: how deep a list goes does not matter, and nobody goes down in it.
  if (!isMap(value)) return { kind: "value", value, text, doubts: NO_DOUBTS };
  const { depth, names, hasOddNumber } = scan(range);
  if (depth > maxDepth) return tooDeep(maxDepth);
  const isPlain = !hasOddNumber && names === countNames(value);
  return { kind: "value", value, text, doubts: isPlain ? NO_DOUBTS : doubtsOfJson(text) };
}

/** Whether bytes are a JSON text, whatever it holds. */
export function isWholeJson(range: ByteRange): boolean {
  const text = textOf(range);
  return text !== undefined && tryParse(text) !== undefined;
}

/** Said of what nobody should have to go down. */
export function tooDeep(maxDepth: number): { readonly kind: "problem"; readonly message: string } {
  return { kind: "problem", message: `it is nested deeper than ${maxDepth} levels` };
}

/** The text of bytes; undefined where they are not UTF-8. */
export function textOf({ bytes, start, end }: ByteRange): string | undefined {
  try {
    return strict.decode(bytes.subarray(start, end));
  } catch {
    return undefined;
  }
}

/** The text of bytes, with U+FFFD for what is not UTF-8: to look for something in it. */
export function lenientTextOf({ bytes, start, end }: ByteRange): string {
  return lenient.decode(bytes.subarray(start, end));
}
