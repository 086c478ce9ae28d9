/** Everything about one thing, and its values over time. */
import { ABOUT_SAMPLES, type Effect, effectsOf, type Owner, unnamedSamplesOf } from "./effects.ts";
import type { FlatRecord } from "../../format/index.ts";
import {
  matchingRecords,
  type Query,
  type ReadingProblems,
  type ScanOptions,
  searchTrail,
  textTerm,
  type TrailSource,
} from "../../read/index.ts";
import { oldestFirst } from "./order.ts";
import { type Contradiction, type FieldState, replay } from "./replay.ts";
import { SETTING_BACK } from "./restores.ts";
import { effectsAbout, isOfField, type Role, ROLES, rolesOf } from "./roles.ts";
import { readWorkedOn } from "./worked-on.ts";

/** One line of a history: what one record says of one field, or only that there was something. */
export interface HistoryEntry {
  readonly record: FlatRecord;
  readonly roles: readonly Role[];
  /** Undefined: the record names no value. */
  readonly effect: Effect | undefined;
  /** Another value was there, by the record before. */
  readonly contradiction: Contradiction | undefined;
}

/** As what it was found. */
export interface FoundAs {
  readonly role: Role;
  /** Of a target its type; of a field the type of what it is a field of. */
  readonly type: string;
  readonly records: number;
}

/** A history. */
export interface History extends ReadingProblems {
  /** The oldest first. */
  readonly entries: readonly HistoryEntry[];
  readonly foundAs: readonly FoundAs[];
  /** Things whose fields are shown. */
  readonly owners: readonly Owner[];
  readonly contradictions: readonly Contradiction[];
  /** Records in which it is who acted, and nothing else. */
  readonly actedIn: number;
  /** Successful actions on samples that do not name all of theirs: it may be one of them. */
  readonly unlisted: number;
  /** Undefined where no time was asked for. */
  readonly at: readonly FieldState[] | undefined;
}

/** What is wanted of it. */
export interface HistoryOptions extends ScanOptions {
  /** Default: all. */
  readonly roles?: readonly Role[] | undefined;
  /** Only what has a target of this type. */
  readonly type?: string | undefined;
  /** Only this field. */
  readonly field?: string | undefined;
  /** Replays up to then: ISO 8601 UTC with six digits, not included. */
  readonly until?: string | undefined;
  /** Further terms, as of a query. */
  readonly within?: Query["terms"] | undefined;
}

/**
 * Looks for everything about a name.
 *
 * @throws {AuditError} as a rejection: `unreadable` where a source cannot be read.
 */
export async function historyOf(
  sources: readonly TrailSource[],
  name: string,
  options: HistoryOptions = {},
): Promise<History> {
  const { roles = ROLES, type, field, until, within = [], ...reading } = options;
  const search = (terms: Query["terms"], limit?: number) =>
    searchTrail(sources, { terms: [...terms, ...within] }, { order: "oldest", limit, ...reading });
  const found = await search([textTerm("about", name)]);
  const records = found.records.filter(
    (record) =>
      (type === undefined || record.target_type === type) &&
      rolesOf(record, name).some((role) => roles.includes(role)),
  );
  const plain = until === undefined ? replay(records) : undefined;
  // They make values of a time doubtful, and say what may have come between two that contradict each other.
  const restores =
    plain?.contradictions.length === 0
      ? []
      : (await search([textTerm("action", ...SETTING_BACK), textTerm("status", "success")]))
          .records;
  const isAbout = new Set(records.map(({ record_id: id }) => id));
  const isOfService = await readWorkedOn(sources, {
    restores,
    setting: records,
    until,
    within,
    ...reading,
  });
  const told =
    plain !== undefined && restores.length === 0
      ? plain
      : replay(merged(records, restores), until, {
          isTold: ({ record_id: id }) => isAbout.has(id),
          isOfService,
        });
  const isWanted = (effect: Pick<Effect, "owner" | "field" | "path">, own: Wanted): boolean =>
    isIn(own, effect) && (field === undefined || isOfField(effect, field));
  const wanted: Wanted = new Set();
  const contradicted = byRecord(told.contradictions);
  const entries = records.flatMap((record) => {
    const effects = effectsAbout(record, name, roles);
    for (const effect of effects) wanted.add(placeOf(effect));
    return entriesOf(record, {
      name,
      effects: effects.filter((effect) => isWanted(effect, wanted)),
      contradictions: contradicted.get(record.record_id),
      isFieldAsked: field !== undefined,
    });
  });
  const isSample =
    records.length === 0 || records.some((one) => rolesOf(one, name).includes("sample"));
  const acted = await search([textTerm("actor", name), negated(textTerm("about", name))], 1);
  return {
    entries,
    foundAs: foundAs(records, name, roles),
    owners: ownersOf(entries),
    contradictions: told.contradictions.filter((one) => isWanted(pathed(one), wanted)),
    actedIn: acted.total,
    unlisted:
      isSample && roles.includes("sample")
        ? await unlistedIn(sources, name, { within, ...reading })
        : 0,
    at: until === undefined ? undefined : told.fields.filter((one) => isWanted(one, wanted)),
    problems: found.problems,
    problemCount: found.problemCount,
  };
}

/** Places of fields that the history is of. */
type Wanted = Set<string>;

function placeOf({ owner: { type, id }, path }: Pick<Effect, "owner" | "path">): string {
  return JSON.stringify([type, id, ...path]);
}

/** Whether a place is one of them, or within one: a field that was set as a whole map is told by its fields. */
function isIn(wanted: Wanted, { owner, path }: Pick<Effect, "owner" | "path">): boolean {
  for (let length = path.length; length >= 0; length--)
    if (wanted.has(placeOf({ owner, path: path.slice(0, length) }))) return true;
  return false;
}

function pathed({ owner, field, path }: Contradiction): Pick<Effect, "owner" | "field" | "path"> {
  return { owner, field, path };
}

function negated(term: Query["terms"][number]): Query["terms"][number] {
  return { ...term, isNegated: true };
}

/** Both, each once, in the order of time. */
function merged(
  records: readonly FlatRecord[],
  others: readonly FlatRecord[],
): readonly FlatRecord[] {
  const all = new Map([...records, ...others].map((record) => [record.record_id, record]));
  return [...all.values()].toSorted(oldestFirst);
}

interface Telling {
  readonly name: string;
  readonly effects: readonly Effect[];
  /** Of the record, by the place of the field. */
  readonly contradictions: ReadonlyMap<string, Contradiction> | undefined;
  readonly isFieldAsked: boolean;
}

/** The first of each field. */
function byRecord(
  contradictions: readonly Contradiction[],
): ReadonlyMap<string, ReadonlyMap<string, Contradiction>> {
  const records = new Map<string, Map<string, Contradiction>>();
  for (const one of contradictions) {
    const own = records.get(one.record.record_id) ?? new Map<string, Contradiction>();
    records.set(one.record.record_id, own);
    const place = placeOf(pathed(one));
    if (!own.has(place)) own.set(place, one);
  }
  return records;
}

function entriesOf(
  record: FlatRecord,
  { name, effects, contradictions, isFieldAsked }: Telling,
): readonly HistoryEntry[] {
  const roles = rolesOf(record, name);
  if (effects.length === 0)
    return isFieldAsked ? [] : [{ record, roles, effect: undefined, contradiction: undefined }];
  return effects.map((effect) => ({
    record,
    roles,
    effect,
    contradiction: contradictions?.get(placeOf(effect)),
  }));
}

/** Types of targets that other records name in another way, and are the same things. */
const SAME_AS: Readonly<Record<string, Role>> = {
  sample: "sample",
  project: "project",
  run: "run",
  checkpoint: "snapshot",
  snapshot: "snapshot",
};

/** A record counts for the first of its roles. */
function foundAs(
  records: readonly FlatRecord[],
  name: string,
  roles: readonly Role[],
): readonly FoundAs[] {
  const counts = new Map<string, { role: Role; type: string; records: number }>();
  for (const record of records) {
    const first = rolesOf(record, name).find((role) => roles.includes(role));
    if (first === undefined) continue;
    const { target_type: own = "" } = record;
    const role = first === "target" ? (SAME_AS[own] ?? first) : first;
    const type = role === "target" || role === "field" ? own : "";
    const one = counts.get(`${role} ${type}`) ?? { role, type, records: 0 };
    one.records++;
    counts.set(`${role} ${type}`, one);
  }
  return [...counts.values()];
}

function ownersOf(entries: readonly HistoryEntry[]): readonly Owner[] {
  const owners = entries.flatMap(({ effect }) => (effect === undefined ? [] : [effect.owner]));
  return [...new Map(owners.map((owner) => [`${owner.type}\n${owner.id}`, owner])).values()];
}

async function unlistedIn(
  sources: readonly TrailSource[],
  name: string,
  { within, ...reading }: ScanOptions & { readonly within: Query["terms"] },
): Promise<number> {
  const actions = [textTerm("action", ...ABOUT_SAMPLES), textTerm("status", "success")];
  const query = { terms: [...actions, ...within] };
  let count = 0;
  for await (const found of matchingRecords(sources, query, reading)) {
    if (found.kind !== "record" || unnamedSamplesOf(found.record) === 0) continue;
    if (!effectsOf(found.record).some(({ owner }) => owner.id === name)) count++;
  }
  return count;
}
