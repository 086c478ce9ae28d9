/** Terms that programs make. */
import type { Term, TimeRange } from "./query.ts";

/** Records of every kind: a query that names none asks for actions. */
export const ANY_KIND: Term = { field: "kind", isNegated: false, test: { kind: "present" } };

/** A field that is one of some texts. */
export function textTerm(field: string, ...texts: readonly string[]): Term {
  const values = texts.map((text) => ({ text, isPattern: false }));
  return { field, isNegated: false, test: { kind: "any-of", values } };
}

/** A record that says a time in a range. */
export function timeTerm(range: Omit<TimeRange, "kind">): Term {
  return { field: "created", isNegated: false, test: { ...range, kind: "time" } };
}
