/** Decisions, counted, and what was set aside. */
import { sentenceOf } from "../../../event/index.ts";
import { type FlatRecord, fromFlat } from "../../../format/index.ts";
import { isImported } from "../../imported.ts";
import type { Tally, TallyOptions } from "./tally.ts";

/** Decisions with one version of the model. */
export interface VersionCounts {
  readonly automated: number;
  readonly human: number;
  readonly overrides: number;
}

/** A record that sets a decision aside. */
export interface Override {
  readonly id: string;
  readonly timestamp: string;
  readonly what: string;
}

/** What is known of all decisions. */
export interface DecisionTables {
  readonly versions: readonly (readonly [version: string, counts: VersionCounts])[];
  readonly automated: number;
  readonly human: number;
  readonly overrides: number;
  /** What a log claims that was imported; in no other count. */
  readonly imported: number;
  /** Overrides of decisions that are none of these. */
  readonly orphans: number;
  /** Overrides that nobody held against decisions, because there are too many. */
  readonly unmatched: number;
  readonly overridesOf: (decision: FlatRecord) => readonly Override[];
}

/** The action of what sets a decision aside. */
export const OVERRIDE = "decision_override";
const MAX_VERSIONS = 10_000;
const OTHERS = "(all others)";
/** Overrides that are held against decisions: about 50 MB. */
const MAX_OVERRIDES = 100_000;

type Writable<Value> = { -readonly [Key in keyof Value]: Value[Key] };
type HeldOverride = Override & Pick<FlatRecord, "stream" | "sequence">;

/** What decisions are held against: it has all overrides before the first decision comes. */
export interface Overrides {
  readonly add: (record: FlatRecord) => void;
  readonly of: (decision: FlatRecord) => readonly Override[];
  /** Notes that a decision is there. */
  readonly see: (decision: FlatRecord) => void;
  readonly unseen: () => number;
  readonly unmatched: () => number;
}

/** Begins with none. */
export function createOverrides({ oldestFirst }: Pick<TallyOptions, "oldestFirst">): Overrides {
  const held = new Map<string, HeldOverride[]>();
  const seen = new Set<string>();
  let count = 0;
  return {
    add(record) {
      // A file that anybody could have written sets nothing aside.
      if (isImported(record)) return;
      if (++count > MAX_OVERRIDES) return;
      const decision = decisionIdOf(record);
      const { record_id: id, timestamp, stream, sequence } = record;
      const own = held.get(decision) ?? [];
      held.set(decision, own);
      own.push({ id, timestamp, stream, sequence, what: sentenceOf(fromFlat(record)) });
    },
    of: (decision) =>
      [...new Set(idsOfDecision(decision))]
        .flatMap((id) => held.get(id) ?? [])
        .toSorted(oldestFirst),
    see(decision) {
      for (const id of idsOfDecision(decision)) if (held.has(id)) seen.add(id);
    },
    unseen: () => [...held].reduce((sum, [id, { length }]) => sum + (seen.has(id) ? 0 : length), 0),
    unmatched: () => Math.max(0, count - MAX_OVERRIDES),
  };
}

/** Begins with none. */
export function createDecisionTally(overrides: Overrides): Tally<DecisionTables> {
  const versions = new Map<string, Writable<VersionCounts>>();
  const all = { automated: 0, human: 0, overrides: 0, imported: 0 };
  return {
    add(record) {
      const part = partOf(record);
      all[part]++;
      if (part === "imported") return;
      const given = versionOf(record);
      const name = versions.has(given) || versions.size < MAX_VERSIONS ? given : OTHERS;
      const row = versions.get(name) ?? { automated: 0, human: 0, overrides: 0 };
      versions.set(name, row);
      row[part]++;
      if (part !== "overrides") overrides.see(record);
    },
    end: () => ({
      ...all,
      versions: [...versions],
      orphans: overrides.unseen(),
      unmatched: overrides.unmatched(),
      overridesOf: overrides.of,
    }),
  };
}

/** Whether it sets a decision aside, is one of a person, or of a program; or is no original. */
export function partOf(record: FlatRecord): keyof VersionCounts | "imported" {
  const { action_type: action, details, actor_type: type } = record;
  if (isImported(record)) return "imported";
  if (action === OVERRIDE) return "overrides";
  return details["human_in_the_loop"] === true || type === "user" ? "human" : "automated";
}

function versionOf({ details }: FlatRecord): string {
  const version = details["model_version"];
  return typeof version === "string" ? version : "(not said)";
}

function decisionIdOf({ details }: FlatRecord): string {
  const id = details["decision_id"];
  return typeof id === "string" || typeof id === "number" ? String(id) : "";
}

/** Its record id, and one of its own. */
function idsOfDecision(record: FlatRecord): readonly string[] {
  const { record_id: id, target_type: type, target_id: target } = record;
  const own = decisionIdOf(record);
  const ids = [id, own, ...(type === "decision" && target !== undefined ? [target] : [])];
  return ids.filter((one) => one !== "");
}
