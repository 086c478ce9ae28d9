/**
 * From what somebody typed to a query, in the way of GitHub's search.
 *
 * In: `actor:ann action:permission_change,role_change -outcome:success created:>=2026-10-01 "learning rate"`.
 * Out: a {@link Query}. Promise: any text gives a query, or an error that names the term and the way out.
 */
import { AuditError } from "../../lib/errors.ts";
import { nearest } from "../../lib/nearest.ts";
import { shown } from "../../lib/shown.ts";
import { DETAILS, type Field, fieldNames, fieldOf } from "./fields.ts";
import type { NumberRange, Query, Term, TimeRange, ValueTest, WantedText } from "./query.ts";
import { TIME_EXAMPLES, type TimeReading, type TimeSpan, timeSpanOf } from "./time-span.ts";

/** More terms than a person types. */
const MAX_TERMS = 200;
/** Longer texts than a person types. */
const MAX_LENGTH = 10_000;

/**
 * Parses what was typed. Terms have white space between them, and all of them must hold; `"…"` keeps white
 * space, commas and asterisks (`\"` and `\\` within), `,` stands for or, `-` before a term for not, `*` in
 * a value for any characters. `has:reason` asks for something that is there. A name with a dot that is no
 * field is looked for among the attributes (`rpc.system.name:grpc`) or, after `details.`, in the body. What
 * has no name is looked for everywhere.
 *
 * @param texts each of them any number of terms; none, or white space, asks for every record.
 * @param reading the zone of times without an offset (default: `local`), and what `-3h` is before (default: now).
 * @throws {AuditError} `invalid_option` naming the term: an unknown field, with the one that is nearest; a value
 * that is no time or number; an unclosed quote; more than 200 terms or 10 000 characters.
 * @example
 * parseQuery('actor:ann,bob -outcome:success created:2026-10', { zone: "Europe/Berlin" });
 */
export function parseQuery(texts: string | readonly string[], reading: TimeReading = {}): Query {
  const given = typeof texts === "string" ? [texts] : texts;
  if (given.reduce((sum, text) => sum + text.length, 0) > MAX_LENGTH)
    throw refused("the query", `is longer than ${MAX_LENGTH} characters`);
  const terms = given.flatMap((text) => piecesOf(text).map((piece) => termOf(piece, reading)));
  if (terms.length > MAX_TERMS) throw refused("the query", `has more than ${MAX_TERMS} terms`);
  return { terms };
}

/** A term as it was typed. */
interface Piece {
  readonly typed: string;
  readonly isNegated: boolean;
  /** What stands before the colon; undefined: there is none. */
  readonly name?: string;
  /** What stands between commas. */
  readonly values: readonly WantedText[];
}

function piecesOf(text: string): readonly Piece[] {
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
): { readonly values: readonly WantedText[]; readonly end: number } {
  const values: WantedText[] = [];
  let value = "";
  let isPattern = false;
  let isQuoted = false;
  const end = (): void => {
    // With quotes in it, it is meant as it stands.
    if (value !== "" || isQuoted) values.push({ text: value, isPattern: isPattern && !isQuoted });
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

function termOf(piece: Piece, reading: TimeReading): Term {
  const { name, values, isNegated, typed } = piece;
  if (name === undefined) {
    if (values.length === 0) throw refused(shown(typed), "says nothing to look for");
    return { field: "text", isNegated, test: { kind: "any-of", values } };
  }
  if (name === "has" || name === "no") return presence(piece, name === "no");
  const place = placeOf(name, typed);
  if (values.length === 0)
    throw refused(
      shown(typed),
      `has no value: has:${name} asks for what is there, no:${name} for what is not`,
    );
  return { ...place.at, isNegated, test: testOf(piece, place.field, reading) };
}

function presence({ values, isNegated, typed }: Piece, isNone: boolean): Term {
  const [value] = values;
  if (value === undefined || values.length > 1)
    throw refused(shown(typed), "must name one field, as in has:reason");
  return {
    ...placeOf(value.text, typed).at,
    isNegated: isNegated !== isNone,
    test: { kind: "present" },
  };
}

interface NamedPlace {
  readonly at: Pick<Term, "field" | "path">;
  readonly field?: Field;
}

function placeOf(name: string, typed: string): NamedPlace {
  const field = fieldOf(name);
  if (field !== undefined) return { at: { field: field.name }, field };
  if (name.startsWith(DETAILS) && name.length > DETAILS.length)
    return { at: { field: "details", path: name.slice(DETAILS.length) } };
  if (name.includes(".")) return { at: { field: "attribute", path: name } };
  const near = nearest(name, fieldNames());
  throw refused(
    shown(typed),
    `names no field: ${near === undefined ? "" : `did you mean ${near}? `}The fields are listed by --help; quote it to look for the text; details.${name}: looks into the details`,
  );
}

function testOf(piece: Piece, field: Field | undefined, reading: TimeReading): ValueTest {
  switch (field?.compares) {
    case "time":
      return timeTest(piece, reading);
    case "number":
      return numberTest(piece);
    case "lower":
      return anyOf(piece, (text) => text.toLowerCase());
    case "upper":
      return anyOf(piece, (text) => text.toUpperCase());
    default:
      return anyOf(piece, (text) => text);
  }
}

function anyOf({ values }: Piece, written: (text: string) => string): ValueTest {
  return {
    kind: "any-of",
    values: values.map(({ text, isPattern }) => ({ text: written(text), isPattern })),
  };
}

/** `>=2026`, `2026-10..2026-11`, `2026-10-01`: the operator, and the texts on both sides. */
const RANGE = /^(?:(>=|<=|>|<)(.+)|(.+?)\.\.(.+)|(.+))$/su;

interface Limits {
  readonly operator?: string;
  readonly texts: readonly string[];
}

function limitsOf({ values, typed }: Piece): Limits {
  const [value] = values;
  if (value === undefined || values.length > 1)
    throw refused(shown(typed), "takes one value, or a range as in 1..2");
  const [, operator, limit, from, to, same] = RANGE.exec(value.text) ?? [];
  if (operator !== undefined && limit !== undefined) return { operator, texts: [limit] };
  return from !== undefined && to !== undefined ? { texts: [from, to] } : { texts: [same ?? ""] };
}

function timeTest(piece: Piece, reading: TimeReading): TimeRange {
  const { operator, texts } = limitsOf(piece);
  const spanOf = (text: string): TimeSpan => {
    const span = timeSpanOf(text, reading);
    if (span === undefined)
      throw refused(
        shown(piece.typed),
        `has a value that is no time: ${shown(text)} is none of ${TIME_EXAMPLES}`,
      );
    return span;
  };
  const [first = "", second] = texts;
  if (second !== undefined) {
    const from = first === "*" ? {} : { from: spanOf(first).from };
    const until = second === "*" ? {} : { until: spanOf(second).until };
    const range: TimeRange = { kind: "time", ...from, ...until };
    if (range.from !== undefined && range.until !== undefined && range.from >= range.until)
      throw refused(
        shown(piece.typed),
        `ends before it begins: there is no time in it; the other way round it is ${shown(`${second}..${first}`)}`,
      );
    return range;
  }
  // Of a time that comes twice all that it may mean is taken in.
  const { from, until, lastFrom = from, firstUntil = until } = spanOf(first);
  if (operator === undefined) return { kind: "time", from, until };
  if (operator.startsWith(">")) return { kind: "time", from: operator === ">" ? firstUntil : from };
  return { kind: "time", until: operator === "<" ? lastFrom : until };
}

function numberTest(piece: Piece): NumberRange {
  const { operator, texts } = limitsOf(piece);
  const numberOf = (text: string): number => {
    const number = text.trim() === "" ? Number.NaN : Number(text);
    if (Number.isNaN(number))
      throw refused(
        shown(piece.typed),
        `has a value that is no number: ${shown(text)}; write 10, >10, <=10 or 10..20`,
      );
    return number;
  };
  const [first = "", second] = texts;
  if (second !== undefined) {
    const from = first === "*" ? {} : { from: numberOf(first) };
    const to = second === "*" ? {} : { to: numberOf(second) };
    return { kind: "number", ...from, ...to };
  }
  const number = numberOf(first);
  if (operator === undefined) return { kind: "number", from: number, to: number };
  if (operator.startsWith(">"))
    return { kind: "number", from: number, ...(operator === ">" ? { isFromExcluded: true } : {}) };
  return { kind: "number", to: number, ...(operator === "<" ? { isToExcluded: true } : {}) };
}

function refused(what: string, why: string): AuditError {
  return new AuditError("invalid_option", `${what} ${why}`);
}
