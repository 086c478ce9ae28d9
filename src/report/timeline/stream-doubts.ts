/** Which values are in doubt because a clock was set back, or because records of a stream are not here. */
import type { FlatRecord } from "../../format/index.ts";
import { firstWhere } from "../../lib/first-where.ts";
import type { Hole, SetBack } from "../stream-order.ts";
import { deepestBehind, missingText, setBackText, type StreamClocks } from "../stream-clocks.ts";
import type { Effect } from "./effects.ts";
import type { FieldState } from "./replay.ts";

/** Of more nobody reads each. */
const MAX_SAID = 3;

/** Follows records. */
export interface StreamDoubts {
  readonly see: (record: FlatRecord, effects: readonly Effect[]) => void;
  readonly doubtsOf: (
    field: Pick<FieldState, "owner" | "path" | "setBy" | "next">,
  ) => readonly string[];
}

/** A record that says something of a field. */
interface Touch {
  readonly record: FlatRecord;
  /** What it counts as of. */
  readonly time: string;
  /** Times that its stream had twice, and its own among them. */
  readonly setBack: SetBack | undefined;
}

/** @param until values are asked for as of then: ISO 8601 UTC with six digits, not included; default: the end. */
export function createStreamDoubts(
  { setBacks, holes, timeOf, pivot }: StreamClocks,
  until?: string,
): StreamDoubts {
  const deepest = deepestBehind(setBacks);
  const lost = [...Map.groupBy(holes, ({ stream }) => stream).values()].map(lostOf);
  const touches = new Map<string, Touch[]>();

  function clockDoubts({
    owner,
    path,
    setBy,
  }: Pick<FieldState, "owner" | "path" | "setBy">): readonly string[] {
    if (setBacks.length === 0) return [];
    const own = touches.get(placeOf({ owner, path })) ?? [];
    const asked =
      until === undefined
        ? []
        : own.filter(({ setBack }) => setBack?.stream !== pivot && isWithin(until, setBack));
    const last = own.find(({ record }) => record.record_id === setBy?.record_id);
    const rivals = last === undefined ? [] : own.filter((other) => isRival(last, other));
    const bySetBack = [...Map.groupBy(asked, ({ setBack }) => setBack)];
    return [
      ...said(
        bySetBack,
        ([setBack, before]) =>
          `${clockText(setBack)}: whether ${idsText(before)} came before the time that was asked for cannot be told`,
      ),
      ...said(
        rivals,
        ({ record, setBack }) =>
          `${clockText(setBack ?? last?.setBack)}: whether ${record.record_id} or ${last?.record.record_id ?? ""} came last cannot be told`,
      ),
    ];
  }

  return {
    see(record, effects) {
      if (setBacks.length === 0) return;
      const touch = { record, time: timeOf(record), setBack: deepest(record) };
      for (const place of new Set(effects.map(placeOf))) {
        const own = touches.get(place) ?? [];
        touches.set(place, own);
        own.push(touch);
      }
    },
    doubtsOf(field) {
      const texts = lost.flatMap((own) => {
        const [from, end] = hidingAmong(own.holes, field, { until, timeOf });
        return from < end ? [`${own.textOf(from, end)}, and may have changed it`] : [];
      });
      return [...clockDoubts(field), ...said(texts, (text) => text)];
    },
  };
}

/** By the outermost key: a field can be set by itself, and with the map that it is in. */
function placeOf({ owner: { type, id }, path }: Pick<Effect, "owner" | "path">): string {
  return JSON.stringify([type, id, path[0]]);
}

function isWithin(time: string, setBack: SetBack | undefined): boolean {
  return setBack !== undefined && time > setBack.to && time <= setBack.from;
}

/** Whether another stream may have set it later than the last one did. */
function isRival(last: Touch, other: Touch): boolean {
  if (other.record.stream === last.record.stream) return false;
  return isAmong(last.time, other.setBack) || isAmong(other.time, last.setBack);
}

function isAmong(time: string, setBack: SetBack | undefined): boolean {
  return setBack !== undefined && time >= setBack.to && time <= setBack.from;
}

interface Asked extends Pick<StreamClocks, "timeOf"> {
  readonly until: string | undefined;
}

/** What is not here of one stream. */
interface Lost {
  readonly holes: readonly Hole[];
  /** Of the holes from one place to another. */
  readonly textOf: (from: number, end: number) => string;
}

function lostOf(holes: readonly Hole[]): Lost {
  let all = 0;
  const counts = holes.map(({ first, last }) => (all += last - first + 1));
  return {
    holes,
    textOf(from, end) {
      const [left, right] = [holes[from], holes[end - 1]];
      if (left === undefined || right === undefined) return "";
      return missingText({
        ...left,
        last: right.last,
        count: (counts[end - 1] ?? 0) - (counts[from - 1] ?? 0),
      });
    },
  };
}

/** From where to where the holes of a stream may hide a change between what is known of a field and the time asked for. */
function hidingAmong(
  holes: readonly Hole[],
  { setBy, next }: Pick<FieldState, "setBy" | "next">,
  { until, timeOf }: Asked,
): readonly [from: number, end: number] {
  const stream = holes[0]?.stream;
  if (setBy !== undefined) {
    const time = timeOf(setBy);
    const from = firstWhere(holes, (hole) =>
      setBy.stream === stream ? hole.first > setBy.sequence : hole.until >= time,
    );
    const isLate = ({ since }: Hole): boolean => until !== undefined && since >= until;
    return [from, firstWhere(holes, isLate)];
  }
  if (next === undefined || until === undefined) return [0, 0];
  const time = timeOf(next);
  const end = firstWhere(holes, (hole) =>
    next.stream === stream ? hole.first > next.sequence : hole.since > time,
  );
  return [firstWhere(holes, (hole) => hole.until >= until), end];
}

function idsText(touches: readonly Touch[]): string {
  const ids = touches.slice(0, MAX_SAID).map(({ record }) => record.record_id);
  const more = touches.length - ids.length;
  return `${ids.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}

function said<Kind>(all: readonly Kind[], textOf: (one: Kind) => string): readonly string[] {
  const texts = all.slice(-MAX_SAID).map(textOf);
  return all.length > MAX_SAID ? [...texts, `${all.length - MAX_SAID} more like that`] : texts;
}

function clockText(setBack: SetBack | undefined): string {
  return setBack === undefined ? "" : setBackText(setBack);
}
