/**
 * From what somebody typed to a query, in the way of GitHub's search.
 *
 * In: `actor:ann action:permission_change,role_change -outcome:success created:>=2026-10-01 "learning rate"`.
 * Out: a {@link Query}. Promise: any text gives a query, or an error that names the term and the way out.
 */
import { nearest } from "../../lib/nearest.ts";
import { shown } from "../../lib/shown.ts";
import { DETAILS, type Field, fieldNames, fieldOf } from "./fields.ts";
import { JOINING } from "./joining-words.ts";
import type { Query, Term } from "./query.ts";
import { type Piece, piecesOf, refused } from "./pieces.ts";
import { testOf } from "./term-test.ts";
import type { TimeReading } from "./time-span.ts";

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
 * that is no time or number, or none that can match; an unclosed quote; more than 200 terms or 10 000 characters.
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

/** They would be looked for as texts, which nobody means who writes them so. */
const OPERATORS: ReadonlySet<string> = new Set(["AND", "OR", "NOT", "&&", "||"]);

function termOf(piece: Piece, reading: TimeReading): Term {
  const { name, values, isNegated, typed } = piece;
  if (name === undefined) {
    if (isNothing(values)) throw refused(shown(typed), "says nothing to look for");
    if (OPERATORS.has(typed))
      throw refused(
        shown(typed),
        `is a word that joins terms elsewhere: ${JOINING}; in quotes ("OR") it is looked for as a text`,
      );
    return { field: "text", isNegated, test: testOf(piece, fieldOf("text"), reading) };
  }
  if (name === "has" || name === "no") return presence(piece, name === "no");
  const place = placeOf(name, typed);
  if (isNothing(values))
    throw refused(
      shown(typed),
      `has no value: has:${name} asks for what is there, no:${name} for what is not`,
    );
  return { ...place.at, isNegated, test: testOf(piece, place.field, reading) };
}

/** An empty text is found everywhere, or nowhere. */
function isNothing(values: Piece["values"]): boolean {
  return values.length === 0 || values.some(({ text }) => text === "");
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
