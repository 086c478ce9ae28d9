import { ATTR_ACTION, ATTR_EXCEPTION_MESSAGE, ATTR_TIME } from "../../event/portable.ts";
import { ATTRIBUTE_COLUMNS } from "../../format/portable.ts";
import { compileRe2, patternOfGlob } from "../../lib/re2-pattern.ts";
import { isMap } from "../../lib/is-map.ts";
import { DETAILS, type Field, type FieldValue, fieldOf } from "./fields.ts";
import type { QueriedRecord, Query, Term, ValueTest, WantedText } from "./query.ts";

/** Whether a record is one of those that were asked for. */
export type RecordTest = (record: QueriedRecord) => boolean;

/**
 * The test of a query, for records that were read already: flat ones, as `toFlat` gives them. Records without
 * a value match a negated term. {@link searchTrail} beside that leaves out what is no action, unless the
 * query names kinds of records.
 */
export function matcherOf({ terms }: Query): RecordTest {
  const tests = terms.map(testOfTerm);
  return (record) => tests.every((test) => test(record));
}

function testOfTerm({ field, path, test, isNegated }: Term): RecordTest {
  const known = fieldOf(field);
  const passes = valueTestOf(test, known);
  if (known === undefined && field === "details") {
    const isThere = (record: QueriedRecord): boolean =>
      valuesAt(record.details, path ?? "").some((value) => value !== "" && passes(value));
    return (record) => isThere(record) !== isNegated;
  }
  const valueOf = valueReader(field, path);
  return (record) => holds(valueOf(record), passes) !== isNegated;
}

function valueReader(field: string, path = ""): (record: QueriedRecord) => FieldValue {
  return fieldOf(field)?.of ?? ((record) => valueAt(record, field, path));
}

/** Reads what a name of a query stands for: a field, an attribute, or `details.` and a path. */
export function fieldValueOf(name: string): (record: QueriedRecord) => FieldValue {
  const isDetail = name.startsWith(DETAILS);
  return valueReader(
    fieldOf(name) === undefined ? (isDetail ? "details" : "attribute") : name,
    isDetail ? name.slice(DETAILS.length) : name,
  );
}

type Passes = (value: string | number | boolean) => boolean;

function holds(value: FieldValue, passes: Passes): boolean {
  if (value === undefined || value === "") return false;
  return typeof value === "object" ? value.some((item) => passes(item)) : passes(value);
}

function valueTestOf(test: ValueTest, field: Field | undefined): Passes {
  switch (test.kind) {
    case "present":
      return () => true;
    case "any-of":
      return anyOf(test.values, field);
    case "time": {
      const { from = "", until } = test;
      // Texts of one length and zone are in the order of their times.
      return (value) =>
        typeof value === "string" && value >= from && (until === undefined || value < until);
    }
    default: {
      const {
        from = -Infinity,
        to = Infinity,
        isFromExcluded = false,
        isToExcluded = false,
      } = test;
      return (value) => {
        // Some stores keep every value of a body as a text.
        const number = field === undefined ? numberOf(value) : value;
        return (
          typeof number === "number" &&
          (isFromExcluded ? number > from : number >= from) &&
          (isToExcluded ? number < to : number <= to)
        );
      };
    }
  }
}

const NUMBER = /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

function numberOf(value: string | number | boolean): number | undefined {
  if (typeof value === "number") return value;
  return typeof value === "string" && NUMBER.test(value) ? Number(value) : undefined;
}

/** Of a text only what a number is written as: 007 is a name. */
function plainNumber(value: string | number | boolean): number {
  const number = numberOf(value) ?? Number.NaN;
  return String(number) === String(value) ? number : Number.NaN;
}

function anyOf(values: readonly WantedText[], field: Field | undefined): Passes {
  const isPart = field?.compares === "contains";
  // 1.0 is 1, where a number stands there; some stores keep it as a text.
  const numbers = new Set(
    values.flatMap(({ text, isPattern }) =>
      field === undefined && !isPattern && NUMBER.test(text) ? [Number(text)] : [],
    ),
  );
  const exact = new Set(
    values.flatMap(({ text, isPattern }) => (isPattern || isPart ? [] : [text])),
  );
  const parts = values.flatMap(({ text, isPattern }) =>
    isPart && !isPattern ? [text.toLowerCase()] : [],
  );
  const patterns = values.flatMap(({ text, isPattern }) =>
    isPattern
      ? [compileRe2(patternOfGlob(isPart ? `*${text}*` : text), text, { ignoresCase: isPart })]
      : [],
  );
  return (value) => {
    const text = String(value);
    if (exact.has(text) || (numbers.size > 0 && numbers.has(plainNumber(value)))) return true;
    if (parts.length > 0) {
      const lower = text.toLowerCase();
      if (parts.some((part) => lower.includes(part))) return true;
    }
    return patterns.some((pattern) => pattern.matches(text));
  };
}

/** What stands in the body or among the attributes. */
function valueAt(record: QueriedRecord, field: string, path: string): FieldValue {
  if (field === "details") return valuesAt(record.details, path).map(String);
  const column = COLUMN_OF.get(path);
  if (column === undefined) return record.attributes[path];
  const value = record[column];
  return typeof value === "string" || typeof value === "number" ? value : undefined;
}

/** Where attributes stand that have a column of their own. */
const COLUMN_OF: ReadonlyMap<string, keyof QueriedRecord> = new Map<string, keyof QueriedRecord>([
  ...ATTRIBUTE_COLUMNS.map(([column, attribute]) => [attribute, column] as const),
  [ATTR_TIME, "timestamp"],
  [ATTR_ACTION, "action_type"],
  [ATTR_EXCEPTION_MESSAGE, "error"],
]);

type Leaf = string | number | boolean;

/** What stands below a path of keys with dots between them; a key may have dots of its own. */
function valuesAt(value: unknown, path: string): readonly Leaf[] {
  if (path === "") return leavesIn(value);
  if (Array.isArray(value)) return value.flatMap((item) => valuesAt(item, path));
  if (!isMap(value)) return [];
  return Object.keys(value).flatMap((key) => {
    if (key === path) return valuesAt(value[key], "");
    return path.startsWith(`${key}.`) ? valuesAt(value[key], path.slice(key.length + 1)) : [];
  });
}

function leavesIn(value: unknown): readonly Leaf[] {
  if (Array.isArray(value)) return value.flatMap(leavesIn);
  if (typeof value === "object" && value !== null) return [JSON.stringify(value)];
  return typeof value === "number" || typeof value === "boolean" ? [value] : [String(value)];
}
