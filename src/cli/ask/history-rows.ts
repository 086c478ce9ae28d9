/** Rows of histories. */
import { sentenceOf } from "../../event/index.ts";
import { fromFlat } from "../../format/index.ts";
import {
  type Contradiction,
  type FieldState,
  type HistoryEntry,
  importOriginOf,
  originText,
  type Owner,
  restoreText,
} from "../../report/index.ts";
import { screenTime } from "./columns.ts";
import type { PlainColumn } from "./plain-rows.ts";
import { sideText, valueText } from "./value-text.ts";

/** `experiment exp-1`. */
function ownerText({ type, id }: Owner): string {
  const text = [type, id].filter((part) => part !== "").join(" ");
  return text === "" ? "(no target)" : text;
}

/** @param isOneOwner there is no need to say of each line what it is of. */
export function entryColumns(
  zone: string,
  { isOneOwner, isScreen }: { readonly isOneOwner: boolean; readonly isScreen: boolean },
): readonly PlainColumn<HistoryEntry>[] {
  const of: PlainColumn<HistoryEntry> = {
    name: "of",
    textOf: ({ effect }) => (effect === undefined ? "" : ownerText(effect.owner)),
  };
  return [
    {
      name: "time",
      textOf: ({ record: { timestamp } }, isForFile) =>
        isForFile ? timestamp : screenTime(timestamp, zone),
    },
    { name: "record", textOf: ({ record }) => record.record_id },
    { name: "actor", textOf: ({ record }) => record.actor_id ?? "" },
    { name: "action", textOf: ({ record }) => record.action_type },
    ...(isOneOwner ? [] : [of]),
    { name: "field", textOf: ({ effect }) => effect?.field ?? "" },
    { name: "from", textOf: (entry) => fromText(entry) },
    { name: "to", textOf: (entry) => toText(entry) },
    { name: "outcome", textOf: ({ record }) => record.outcome ?? "" },
    ...(isScreen
      ? [{ name: "what", textOf: whatText }]
      : [
          { name: "reason", textOf: ({ record }: HistoryEntry) => record.reason ?? "" },
          { name: "error", textOf: ({ record }: HistoryEntry) => record.error ?? "" },
          {
            name: "what",
            textOf: ({ record }: HistoryEntry) => sentenceOf(fromFlat(record)),
          },
        ]),
  ];
}

/** Why; where no column says what, all of it. */
function whatText({ record, effect }: HistoryEntry): string {
  if (effect === undefined) return sentenceOf(fromFlat(record));
  const { reason, error } = record;
  const origin = importOriginOf(record);
  return [
    ...(origin === undefined ? [] : [`imported from ${originText(origin)}`]),
    ...(reason === undefined ? [] : [`because ${reason}`]),
    ...(error === null ? [] : [error]),
  ].join(": ");
}

function fromText({ effect, contradiction }: HistoryEntry): string {
  if (effect === undefined) return "";
  const { from, moved } = effect;
  if (moved !== undefined)
    return moved.removed.length === 0 ? "" : `without ${moved.removed.map(valueText).join(", ")}`;
  if (from.kind === "unknown") return "";
  if (contradiction === undefined) return sideText(from);
  const { field, was } = contradiction;
  return `${sideText(from)} (! ${field === effect.field ? "it" : field} was ${sideText(was)})`;
}

function toText({ effect }: HistoryEntry): string {
  if (effect === undefined) return "";
  const { to, moved } = effect;
  if (moved !== undefined)
    return moved.added.length === 0 ? "" : `with ${moved.added.map(valueText).join(", ")}`;
  return sideText(to);
}

/** A line as programs get it. */
export function entryObject({ record, roles, effect, contradiction }: HistoryEntry): object {
  const { timestamp, record_id: id, actor_id: actor, action_type: action, outcome } = record;
  const origin = importOriginOf(record);
  return {
    timestamp,
    record: id,
    actor: actor ?? null,
    action,
    outcome: outcome ?? null,
    reason: record.reason ?? null,
    error: record.error,
    roles,
    imported: origin === undefined ? null : { file: origin.file, time: origin.time ?? null },
    effect: effect ?? null,
    contradicts: contradiction?.setBy.record_id ?? null,
  };
}

/** Values at a time. */
export function stateColumns(zone: string): readonly PlainColumn<FieldState>[] {
  return [
    { name: "of", textOf: ({ owner }) => ownerText(owner) },
    { name: "field", textOf: ({ field }) => field },
    { name: "value", textOf: ({ value }) => sideText(value) },
    {
      name: "since",
      textOf: ({ setBy }, isForFile) => {
        if (setBy === undefined) return "";
        return isForFile ? setBy.timestamp : screenTime(setBy.timestamp, zone);
      },
    },
    { name: "record", textOf: ({ setBy, next }) => setBy?.record_id ?? basisText(next) },
    { name: "actor", textOf: ({ setBy }) => setBy?.actor_id ?? "" },
    { name: "doubts", textOf: ({ doubts }) => doubts.join("; ") },
  ];
}

/** Nobody set it before the time: the first change after it says what it found. */
function basisText(next: FieldState["next"]): string {
  return next === undefined ? "" : `found by ${next.record_id}`;
}

/** A value as programs get it. */
export function stateObject({
  owner,
  field,
  path,
  value,
  setBy,
  next,
  doubts,
}: FieldState): object {
  return {
    owner,
    field,
    path,
    value,
    setBy: setBy?.record_id ?? null,
    setAt: setBy?.timestamp ?? null,
    foundBy: setBy === undefined ? (next?.record_id ?? null) : null,
    doubts,
  };
}

/** A contradiction as programs get it. */
export function contradictionObject(one: Contradiction): object {
  const { owner, field, path, record, said, setBy, was, restores } = one;
  return {
    owner,
    field,
    path,
    record: record.record_id,
    said,
    setBy: setBy.record_id,
    was,
    restores: restores.map(({ record_id: id }) => id),
  };
}

/** Every one of many restores need not be named. */
const MAX_RESTORES = 3;

/** A contradiction in words. */
export function contradictionText({
  owner,
  field,
  record,
  said,
  setBy,
  was,
  restores,
}: Contradiction): string {
  const latest = restores.slice(-MAX_RESTORES);
  const named = latest.map((one) => `${one.record_id} (${restoreText(one)})`);
  const more = restores.length - latest.length;
  const between = more === 0 ? named : [...named, `${more} more such actions`];
  const why =
    between.length === 0
      ? "something changed it that is not among these records"
      : `${between.join(", ")} came between, and may have`;
  return `${record.record_id} says that ${field} of ${ownerText(owner)} was ${sideText(said)} before; ${setBy.record_id} had set it to ${sideText(was)}: ${why}`;
}
