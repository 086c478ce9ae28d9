/** Samples that were taken out of the data, and put back, counted. */
import type { BodyValue } from "../../../event/index.ts";
import type { FlatRecord } from "../../../format/index.ts";
import { importOriginOf } from "../../imported.ts";
import { reasonOf } from "../report-event.ts";
import { createRowList, type RowList } from "./row-list.ts";
import type { Tally, TallyOptions } from "./tally.ts";

/** Discards and restores of one reason, actor or origin. */
export interface ExclusionCounts {
  readonly discards: number;
  readonly discarded: number;
  readonly restores: number;
  readonly restored: number;
}

/** A sample that is out at the end. */
export interface OpenSample {
  readonly id: string;
  readonly reason: string;
  readonly actor: string;
  readonly record: string;
}

/** What is known of all exclusions. */
export interface ExclusionTables {
  /** Of each, the most discarded first. */
  readonly reasons: readonly (readonly [string, ExclusionCounts])[];
  readonly actors: readonly (readonly [string, ExclusionCounts])[];
  readonly origins: readonly (readonly [string, ExclusionCounts])[];
  /** What logs claim that were imported; in no other count but `unreasoned`. */
  readonly imported: { readonly records: number; readonly files: ExclusionTables["reasons"] };
  /** Records of what did not succeed. */
  readonly failed: number;
  readonly unreasoned: RowList;
  /** The first of the samples that are out. */
  readonly open: readonly OpenSample[];
  readonly openCount: number;
  /** Samples that were discarded by records that do not name them. */
  readonly unnamed: number;
  /** Named samples that nobody followed, because there are too many. */
  readonly unfollowed: number;
}

const NO_REASON = "(no reason given)";
const NO_ORIGIN = "(not said)";
/** More samples are counted. */
const MAX_NAMED = 200;
/** Samples whose way out and back is followed: about 150 MB. */
const MAX_FOLLOWED = 500_000;
/** More reasons are no table that somebody reads. */
const MAX_GROUPS = 10_000;
const OTHERS = "(all others)";

/** Begins with none. */
export function createExclusionTally(options: TallyOptions): Tally<ExclusionTables> {
  const [reasons, actors, origins] = [createCounts(), createCounts(), createCounts()];
  const files = createCounts();
  let imported = 0;
  const unreasoned = createRowList(options);
  const samples = createSamples(options);
  let failed = 0;
  return {
    add(record) {
      if (reasonOf(record) === undefined) unreasoned.add(record);
      const isDone = (record.outcome ?? record.status) === "success";
      const count = sampleCount(record);
      const origin = importOriginOf(record);
      if (origin !== undefined) {
        imported++;
        if (isDone) files.add(record, [[origin.file, count]]);
        return;
      }
      if (!isDone) {
        failed++;
        return;
      }
      reasons.add(record, [[reasonOf(record) ?? NO_REASON, count]]);
      actors.add(record, [[record.actor_id ?? "", count]]);
      origins.add(record, originParts(record));
      samples.add(record);
    },
    end: () => ({
      reasons: reasons.end(),
      actors: actors.end(),
      origins: origins.end(),
      failed,
      imported: { records: imported, files: files.end() },
      unreasoned: unreasoned.end(),
      ...samples.end(),
    }),
  };
}

/** Ids that a record lists; long lists are shortened where they are recorded. */
export function idsOf({
  details,
  target_type: type,
  target_id: id,
}: FlatRecord): readonly string[] {
  const listed = textsOf(details["sample_ids"]);
  return listed.length === 0 && type === "sample" && id !== undefined ? [id] : listed;
}

/** Where the samples of a record are from, as far as it says. */
export function originsOf({ details }: FlatRecord): readonly string[] {
  return textsOf(details["origins"]);
}

/** How many samples a record is about, as far as it says. */
export function sampleCount(record: FlatRecord): number {
  const { details } = record;
  const said = [details["sample_ids_count"], details["samples_affected"]].find(
    (value) => typeof value === "number",
  );
  return typeof said === "number" ? said : idsOf(record).length;
}

function textsOf(value: BodyValue | undefined): readonly string[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((item: BodyValue) =>
    typeof item === "string" || typeof item === "number" ? [String(item)] : [],
  );
}

function isDiscard({ action_type: action }: FlatRecord): boolean {
  return action === "sample_discard";
}

type Parts = readonly (readonly [name: string, samples: number])[];

function originParts(record: FlatRecord): Parts {
  const origins = originsOf(record);
  const counts = Map.groupBy(origins, (origin) => origin);
  const rest = sampleCount(record) - origins.length;
  const named = [...counts].map(([origin, { length }]) => [origin, length] as const);
  return rest > 0 || named.length === 0 ? [...named, [NO_ORIGIN, Math.max(0, rest)]] : named;
}

type Writable<Value> = { -readonly [Key in keyof Value]: Value[Key] };

function createCounts(): {
  readonly add: (record: FlatRecord, parts: Parts) => void;
  readonly end: () => ExclusionTables["reasons"];
} {
  const counts = new Map<string, Writable<ExclusionCounts>>();
  return {
    add(record, parts) {
      for (const [given, samples] of parts) {
        const name = counts.has(given) || counts.size < MAX_GROUPS ? given : OTHERS;
        const row = counts.get(name) ?? { discards: 0, discarded: 0, restores: 0, restored: 0 };
        counts.set(name, row);
        row[isDiscard(record) ? "discards" : "restores"]++;
        row[isDiscard(record) ? "discarded" : "restored"] += samples;
      }
    },
    end: () => [...counts].toSorted(([, a], [, b]) => b.discarded - a.discarded),
  };
}

type Place = Pick<FlatRecord, "timestamp" | "stream" | "sequence">;

/** What was done last to a sample; one for all samples of a record. */
interface Deed extends Place, Omit<OpenSample, "id"> {
  readonly isOut: boolean;
}

type SamplesEnd = Pick<ExclusionTables, "open" | "openCount" | "unnamed" | "unfollowed">;

/** Follows samples out and back, in the order of the records. */
function createSamples({ oldestFirst }: Pick<TallyOptions, "oldestFirst">): {
  readonly add: (record: FlatRecord) => void;
  readonly end: () => SamplesEnd;
} {
  const last = new Map<string, Deed>();
  let unnamed = 0;
  let unfollowed = 0;
  return {
    add(record) {
      const ids = idsOf(record);
      const deed = deedOf(record);
      if (deed.isOut) unnamed += Math.max(0, sampleCount(record) - ids.length);
      for (const id of ids) {
        const known = last.get(id);
        if (known === undefined && last.size >= MAX_FOLLOWED) unfollowed++;
        else if (known === undefined || oldestFirst(known, deed) <= 0) last.set(id, deed);
      }
    },
    end() {
      const all = [...last].filter(([, { isOut }]) => isOut);
      const open = all
        .toSorted(([, left], [, right]) => oldestFirst(left, right))
        .slice(0, MAX_NAMED);
      return {
        open: open.map(([id, { reason, actor, record }]) => ({ id, reason, actor, record })),
        openCount: all.length,
        unnamed,
        unfollowed,
      };
    },
  };
}

function deedOf(record: FlatRecord): Deed {
  const { timestamp, stream, sequence, actor_id: actor = "", record_id: id } = record;
  const reason = reasonOf(record) ?? NO_REASON;
  return { timestamp, stream, sequence, reason, actor, record: id, isOut: isDiscard(record) };
}
