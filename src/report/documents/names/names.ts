/**
 * Other names for people and places in a document that leaves the house.
 *
 * In: records. Out: the same records, in which everybody and every address has a name like `Person 1`,
 * the same everywhere in one document, also where it stands in a text. Nothing leads back.
 */
import {
  ANONYMOUS,
  ATTR_SOURCE_ID,
  ATTR_USER_AGENT_ORIGINAL,
  type BodyMap,
  type BodyValue,
  type RecordAttributes,
} from "../../../event/index.ts";
import type { FlatRecord } from "../../../format/index.ts";
import { createFinder } from "../../../redact/index.ts";
import { foldCase } from "./fold-case.ts";
import { namedIn } from "./named-in.ts";
import { createNameIndex } from "./name-index.ts";
import { namingKeyOf } from "./naming-keys.ts";
import { ADDRESS, PERSON } from "../nouns.ts";
import type { NamedId, Renaming } from "./renaming.ts";
import { STRUCTURE } from "../structure.ts";

/** What stands where nobody is named. */
const NOBODY: ReadonlySet<string> = new Set([
  ANONYMOUS,
  "unknown",
  "none",
  "nobody",
  "null",
  "undefined",
  "true",
  "false",
  "n/a",
]);
/** A number of so many digits stands for nothing else. */
const LONG_NUMBER = /^\d{4,}$/;
/** A text that may count anything as well. */
const SHORT_DIGITS = /^\p{Nd}{1,3}$/u;
/** Such a one among the values of a term, which stands between the others where a text is split by it. */
const SHORT_VALUE = /(?<![^,"])(\p{Nd}{1,3})(?![^,"])/u;
/** Fields of a query that name somebody, beside those whose own words say so. */
const NAMING_FIELDS: ReadonlySet<string> = new Set(["source", "target"]);
/** Attributes that do. */
const NAMING_ATTRIBUTES: ReadonlySet<string> = new Set([ATTR_SOURCE_ID, ATTR_USER_AGENT_ORIGINAL]);

const emailsIn = createFinder(["email"]);
const addressesIn = createFinder(["ip_address"]);
/** Any other text is spared the search. */
const LIKE_ADDRESS = /\d\.\d|:[\da-f]*:/i;

/**
 * @param records in the order in which names are given.
 * @param named others, who may be named in texts.
 */
export function createRenaming(
  records: readonly FlatRecord[],
  named: readonly NamedId[] = [],
): Renaming {
  const names = new Map<string, string>();
  const numbers = new Map<string, string>();
  const counts = new Map<string, number>();
  const index = createNameIndex();
  const give = ({ id, noun, isNumber = false }: NamedId): void => {
    const key = foldCase(id.normalize("NFC"));
    if (key.trim() === "" || NOBODY.has(key) || names.has(key)) return;
    const isShort = isNumber ? !LONG_NUMBER.test(key) : SHORT_DIGITS.test(key);
    const known = numbers.get(key);
    if (isShort && known !== undefined) return;
    const count = (counts.get(noun) ?? 0) + (known === undefined ? 1 : 0);
    counts.set(noun, count);
    const name = known ?? `${noun} ${count}`;
    if (isShort) {
      numbers.set(key, name);
      return;
    }
    names.set(key, name);
    index.add(key, name);
  };
  for (const record of records) {
    for (const one of namedIn(record)) give(one);
  }
  for (const one of named) give(one);
  const text = (given: string): string => {
    const own = given.normalize("NFC");
    if (own.includes("@")) for (const { value } of emailsIn(own)) give({ id: value, noun: PERSON });
    if (LIKE_ADDRESS.test(own))
      for (const { value } of addressesIn(own)) give({ id: value, noun: ADDRESS });
    return names.get(foldCase(own)) ?? index.rename(own);
  };
  const id = (given: string): string =>
    numbers.get(foldCase(given.normalize("NFC"))) ?? text(given);
  const number = (value: number): BodyValue =>
    names.get(String(value)) ?? numbers.get(String(value)) ?? value;
  return {
    text,
    term: (term) => renamedTerm(term, { text, id }),
    record: (record) => renamed(record, { text, id, number }),
  };
}

/** Short numbers behind the name of a field that names somebody: the rest is a text like others. */
function renamedTerm(term: string, { text, id }: Pick<Rename, "text" | "id">): string {
  const [head = "", field = ""] = /^-?([^:]+):/.exec(term) ?? [];
  if (!NAMING_FIELDS.has(field) && namingKeyOf(field) === undefined) return text(term);
  const [first = "", ...others] = term.slice(head.length).split(SHORT_VALUE);
  return [text(head + first), ...others.map((part, at) => (at % 2 === 0 ? id : text)(part))].join(
    "",
  );
}

/** How what stands in a record gets another name. */
interface Rename {
  readonly text: (text: string) => string;
  /** Of a text that is an id, as far as its place says: a short number, too. */
  readonly id: (text: string) => string;
  /** Of a number under a key that names somebody. */
  readonly number: (value: number) => BodyValue;
}

function renamed(record: FlatRecord, rename: Rename): FlatRecord {
  const columns = Object.entries<unknown>({ ...record }).map(([name, value]) => [
    name,
    typeof value === "string" && !STRUCTURE.has(name)
      ? (isNamingColumn(name, record) ? rename.id : rename.text)(value)
      : value,
  ]);
  return {
    ...(Object.fromEntries(columns) as unknown as FlatRecord),
    details: renamedMap(record.details, rename, false),
    attributes: renamedAttributes(record.attributes, rename),
  };
}

function isNamingColumn(name: string, { target_type: kind = "" }: FlatRecord): boolean {
  if (name === "target_id") return namingKeyOf(kind) !== undefined;
  return name === "actor_id" || name === "source" || name === "service";
}

function renamedMap(map: BodyMap, rename: Rename, isNaming: boolean): BodyMap {
  return Object.fromEntries(
    Object.entries(map).map(([key, value]) => [
      isNaming ? rename.id(key) : rename.text(key),
      renamedValue(value, rename, isNaming || namingKeyOf(key) !== undefined),
    ]),
  );
}

/** @param isNaming a key above it names somebody. */
function renamedValue(value: BodyValue, rename: Rename, isNaming: boolean): BodyValue {
  if (typeof value === "string") return isNaming ? rename.id(value) : rename.text(value);
  if (typeof value === "number") return isNaming ? rename.number(value) : value;
  if (Array.isArray(value))
    return value.map((item: BodyValue) => renamedValue(item, rename, isNaming));
  if (typeof value === "object" && value !== null)
    return renamedMap(value as BodyMap, rename, isNaming);
  return value;
}

function renamedAttributes(attributes: RecordAttributes, rename: Rename): RecordAttributes {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => {
      if (STRUCTURE.has(name) || typeof value === "boolean") return [name, value];
      const isNaming = NAMING_ATTRIBUTES.has(name) || namingKeyOf(name) !== undefined;
      const renameOne = isNaming ? rename.id : rename.text;
      if (typeof value === "string") return [name, renameOne(value)];
      if (typeof value !== "number") return [name, value.map(renameOne)];
      const other = isNaming ? rename.number(value) : value;
      return [name, typeof other === "string" ? other : value];
    }),
  );
}
