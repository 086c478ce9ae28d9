/**
 * What imported records say of values. It is never taken for a value: it only makes one doubtful, where it
 * claims to be later than what an original says, or where no original says anything.
 */
import type { FlatRecord } from "../../format/index.ts";
import { importOriginOf } from "../imported.ts";
import { isSame, sideText } from "../side.ts";
import type { Effect } from "./effects.ts";
import type { FieldState } from "./replay.ts";
import { isWithinReach } from "./reach.ts";
import { isSettingBack } from "./restores.ts";

/** Every one of a long log need not be named. */
const MAX_SAID = 3;

/** What one record claims. */
interface Claim {
  readonly record: FlatRecord;
  readonly time: string | undefined;
  readonly text: string;
  /** Undefined: it may have set back anything. */
  readonly effect: Effect | undefined;
}

/** Remembers them. */
export interface Claims {
  /** Takes it, unless it claims to be of that time or later. */
  readonly see: (record: FlatRecord, effects: readonly Effect[], until?: string) => void;
  /** One for each field that something is claimed of. */
  readonly places: () => readonly Effect[];
  readonly doubtsOf: (field: Pick<FieldState, "owner" | "path" | "setBy" | "value">) => string[];
}

/** Creates one. */
export function createClaims(): Claims {
  const byPlace = new Map<string, Claim[]>();
  const settingBack: Claim[] = [];
  return {
    see(record, effects, until) {
      const origin = importOriginOf(record);
      if (origin === undefined) return;
      const { file, time } = origin;
      if (until !== undefined && time !== undefined && time >= until) return;
      const { record_id: id, action_type: action } = record;
      const when = time === undefined ? "" : ` at ${time}`;
      const say = (what: string): string =>
        `${id} is imported and counts for nothing here: ${file} says that${when} ${what}`;
      for (const effect of effects) {
        const to = effect.to.kind === "unknown" ? "was changed" : `became ${sideText(effect.to)}`;
        const own = byPlace.get(placeOf(effect)) ?? [];
        byPlace.set(placeOf(effect), own);
        own.push({ record, time, effect, text: say(`it ${to}`) });
      }
      if (isSettingBack(record))
        settingBack.push({
          record,
          time,
          effect: undefined,
          text: say(`${action} came, which may have set it back`),
        });
    },
    places: () =>
      [...byPlace.values()].flatMap(([first]) =>
        first?.effect === undefined ? [] : [first.effect],
      ),
    doubtsOf(field) {
      const { setBy, value } = field;
      const isLater = ({ time }: Claim): boolean =>
        setBy === undefined || time === undefined || time >= setBy.timestamp;
      const own = (byPlace.get(placeOf(field)) ?? []).filter(
        ({ effect }) => effect === undefined || isSame(value, effect.to) !== true,
      );
      const back = settingBack.filter(({ record }) => isWithinReach(record, field, () => true));
      const all = [...own, ...back]
        .filter(isLater)
        .toSorted(({ time: left = "" }, { time: right = "" }) => (left < right ? -1 : 1));
      const said = all.slice(-MAX_SAID).map(({ text }) => text);
      const more = all.length - said.length;
      return more > 0 ? [...said, `${more} more imported records claim to have changed it`] : said;
    },
  };
}

function placeOf({ owner: { type, id }, path }: Pick<Effect, "owner" | "path">): string {
  return JSON.stringify([type, id, ...path]);
}
