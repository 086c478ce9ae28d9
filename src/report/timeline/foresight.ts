/**
 * What changes after a time say of before: the first one of a field tells what it found.
 *
 * Promise: nothing is taken from behind a change of the same field, of what it stands in, or of what stands in
 * it, whether or not that one said what it found.
 */
import type { FlatRecord } from "../../format/index.ts";
import { isSame, sideText } from "../side.ts";
import { attemptText } from "./attempt-text.ts";
import { type Compared, comparedWith } from "./compared.ts";
import type { Effect } from "./effects.ts";
import { createPlaceTree, type Place } from "./place-tree.ts";
import type { Fields } from "./replay.ts";
import { leavesOf } from "./side-leaves.ts";

/** Takes records in their order, and writes into fields. */
export interface Foresight {
  readonly see: (record: FlatRecord, effect: Effect) => void;
  /** Of a record of which nobody knows how it ended. */
  readonly seeUnknown: (record: FlatRecord, effect: Effect) => void;
}

/** What was attempted at a place. */
interface Attempts extends Place {
  readonly all: Attempt[];
}

interface Attempt {
  readonly record: FlatRecord;
  readonly effect: Effect;
}

/** Creates one. */
export function createForesight(fields: Fields): Foresight {
  /** Places that were changed since; none stands within another. */
  const changed = createPlaceTree<Place>();
  const attempts = createPlaceTree<Attempts>();

  /** What a change found where nothing is known, and nobody changed it before. */
  function find(record: FlatRecord, effect: Effect): void {
    const { owner } = effect;
    for (const leaf of leavesOf(effect, effect.from)) {
      const place = { owner, path: leaf.path };
      if (leaf.value.kind === "unknown") continue;
      if (fields.near(place).length > 0 || changed.near(place).length > 0) continue;
      const doubts = attempts
        .near(place)
        .flatMap(({ all }) => all.map((one) => attemptText(one.record, one.effect, leaf)))
        .map((text) => `${text} before that, and how that ended is not known`);
      fields.set({ owner, ...leaf, next: record, doubts });
    }
  }

  return {
    see(record, effect) {
      const { owner, path } = effect;
      if (changed.near(effect).some((place) => place.path.length <= path.length)) return;
      for (const compared of comparedWith(fields, record, effect)) {
        const { known, said, was } = compared;
        if (known.next !== undefined) continue;
        if (isSame(was, said) === false) known.doubts.push(foundText(record, compared));
        fields.set({ ...known, next: record });
      }
      find(record, effect);
      changed.clear(effect);
      changed.set({ owner, path });
    },
    seeUnknown(record, effect) {
      const { owner, path } = effect;
      const own = attempts.get(effect) ?? { owner, path, all: [] };
      own.all.push({ record, effect });
      attempts.set(own);
    },
  };
}

function foundText(
  { record_id: id, timestamp }: FlatRecord,
  { known, path, field, said }: Compared,
): string {
  const isOfIt = path.length === known.path.length;
  const found = isOfIt ? `${sideText(said)} there` : `${field} to be ${sideText(said)}`;
  return `${id} found ${found}, when it changed it at ${timestamp}`;
}
