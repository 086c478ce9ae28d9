/** What a term asks of a value. */
import { nearest } from "../../lib/nearest.ts";
import { shown } from "../../lib/shown.ts";
import { type Field, FIELDS } from "./fields.ts";
import { type Piece, refused } from "./pieces.ts";
import type { NumberRange, TimeRange, ValueTest } from "./query.ts";
import { TIME_EXAMPLES, type TimeReading, type TimeSpan, timeSpanOf } from "./time-span.ts";

/**
 * The test of a term.
 *
 * @param field undefined: an attribute, or something in the body.
 * @throws {AuditError} `invalid_option` naming the term, where its value is none that can match.
 */
export function testOf(piece: Piece, field: Field | undefined, reading: TimeReading): ValueTest {
  switch (field?.compares) {
    case "time":
      return timeTest(piece, reading);
    case "number":
      return numberTest(piece);
    case "lower":
      return anyOf(closed(piece, field), (text) => text.toLowerCase());
    case "upper":
      return anyOf(piece, (text) => text.toUpperCase());
    case undefined:
      return isNumeric(piece) ? numberTest(piece) : anyOf(piece, (text) => text);
    default:
      return anyOf(piece, (text) => text);
  }
}

/**
 * The piece, all of whose values there are. A pattern passes: records that others wrote may hold others.
 */
function closed(piece: Piece, { name, values = [] }: Field): Piece {
  const odd = piece.values.find(
    ({ text, isPattern }) => !isPattern && !values.includes(text.toLowerCase()),
  );
  if (odd === undefined || values.length === 0) return piece;
  const { text } = odd;
  const near = meantBy(text.toLowerCase(), { name, values });
  const hint = near === undefined ? "" : `did you mean ${near}? `;
  throw refused(
    shown(piece.typed),
    `has a value that ${name} never is: ${hint}It is one of ${values.join(", ")}`,
  );
}

function meantBy(
  text: string,
  { name, values }: { readonly name: string; readonly values: readonly string[] },
): string | undefined {
  if (text.startsWith("!")) return `-${name}:${text.slice(1)}`;
  const own = nearest(text, values);
  if (own !== undefined) return `${name}:${own}`;
  const other = FIELDS.find((field) => field.values?.includes(text) === true);
  return other === undefined ? undefined : `${other.name}:${text}`;
}

/** Whether numbers are asked for where texts may stand, too: `>0`, `0..5`. */
function isNumeric(piece: Piece): boolean {
  const [value] = piece.values;
  if (value === undefined || piece.values.length > 1 || value.isQuoted) return false;
  const { operator, texts } = limitsOf(piece);
  const areNumbers = texts.every((text) => text === "*" || isNumber(text));
  if (operator !== undefined && !areNumbers)
    throw refused(
      shown(piece.typed),
      `compares with what is no number: ${shown(texts[0])}; in quotes ("${value.text}") it is looked for as a text`,
    );
  return areNumbers && (operator !== undefined || texts.length > 1);
}

function isNumber(text: string): boolean {
  return text.trim() !== "" && !Number.isNaN(Number(text));
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
    if (!isNumber(text))
      throw refused(
        shown(piece.typed),
        `has a value that is no number: ${shown(text)}; write 10, >10, <=10 or 10..20`,
      );
    return Number(text);
  };
  const [first = "", second] = texts;
  if (second !== undefined) {
    const from = first === "*" ? {} : { from: numberOf(first) };
    const to = second === "*" ? {} : { to: numberOf(second) };
    const range: NumberRange = { kind: "number", ...from, ...to };
    const { from: low = -Infinity, to: high = Infinity } = range;
    if (low > high)
      throw refused(
        shown(piece.typed),
        `ends before it begins: there is no number in it; the other way round it is ${shown(`${second}..${first}`)}`,
      );
    return range;
  }
  const number = numberOf(first);
  if (operator === undefined) return { kind: "number", from: number, to: number };
  if (operator.startsWith(">"))
    return { kind: "number", from: number, ...(operator === ">" ? { isFromExcluded: true } : {}) };
  return { kind: "number", to: number, ...(operator === "<" ? { isToExcluded: true } : {}) };
}
