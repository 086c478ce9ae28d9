/**
 * What values were at a time, told from what records say of them, one after the other.
 *
 * In: records, the oldest first. Out: of each field its value, who set it, and every reason to doubt it.
 * Promise: nothing is guessed, and nothing is taken from records that were imported. Where records contradict each other, or a value was redacted, cut or never
 * said, that is what comes out.
 */
import type { BodyValue } from "../../event/index.ts";
import type { FlatRecord } from "../../format/index.ts";
import { canonicalJson } from "../../lib/canonical-json.ts";
import { attemptText } from "./attempt-text.ts";
import { createClaims } from "./claims.ts";
import { comparedWith } from "./compared.ts";
import { type Effect, effectsOf, type Owner } from "./effects.ts";
import type { MovedItems } from "../field-changes.ts";
import { createForesight } from "./foresight.ts";
import { createPlaceTree, type PlaceTree } from "./place-tree.ts";
import { isImported } from "../imported.ts";
import { createRestores } from "./restores.ts";
import { isSame, type Side, UNKNOWN } from "../side.ts";
import { leavesOf } from "./side-leaves.ts";
import { createStreamDoubts } from "./stream-doubts.ts";
import type { StreamClocks } from "../stream-clocks.ts";
import { orderOf } from "../stream-order.ts";
import type { WorkedOn } from "./worked-on.ts";

/** A field as it was. */
export interface FieldState {
  readonly owner: Owner;
  readonly path: readonly string[];
  readonly field: string;
  readonly value: Side;
  /** Who set it; undefined: it is what the first change after it says was there before. */
  readonly setBy?: FlatRecord | undefined;
  /** The change after the time that was asked for, where there is one. */
  readonly next?: FlatRecord | undefined;
  /** Why it may be something else. */
  readonly doubts: readonly string[];
}

/** A record that says another value was there than the one before it had set. */
export interface Contradiction {
  readonly owner: Owner;
  readonly path: readonly string[];
  readonly field: string;
  readonly record: FlatRecord;
  /** What it says was there. */
  readonly said: Side;
  /** Who set another value. */
  readonly setBy: FlatRecord;
  readonly was: Side;
  /** What came between the two, and may have set it back. */
  readonly restores: readonly FlatRecord[];
}

/** What came out. */
export interface Replay {
  /** In the order in which they were first set. */
  readonly fields: readonly FieldState[];
  readonly contradictions: readonly Contradiction[];
}

/** A field while records go by. */
export interface Field extends Omit<FieldState, "doubts"> {
  readonly doubts: string[];
}

/** Before it is known what came between. */
type Clash = Omit<Contradiction, "restores">;

/** How records are replayed. */
export interface ReplayOptions {
  /** What the streams say of the times that records count as of. Default: their own. */
  readonly clocks?: StreamClocks | undefined;
  /** Whether a record's values are wanted; others only may have set back values. Default: of all. */
  readonly isTold?: (record: FlatRecord) => boolean;
  /** What services work on that have set nothing. Default: each works alone. */
  readonly isOfService?: WorkedOn | undefined;
}

/**
 * Replays records.
 *
 * @param records the oldest first; those that failed, or were denied, change nothing.
 * @param until ISO 8601 UTC with six digits: records from then on only tell what was there before them.
 */
export function replay(
  records: readonly FlatRecord[],
  until?: string,
  { clocks = NO_CLOCKS, isTold = () => true, isOfService = () => false }: ReplayOptions = {},
): Replay {
  const fields = createPlaceTree<Field>();
  const contradictions: Clash[] = [];
  const foresight = createForesight(fields);
  const restores = createRestores(isOfService);
  const claims = createClaims();
  const streams = createStreamDoubts(clocks, until);
  for (const record of records) {
    if (isImported(record)) {
      const effects = isTold(record) ? leafEffectsOf(record) : [];
      if (record.status === "success") claims.see(record, effects, until);
      continue;
    }
    const isLater = until !== undefined && clocks.timeOf(record) >= until;
    if (record.outcome === "unknown") {
      for (const effect of effectsOf(record)) {
        if (isLater) foresight.seeUnknown(record, effect);
        else maybe(fields, record, effect);
      }
      continue;
    }
    if (record.status !== "success") continue;
    if (!isLater) restores.see(record);
    if (!isTold(record)) continue;
    streams.see(record, effectsOf(record));
    for (const effect of effectsOf(record)) {
      if (isLater) foresight.see(record, effect);
      else apply(fields, record, { effect, contradictions });
    }
  }
  for (const { owner, path, field } of claims.places())
    if (fields.get({ owner, path }) === undefined)
      fields.set({ owner, path, field, value: UNKNOWN, doubts: [] });
  const states = fields.all().map((field) => ({
    ...field,
    doubts: [
      ...field.doubts,
      ...restores.doubtsOf(field),
      ...claims.doubtsOf(field),
      ...streams.doubtsOf(field),
    ],
  }));
  const told = contradictions.map((one) => ({
    ...one,
    restores: restores.between(one, one.record),
  }));
  return { fields: states, contradictions: told };
}

const NO_CLOCKS: StreamClocks = { ...orderOf(new Map()), setBacks: [], holes: [] };

/** Fields while records go by; none stands within another. */
export type Fields = PlaceTree<Field>;

interface Application {
  readonly effect: Effect;
  readonly contradictions: Clash[];
}

function apply(fields: Fields, record: FlatRecord, { effect, contradictions }: Application): void {
  const { owner, path, field, to, moved } = effect;
  for (const { known, ...of } of comparedWith(fields, record, effect))
    if (known.setBy !== undefined && isSame(of.was, of.said) === false)
      contradictions.push({ owner, ...of, record, setBy: known.setBy });
  const list = moved === undefined ? undefined : movedList(fields.get(effect)?.value, moved);
  const value: Side = moved === undefined ? to : typeof list === "object" ? list : UNKNOWN;
  const doubts = list === "contradicted" ? [NOT_IN_LIST] : [];
  // What is not in a new whole is gone.
  fields.clear(effect);
  for (const leaf of leavesOf({ path, field }, value)) {
    fields.clear({ owner, path: leaf.path });
    fields.set({ owner, ...leaf, setBy: record, doubts: [...doubts] });
  }
}

function leafEffectsOf(record: FlatRecord): readonly Effect[] {
  return effectsOf(record).flatMap((effect) =>
    leavesOf(effect, effect.moved === undefined ? effect.to : UNKNOWN).map(
      ({ path, field, value }) => ({ ...effect, path, field, to: value }),
    ),
  );
}

const NOT_IN_LIST =
  "the record that changed the list takes out what was not in it, or adds what was";

/** The list after a change of which only what moved is recorded; undefined: the list before is not known. */
function movedList(
  before: Side | undefined,
  { removed, added, at }: MovedItems,
): Side | "contradicted" | undefined {
  if (before?.kind !== "value" || !Array.isArray(before.value)) return undefined;
  const items: readonly BodyValue[] = before.value;
  const old = new Set(items.map(canonicalJson));
  const gone = new Set(removed.map(canonicalJson));
  const isFitting =
    removed.every((item) => old.has(canonicalJson(item))) &&
    added.every((item) => !old.has(canonicalJson(item)));
  if (!isFitting) return "contradicted";
  const list = items.filter((item) => !gone.has(canonicalJson(item)));
  for (const [index, item] of added.entries()) list.splice(at?.[index] ?? list.length, 0, item);
  return { kind: "value", value: list };
}

/** An action that began, and nobody knows how it ended. */
function maybe(fields: Fields, record: FlatRecord, effect: Effect): void {
  const { owner, path, field } = effect;
  const near = fields.near(effect);
  const isNew = near.length === 0;
  const placeholder: Field = { owner, path, field, value: UNKNOWN, doubts: [] };
  for (const known of isNew ? [placeholder] : near)
    known.doubts.push(`${attemptText(record, effect, known)}, and how that ended is not known`);
  if (isNew) fields.set(placeholder);
}
