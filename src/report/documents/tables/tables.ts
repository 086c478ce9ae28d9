/** What a document counts: of all its records, also of those that it does not list. */
import type { FlatRecord } from "../../../format/index.ts";
import {
  createDecisionTally,
  createOverrides,
  type DecisionTables,
  OVERRIDE,
} from "./decision-tables.ts";
import type { ReportKind } from "../document.ts";
import { createExclusionTally, type ExclusionTables } from "./exclusion-tables.ts";
import { createReleaseTally, type ReleaseTables } from "./release-tables.ts";
import type { Tally, TallyOptions } from "./tally.ts";

/** Empty but for those of its kind. */
export interface ReportTables {
  readonly release: ReleaseTables;
  readonly exclusions: ExclusionTables;
  readonly decisions: DecisionTables;
}

/** The records of a document, gone through as often as it takes. */
export type RecordsOf = (action?: string) => AsyncIterable<FlatRecord> | Iterable<FlatRecord>;

/** Goes through all records. */
export async function readTables(
  kind: ReportKind,
  recordsOf: RecordsOf,
  options: TallyOptions,
): Promise<ReportTables> {
  const overrides = createOverrides(options);
  const tallies = {
    release: createReleaseTally(options),
    exclusions: createExclusionTally(options),
    decisions: createDecisionTally(overrides),
  };
  if (kind === "decisions")
    for await (const record of recordsOf(OVERRIDE))
      if (record.action_type === OVERRIDE) overrides.add(record);
  // What goes wrong in an incident is listed, and counted by role only.
  if (kind !== "incident") await addAll(tallies[kind], recordsOf());
  return {
    release: tallies.release.end(),
    exclusions: tallies.exclusions.end(),
    decisions: tallies.decisions.end(),
  };
}

async function addAll(
  { add }: Pick<Tally<unknown>, "add">,
  records: ReturnType<RecordsOf>,
): Promise<void> {
  for await (const record of records) add(record);
}
