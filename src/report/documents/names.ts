/**
 * Other names for people and places in a document that leaves the house.
 *
 * In: records. Out: the same records, in which everybody and every address has a name like `Person 1`,
 * the same everywhere in one document, also where it stands in a text. Nothing leads back.
 */
import {
  ANONYMOUS,
  ATTR_ACTOR_DELEGATOR_ID,
  ATTR_AUTHORIZATION_BY,
  ATTR_CLIENT_ADDRESS,
  ATTR_SOURCE_ID,
  ATTR_USER_AGENT_ORIGINAL,
  type AttributeValue,
  type BodyMap,
  type BodyValue,
  type RecordAttributes,
} from "../../event/index.ts";
import type { FlatRecord } from "../../format/index.ts";
import type { NamedId } from "./material.ts";
import { ADDRESS, CLIENT, nounOf, PERSON, SOMEBODY_TYPES } from "./nouns.ts";
import { STRUCTURE } from "./structure.ts";

/** Gives records other names; the same names as long as it is kept. */
export interface Renaming {
  readonly record: (record: FlatRecord) => FlatRecord;
  readonly text: (text: string) => string;
}

/** Types of targets that are somebody. */
const SOMEBODY: ReadonlySet<string> = new Set(SOMEBODY_TYPES);
/** Details that name somebody. */
const NAMING = new Set([
  "reviewer",
  "assignee",
  "approver",
  "owner",
  "user",
  "user_id",
  "username",
]);
const WORD = /[\p{L}\p{N}_]+/gu;
const IN_WORD = /[\p{L}\p{N}_]/u;

/**
 * @param records in the order in which names are given.
 * @param named others, who may be named in texts.
 */
export function createRenaming(
  records: readonly FlatRecord[],
  named: readonly NamedId[] = [],
): Renaming {
  const names = new Map<string, string>();
  const counts = new Map<string, number>();
  const give = (id: AttributeValue | undefined, noun: string): void => {
    const key = typeof id === "string" ? id.toLowerCase() : "";
    if (key.trim() === "" || key === ANONYMOUS || names.has(key)) return;
    const count = (counts.get(noun) ?? 0) + 1;
    counts.set(noun, count);
    names.set(key, `${noun} ${count}`);
  };
  for (const record of records) {
    for (const [id, noun] of namedIn(record)) give(id, noun);
  }
  for (const { id, noun } of named) give(id, noun);
  const text = renamer(names);
  return { text, record: (record) => renamed(record, text) };
}

type Named = readonly [id: AttributeValue | undefined, noun: string];

/** Everybody and every place that a record names, the actor first. */
function namedIn({ attributes, details, ...record }: FlatRecord): readonly Named[] {
  const { actor_id: actor, actor_type: type = "", target_type: kind = "" } = record;
  const isSomebody = SOMEBODY.has(kind.toLowerCase());
  return [
    [actor, nounOf(type)],
    [attributes[ATTR_ACTOR_DELEGATOR_ID], PERSON],
    [attributes[ATTR_AUTHORIZATION_BY], PERSON],
    ...(isSomebody ? [[record.target_id, nounOf(kind)] as const] : []),
    ...namingDetails(details).map((id) => [id, PERSON] as const),
    [record.source ?? attributes[ATTR_SOURCE_ID], ADDRESS],
    [attributes[ATTR_CLIENT_ADDRESS], ADDRESS],
    [attributes[ATTR_USER_AGENT_ORIGINAL], CLIENT],
  ];
}

function namingDetails(value: BodyValue | undefined): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((item: BodyValue) => namingDetails(item));
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) =>
    NAMING.has(key.toLowerCase()) && typeof item === "string" ? [item] : namingDetails(item),
  );
}

interface Known {
  /** In small letters. */
  readonly id: string;
  /** Where its first word begins in it. */
  readonly offset: number;
  readonly name: string;
}

/** Puts names in the place of ids that stand in a text as words of their own, whatever their case. */
function renamer(names: ReadonlyMap<string, string>): (text: string) => string {
  const byWord = new Map<string, Known[]>();
  for (const [id, name] of names) {
    const [word] = id.matchAll(WORD);
    if (word === undefined) continue;
    const known = byWord.get(word[0]) ?? [];
    byWord.set(word[0], known);
    known.push({ id, offset: word.index, name });
  }
  for (const known of byWord.values()) known.sort((a, b) => b.id.length - a.id.length);
  return (text) => {
    const whole = names.get(text.toLowerCase());
    if (whole !== undefined) return whole;
    let result = "";
    let done = 0;
    for (const { 0: word, index } of text.matchAll(WORD)) {
      const found = byWord
        .get(word.toLowerCase())
        ?.find((known) => index - known.offset >= done && standsAt(text, index, known));
      if (found === undefined || index < done) continue;
      const start = index - found.offset;
      result += text.slice(done, start) + found.name;
      done = start + found.id.length;
    }
    return result + text.slice(done);
  };
}

function standsAt(text: string, index: number, { id, offset }: Known): boolean {
  const start = index - offset;
  const end = start + id.length;
  if (text.slice(start, end).toLowerCase() !== id) return false;
  const isCutBefore = IN_WORD.test(id[0] ?? "") && IN_WORD.test(text[start - 1] ?? "");
  const isCutBehind = IN_WORD.test(id.at(-1) ?? "") && IN_WORD.test(text[end] ?? "");
  return !isCutBefore && !isCutBehind;
}

type Rename = (text: string) => string;

function renamed(record: FlatRecord, text: Rename): FlatRecord {
  const columns = Object.entries<unknown>({ ...record }).map(([name, value]) => [
    name,
    typeof value === "string" && !STRUCTURE.has(name) ? text(value) : value,
  ]);
  return {
    ...(Object.fromEntries(columns) as unknown as FlatRecord),
    details: renamedMap(record.details, text),
    attributes: renamedAttributes(record.attributes, text),
  };
}

function renamedMap(map: BodyMap, text: Rename): BodyMap {
  return Object.fromEntries(
    Object.entries(map).map(([key, value]) => [text(key), renamedValue(value, text)]),
  );
}

function renamedValue(value: BodyValue, text: Rename): BodyValue {
  if (typeof value === "string") return text(value);
  if (Array.isArray(value)) return value.map((item: BodyValue) => renamedValue(item, text));
  if (typeof value === "object" && value !== null) return renamedMap(value as BodyMap, text);
  return value;
}

function renamedAttributes(attributes: RecordAttributes, text: Rename): RecordAttributes {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => {
      if (STRUCTURE.has(name) || typeof value === "number" || typeof value === "boolean")
        return [name, value];
      return [name, typeof value === "string" ? text(value) : value.map(text)];
    }),
  );
}
