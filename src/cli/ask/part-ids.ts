/** Beginnings of record ids, which `show` takes, and `record:` of a query does not. */
import { isId } from "../../event/index.ts";
import { parseQuery } from "../../read/index.ts";

/** One of them, and the term that takes it. */
export interface PartId {
  readonly id: string;
  readonly term: string;
}

const NUMBER = /^\.?([1-9]\d*)$/;
const STREAM = /^([A-Za-z][\w-]{0,15})(?:\.(\d*))?$/;

/** Those that terms of a query ask for as if they were whole. The terms were read before, and are right. */
export function partIdsIn(terms: readonly string[]): readonly PartId[] {
  return parseQuery(terms, { zone: "UTC" }).terms.flatMap(({ field, isNegated, test }) =>
    field !== "record" || isNegated || test.kind !== "any-of"
      ? []
      : test.values.flatMap(({ text, isPattern }) => {
          const term = isPattern ? undefined : termOf(text);
          return term === undefined ? [] : [{ id: text, term }];
        }),
  );
}

/** Undefined: it is a whole id, or no part of one. */
function termOf(id: string): string | undefined {
  const [, alone] = NUMBER.exec(id) ?? [];
  if (alone !== undefined) return `sequence:${alone}`;
  const [, stream, number = ""] = STREAM.exec(id) ?? [];
  if (stream === undefined || (isId(stream) && number !== "")) return undefined;
  return number === "" ? `record:${stream}*` : `record:${stream}*.${number}`;
}
