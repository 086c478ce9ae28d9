/**
 * Other names for people and places in a document that leaves the house.
 *
 * In: records. Out: the same records, in which everybody and every address has a name like `Person 1`,
 * the same everywhere in one document, also where it stands in a text. Nothing leads back.
 */
import {
  ANONYMOUS,
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
    const isShort = isNumber && !LONG_NUMBER.test(key);
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
  const number = (value: number): BodyValue =>
    names.get(String(value)) ?? numbers.get(String(value)) ?? value;
  return { text, record: (record) => renamed(record, { text, number }) };
}

/** How what stands in a record gets another name. */
interface Rename {
  readonly text: (text: string) => string;
  /** Of a number under a key that names somebody. */
  readonly number: (value: number) => BodyValue;
}

function renamed(record: FlatRecord, rename: Rename): FlatRecord {
  const columns = Object.entries<unknown>({ ...record }).map(([name, value]) => [
    name,
    typeof value === "string" && !STRUCTURE.has(name) ? rename.text(value) : value,
  ]);
  return {
    ...(Object.fromEntries(columns) as unknown as FlatRecord),
    details: renamedMap(record.details, rename, false),
    attributes: renamedAttributes(record.attributes, rename),
  };
}

function renamedMap(map: BodyMap, rename: Rename, isNaming: boolean): BodyMap {
  return Object.fromEntries(
    Object.entries(map).map(([key, value]) => [
      rename.text(key),
      renamedValue(value, rename, isNaming || namingKeyOf(key) !== undefined),
    ]),
  );
}

/** @param isNaming a key above it names somebody. */
function renamedValue(value: BodyValue, rename: Rename, isNaming: boolean): BodyValue {
  if (typeof value === "string") return rename.text(value);
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
      if (typeof value === "string") return [name, rename.text(value)];
      if (typeof value !== "number") return [name, value.map(rename.text)];
      const other = namingKeyOf(name) === undefined ? value : rename.number(value);
      return [name, typeof other === "string" ? other : value];
    }),
  );
}
