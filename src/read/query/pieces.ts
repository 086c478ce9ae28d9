/** What somebody typed, cut into terms. */
import { AuditError } from "../../lib/errors.ts";
import { shown } from "../../lib/shown.ts";
import type { WantedText } from "./query.ts";

/** A term as it was typed. */
export interface Piece {
  readonly typed: string;
  readonly isNegated: boolean;
  /** What stands before the colon; undefined: there is none. */
  readonly name?: string;
  /** What stands between commas. */
  readonly values: readonly TypedText[];
}

/** A value as it was typed. */
export interface TypedText extends WantedText {
  /** It has quotes, and is meant as it stands. */
  readonly isQuoted: boolean;
}

/**
 * The terms of a text, in their order.
 *
 * @throws {AuditError} `invalid_option` where a quote has no end.
 */
export function piecesOf(text: string): readonly Piece[] {
  const pieces: Piece[] = [];
  for (let at = skipSpace(text, 0); at < text.length;) {
    const { piece, end } = pieceAt(text, at);
    pieces.push(piece);
    at = skipSpace(text, end);
  }
  return pieces;
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (at < text.length && /\s/.test(text[at] ?? "")) at++;
  return at;
}

const NAME = /-?([\p{L}_@][\p{L}\p{N}_.@/-]*):/uy;

function pieceAt(text: string, start: number): { readonly piece: Piece; readonly end: number } {
  const isNegated =
    text[start] === "-" && start + 1 < text.length && !/\s/.test(text[start + 1] ?? "");
  NAME.lastIndex = start;
  const [whole = isNegated ? "-" : "", name] = NAME.exec(text) ?? [];
  const { values, end } = valuesAt(text, start + whole.length, name !== undefined);
  const typed = text.slice(start, end);
  return { piece: { typed, isNegated, values, ...(name === undefined ? {} : { name }) }, end };
}

/** @param isList whether a comma stands between values. */
function valuesAt(
  text: string,
  start: number,
  isList: boolean,
): { readonly values: readonly TypedText[]; readonly end: number } {
  const values: TypedText[] = [];
  let value = "";
  let isPattern = false;
  let isQuoted = false;
  const end = (): void => {
    // With quotes in it, it is meant as it stands.
    if (value !== "" || isQuoted)
      values.push({ text: value, isPattern: isPattern && !isQuoted, isQuoted });
    value = "";
    isPattern = isQuoted = false;
  };
  let at = start;
  for (; at < text.length; at++) {
    const character = text[at] ?? "";
    if (/\s/.test(character)) break;
    if (character === '"') {
      const quoted = quotedAt(text, at);
      isQuoted = true;
      value += quoted.text;
      at = quoted.end - 1;
    } else if (character === "," && isList) end();
    else {
      isPattern ||= character === "*";
      value += character;
    }
  }
  end();
  return { values, end: at };
}

function quotedAt(text: string, start: number): { readonly text: string; readonly end: number } {
  let value = "";
  for (let at = start + 1; at < text.length; at++) {
    const character = text[at] ?? "";
    if (character === '"') return { text: value, end: at + 1 };
    const next = text[at + 1] ?? "";
    if (character === "\\" && (next === '"' || next === "\\")) at++;
    value += character === "\\" && (next === '"' || next === "\\") ? next : character;
  }
  throw refused(shown(text.slice(start)), "has no end: a quote is missing");
}

/** Says what of a query is wrong, why, and what to write instead. */
export function refused(what: string, why: string): AuditError {
  return new AuditError("invalid_option", `${what} ${why}`);
}
