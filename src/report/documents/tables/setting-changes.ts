/** What people made of settings: the first value of each, and the last. */
import type { FlatRecord } from "../../../format/index.ts";
import { fieldChangesOf } from "../../field-changes.ts";
import { lackText, sideTexts } from "../change-texts.ts";
import { targetText } from "../report-event.ts";
import type { TallyOptions } from "./tally.ts";

/** A setting that somebody changed. */
export interface SettingChange {
  readonly actor: string;
  readonly field: string;
  readonly on: string;
  readonly from: string;
  readonly to: string;
  readonly times: number;
  /** Ids of the last ones, and of those that the verification found something about. */
  readonly records: readonly string[];
}

/** All that is known of settings. */
export interface SettingChanges {
  /** In the order in which people, and then their settings, were first seen. */
  readonly settings: readonly SettingChange[];
  /** Changes of other settings, of which there are too many to tell them apart. */
  readonly others: number;
}

const SHOWN_RECORDS = 5;
/** Of all settings together; where everything is forged, a cell of every id leads nowhere. */
const MAX_MARKED = 1000;
/** More settings are no table that somebody reads. */
const MAX_SETTINGS = 10_000;
const NOBODY = "(nobody named)";

type Place = Pick<FlatRecord, "timestamp" | "stream" | "sequence" | "record_id">;

interface Known extends Omit<SettingChange, "from" | "to" | "times" | "records"> {
  from: string;
  to: string;
  times: number;
  first: Place;
  last: Place;
  /** Oldest first. */
  latest: Place[];
  readonly marked: Set<string>;
}

/** Adds records up, whatever the order in which they come. */
export function createSettingChanges({
  isMarked,
  oldestFirst,
}: Pick<TallyOptions, "isMarked" | "oldestFirst">): {
  readonly add: (record: FlatRecord) => void;
  readonly end: () => SettingChanges;
} {
  const known = new Map<string, Known>();
  let others = 0;
  let markedCount = 0;

  function addChange(record: FlatRecord, change: ReturnType<typeof fieldChangesOf>[number]): void {
    const { actor_id: actor = NOBODY } = record;
    const { field } = change;
    const on = targetText(record) ?? "";
    const key = [actor, on, field].join("\0");
    const setting = known.get(key);
    if (setting === undefined && known.size >= MAX_SETTINGS) {
      others++;
      return;
    }
    const { before, after } = sideTexts(change);
    const from = before ?? lackText(change.from, "before");
    const to = after ?? lackText(change.to, "after");
    const place = placeOf(record);
    if (setting === undefined) known.set(key, newSetting({ actor, field, on, from, to, place }));
    else addTo(setting, { from, to, place }, oldestFirst);
    if (markedCount < MAX_MARKED && isMarked(record.record_id)) {
      markedCount++;
      known.get(key)?.marked.add(record.record_id);
    }
  }

  return {
    add(record) {
      for (const change of fieldChangesOf(record)) addChange(record, change);
    },
    end: () => ({ settings: inOrder([...known.values()], oldestFirst).map(settingOf), others }),
  };
}

function placeOf({ timestamp, stream, sequence, record_id }: FlatRecord): Place {
  return { timestamp, stream, sequence, record_id };
}

interface Sides {
  readonly from: string;
  readonly to: string;
  readonly place: Place;
}

function newSetting({ place, ...sides }: Sides & Pick<Known, "actor" | "field" | "on">): Known {
  return {
    ...sides,
    times: 1,
    first: place,
    last: place,
    latest: [place],
    marked: new Set(),
  };
}

type Compare = TallyOptions["oldestFirst"];

function addTo(setting: Known, { from, to, place }: Sides, compare: Compare): void {
  setting.times++;
  if (compare(place, setting.first) < 0) {
    setting.from = from;
    setting.first = place;
  }
  if (compare(place, setting.last) >= 0) {
    setting.to = to;
    setting.last = place;
  }
  const { latest } = setting;
  const at = latest.findLastIndex((other) => compare(other, place) <= 0) + 1;
  latest.splice(at, 0, place);
  if (latest.length > SHOWN_RECORDS) latest.shift();
}

/** By the first change of each person, then of each setting. */
function inOrder(settings: readonly Known[], compare: Compare): readonly Known[] {
  const sorted = settings.toSorted((left, right) => compare(left.first, right.first));
  return [...Map.groupBy(sorted, ({ actor }) => actor).values()].flat();
}

function settingOf({ latest, marked, actor, field, on, from, to, times }: Known): SettingChange {
  const records = [...new Set([...marked, ...latest.map(({ record_id: id }) => id)])];
  return { actor, field, on, from, to, times, records };
}
