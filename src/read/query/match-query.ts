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
  const passes = valueTestOf(test, fieldOf(field));
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
      return anyOf(test.values, field?.compares === "contains");
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
      return (value) =>
        typeof value === "number" &&
        (isFromExcluded ? value > from : value >= from) &&
        (isToExcluded ? value < to : value <= to);
    }
  }
}

function anyOf(values: readonly WantedText[], isPart: boolean): Passes {
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
    if (exact.has(text)) return true;
    if (parts.length > 0) {
      const lower = text.toLowerCase();
      if (parts.some((part) => lower.includes(part))) return true;
    }
    return patterns.some((pattern) => pattern.matches(text));
  };
}

/** What stands in the body or among the attributes. */
function valueAt(record: QueriedRecord, field: string, path: string): FieldValue {
  if (field === "details") return textsAt(record.details, path);
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

/** The texts below a path of keys with dots between them; a key may have dots of its own. */
function textsAt(value: unknown, path: string): readonly string[] {
  if (path === "") return textsIn(value);
  if (Array.isArray(value)) return value.flatMap((item) => textsAt(item, path));
  if (!isMap(value)) return [];
  return Object.keys(value).flatMap((key) => {
    if (key === path) return textsAt(value[key], "");
    return path.startsWith(`${key}.`) ? textsAt(value[key], path.slice(key.length + 1)) : [];
  });
}

function textsIn(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(textsIn);
  if (typeof value === "object" && value !== null) return [JSON.stringify(value)];
  return [String(value)];
}
