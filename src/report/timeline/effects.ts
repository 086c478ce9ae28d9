/**
 * What a record says about the values of things: fields of `before` and `after`, and what an action itself
 * means, as that a sample is discarded.
 */
import type { BodyValue } from "../../event/index.ts";
import type { FlatRecord } from "../../format/index.ts";
import { fieldChangesOf, type FieldChange } from "../field-changes.ts";
import { type Side, sideOf, UNKNOWN } from "../side.ts";

/** What a value is of. */
export interface Owner {
  /** Empty: the record names none. */
  readonly type: string;
  readonly id: string;
}

/** A field of something, and what became of it where the record's action was carried out. */
export interface Effect extends FieldChange {
  readonly owner: Owner;
}

type Details = FlatRecord["details"];

/** Name of the field, and its sides; an empty name: nothing is known of it. */
type Meaning = readonly [field: string, from: BodyValue | undefined, to: BodyValue | undefined];

/** Actions whose details are a change of their target. */
const MEANINGS: Readonly<Record<string, (details: Details) => Meaning>> = {
  pause: () => ["paused", undefined, true],
  notebook_pause_training: () => ["paused", undefined, true],
  resume: () => ["paused", undefined, false],
  mode_switch: ({ from, to }) => ["mode", from, to],
  experiment_rename: ({ old_name: from, new_name: to }) => ["name", from, to],
  review_state_change: ({ label_class: name, from, to }) => [`review of ${text(name)}`, from, to],
  release: ({ version }) => ["released version", undefined, version],
  release_rollback: ({ from, to }) => ["released version", from, to],
  release_reschedule: ({ version, from, to }) => [`release date of ${text(version)}`, from, to],
  release_approve: ({ version }) => [`release of ${text(version)}`, undefined, "approved"],
  release_reject: ({ version }) => [`release of ${text(version)}`, undefined, "rejected"],
  model_deploy: ({ environment, version }) => [
    `version in ${text(environment)}`,
    undefined,
    version,
  ],
  model_retire: ({ version }) => [`version ${text(version)}`, undefined, "retired"],
  decision_override: ({ decision_id: id, original_output: from, new_output: to }) => [
    `output of decision ${text(id)}`,
    from,
    to,
  ],
  export_toggle: ({ enabled }) => ["local export", undefined, enabled],
  analytics_approval: ({ approved }) => ["analytics approved", undefined, approved],
  consent: ({ purpose, given }) => [`consent to ${text(purpose)}`, undefined, given],
  data_subject_request: ({ request_type: type, state }) => [
    `${text(type)} request`,
    undefined,
    state,
  ],
  user_create: () => ["exists", undefined, true],
  user_delete: () => ["exists", undefined, false],
  project_create: () => ["exists", undefined, true],
  project_delete: () => ["exists", undefined, false],
};

/** Actions on each of the samples that they name. */
const ON_SAMPLES: Readonly<Record<string, (details: Details) => Meaning>> = {
  tag_add: ({ tag_name: name }) => [`tag ${text(name)}`, undefined, true],
  tag_remove: ({ tag_name: name }) => [`tag ${text(name)}`, undefined, false],
  sample_discard: () => ["discarded", undefined, true],
  sample_restore: () => ["discarded", undefined, false],
};

/** Their names. */
export const ABOUT_SAMPLES: readonly string[] = Object.keys(ON_SAMPLES);

/** Of records that somebody holds: one of many fields is asked several times, by its role, its values and its turn. */
const known = new WeakMap<FlatRecord, readonly Effect[]>();

/** Everything that a record says of values, whether or not it was carried out. */
export function effectsOf(record: FlatRecord): readonly Effect[] {
  const effects = known.get(record) ?? readEffects(record);
  known.set(record, effects);
  return effects;
}

function readEffects(record: FlatRecord): readonly Effect[] {
  const { action_type: action, details } = record;
  const owner = ownerOf(record);
  const fields = fieldChangesOf(record).map((change) => ({ ...change, owner }));
  const meaning = own(MEANINGS, action)?.(details);
  const isSaid = fields.some(({ field }) => field === meaning?.[0]);
  const direct = meaning === undefined || isSaid ? [] : effect(owner, meaning);
  const onSample = own(ON_SAMPLES, action)?.(details);
  const onSamples =
    onSample === undefined
      ? []
      : sampleIdsOf(record).flatMap((id) => effect({ type: "sample", id }, onSample));
  return [...fields, ...direct, ...onSamples];
}

/** The target of a record. */
export function ownerOf({ target_type: type = "", target_id: id = "" }: FlatRecord): Owner {
  return { type, id };
}

/** The samples that a record names; of many only the first are recorded. */
export function sampleIdsOf({ details }: FlatRecord): readonly string[] {
  const ids = details["sample_ids"];
  return Array.isArray(ids) ? ids.map(String) : [];
}

/** How many samples at least an action was on without naming them; 0: it names all of them, or none is meant. */
export function unnamedSamplesOf(record: FlatRecord): number {
  const { sample_ids_count: count, samples_affected: affected } = record.details;
  if (own(ON_SAMPLES, record.action_type) === undefined) return 0;
  const named = sampleIdsOf(record).length;
  const said = typeof count === "number" ? count : affected;
  const all = typeof said === "number" ? said : Math.max(1, named);
  return Math.max(0, all - named);
}

function effect(owner: Owner, [field, from, to]: Meaning): readonly Effect[] {
  const side = (value: BodyValue | undefined): Side =>
    value === undefined ? UNKNOWN : sideOf(value);
  return [{ owner, path: [field], field, from: side(from), to: side(to) }];
}

function own<Value>(table: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

function text(value: BodyValue | undefined): string {
  return typeof value === "string" ? value : JSON.stringify(value ?? null);
}
