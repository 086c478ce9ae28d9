/** What the text of a record must contain to match a query: most lines need not be parsed to be passed over. */
import { fieldOf } from "./fields.ts";
import type { Query, Term, TimeRange, WantedText } from "./query.ts";

/** A cheap test that lets through every text of a record that matches, and others. */
export interface Sieve {
  /** One of these texts is in it; none: any text passes. A text with an escape (`\u00…`) passes too. */
  readonly needles: readonly string[];
  /** Its time is in here. */
  readonly time: TimeRange;
}

/** Characters that JSON has one way to write, escapes of ASCII apart. */
const PLAIN = /^[A-Za-z0-9_.@ :-]+$/;
/** Fields of which nearly every record has one of few values: others tell more. */
const COMMON: ReadonlySet<string> = new Set(
  "kind status outcome impact category actor.type".split(" "),
);
/** More of them take longer to look for than records to parse. */
const MAX_NEEDLES = 8;

/** The sieve of a query. */
export function sieveOf({ terms }: Query): Sieve {
  let needles: readonly string[] = [];
  let isCommon = true;
  let time: TimeRange = { kind: "time" };
  for (const term of terms) {
    if (term.test.kind === "time" && !term.isNegated && term.field === "created")
      time = narrowed(time, term.test);
    const own = needlesOf(term);
    if (own.length === 0) continue;
    const isOwnCommon = COMMON.has(term.field);
    const isBetter = isCommon !== isOwnCommon ? isCommon : shortest(own) > shortest(needles);
    if (needles.length > 0 && !isBetter) continue;
    needles = own;
    isCommon = isOwnCommon;
  }
  return { needles, time };
}

function needlesOf({ field, isNegated, test }: Term): readonly string[] {
  const compares = fieldOf(field)?.compares ?? "exact";
  if (isNegated || test.kind !== "any-of" || compares === "contains") return [];
  if (test.values.length > MAX_NEEDLES) return [];
  const needles = test.values.map((value) => needleOf(value, field));
  return needles.every((needle) => needle !== undefined) ? needles : [];
}

function needleOf({ text, isPattern }: WantedText, field: string): string | undefined {
  // The way to a field stands in no text as a whole, its last key does.
  const needle =
    field === "changed" || field === "about" ? text.slice(text.lastIndexOf(".") + 1) : text;
  // A number has many ways to be written.
  const isNumber = !Number.isNaN(Number(needle));
  return isPattern || isNumber || !PLAIN.test(needle) ? undefined : needle;
}

function shortest(needles: readonly string[]): number {
  return Math.min(...needles.map(({ length }) => length));
}

function narrowed(left: TimeRange, right: TimeRange): TimeRange {
  const from = [left.from, right.from]
    .filter((text) => text !== undefined)
    .toSorted()
    .at(-1);
  const until = [left.until, right.until].filter((text) => text !== undefined).toSorted()[0];
  return {
    kind: "time",
    ...(from === undefined ? {} : { from }),
    ...(until === undefined ? {} : { until }),
  };
}
