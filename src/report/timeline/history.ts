/** Everything about one thing, and its values over time. */
import { ABOUT_SAMPLES, type Effect, effectsOf, type Owner, unnamedSamplesOf } from "./effects.ts";
import type { FlatRecord } from "../../format/index.ts";
import { type FoundAs, foundAs } from "./found-as.ts";
import {
  matchingRecords,
  type Query,
  type ReadingProblems,
  type ScanOptions,
  searchTrail,
  textTerm,
  type TrailSource,
} from "../../read/index.ts";
import { type Contradiction, type FieldState, replay } from "./replay.ts";
import { SETTING_BACK } from "./restores.ts";
import { effectsAbout, isOfField, type Role, ROLES, rolesOf } from "./roles.ts";
import { type Bearing, bearingOn, type StreamClocks, streamClocks } from "../stream-clocks.ts";
import { inStreamOrder } from "../stream-order.ts";
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
  /** What of the streams bears on the time; undefined where none was asked for. */
  readonly bearing: Bearing | undefined;
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
  const clocks = until === undefined ? undefined : await streamClocks(sources, reading);
  const isOf = (record: FlatRecord): boolean =>
    (type === undefined || record.target_type === type) &&
    rolesOf(record, name).some((role) => roles.includes(role));
  const records = inOrder(found.records.filter(isOf), clocks);
  const plain = until === undefined ? replay(records) : undefined;
  // They make values of a time doubtful, and say what may have come between two that contradict each other.
  const restores =
    plain?.contradictions.length === 0
      ? []
      : (await search([textTerm("action", ...SETTING_BACK), textTerm("status", "success")]))
          .records;
  const isAbout = new Set(records.map(({ record_id: id }) => id));
  // Of no time, what came between two that contradict each other is told without going through everything again.
  const isOfService =
    until === undefined || clocks === undefined
      ? undefined
      : await readWorkedOn(sources, {
          restores,
          setting: records,
          isCounted: (record) => clocks.timeOf(record) < until,
          within,
          ...reading,
        });
  const told =
    plain !== undefined && restores.length === 0
      ? plain
      : replay(merged(records, restores, clocks), until, {
          clocks,
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
    contradictions: told.contradictions.filter((one) => isWanted(one, wanted)),
    actedIn: acted.total,
    unlisted:
      isSample && roles.includes("sample")
        ? await unlistedIn(sources, name, { within, ...reading })
        : 0,
    at: until === undefined ? undefined : told.fields.filter((one) => isWanted(one, wanted)),
    bearing: clocks === undefined ? undefined : bearingOn(until, clocks, records),
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

function negated(term: Query["terms"][number]): Query["terms"][number] {
  return { ...term, isNegated: true };
}

/** Both, each once, in their order. */
function merged(
  records: readonly FlatRecord[],
  others: readonly FlatRecord[],
  clocks: StreamClocks | undefined,
): readonly FlatRecord[] {
  if (others.length === 0) return records;
  const all = new Map([...records, ...others].map((record) => [record.record_id, record]));
  return inOrder([...all.values()], clocks);
}

/** Without a time that is asked for, what other records of the streams say is not looked up. */
function inOrder(
  records: readonly FlatRecord[],
  clocks: StreamClocks | undefined,
): readonly FlatRecord[] {
  return clocks === undefined ? inStreamOrder(records) : records.toSorted(clocks.oldestFirst);
}

interface Telling {
  readonly name: string;
  readonly effects: readonly Effect[];
  /** Of the record, by the place of the field. */
  readonly contradictions: ReadonlyMap<string, Contradiction> | undefined;
  readonly isFieldAsked: boolean;
}

/** The first of each field, and of what it stands in: a record may say it of a whole map. */
function byRecord(
  contradictions: readonly Contradiction[],
): ReadonlyMap<string, ReadonlyMap<string, Contradiction>> {
  const records = new Map<string, Map<string, Contradiction>>();
  for (const one of contradictions) {
    const own = records.get(one.record.record_id) ?? new Map<string, Contradiction>();
    records.set(one.record.record_id, own);
    const { owner, path } = one;
    for (let length = path.length; length > 0; length--) {
      const place = placeOf({ owner, path: path.slice(0, length) });
      if (!own.has(place)) own.set(place, one);
    }
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
