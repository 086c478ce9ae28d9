import { ATTR_CATEGORY } from "../../../event/index.ts";
import type { FlatRecord } from "../../../format/index.ts";
import { isImported } from "../../imported.ts";
import { attributeOf } from "../report-event.ts";
import { createRowList, type RowList } from "./row-list.ts";
import { createSettingChanges, type SettingChanges } from "./setting-changes.ts";
import type { Tally, TallyOptions } from "./tally.ts";

/** What a release changed, of all its records. */
export interface ReleaseTables {
  readonly changes: SettingChanges;
  /** Changes that an imported log claims; `changes` has none of them. */
  readonly claimed: number;
  readonly access: RowList;
  readonly states: RowList;
  readonly denied: RowList;
}

/** Actions that hold or bring back a state. */
const STATES = new Set([
  "checkpoint_save",
  "checkpoint_restore",
  "version_snapshot",
  "model_version",
  "model_deploy",
  "model_retire",
  "release",
  "release_approve",
  "release_reject",
  "release_reschedule",
  "release_rollback",
  "backup_create",
  "backup_restore",
]);

/** Begins with none. */
export function createReleaseTally(options: TallyOptions): Tally<ReleaseTables> {
  const changes = createSettingChanges(options);
  const [access, states, denied] = [
    createRowList(options),
    createRowList(options),
    createRowList(options),
  ];
  let claimed = 0;
  return {
    add(record) {
      if (isChange(record) && isImported(record)) claimed++;
      else if (isChange(record)) changes.add(record);
      if (attributeOf(record, ATTR_CATEGORY) === "access") access.add(record);
      if (STATES.has(record.action_type)) states.add(record);
      if (record.outcome === "denied") denied.add(record);
    },
    end: () => ({
      changes: changes.end(),
      claimed,
      access: access.end(),
      states: states.end(),
      denied: denied.end(),
    }),
  };
}

function isChange({ outcome, status, details }: FlatRecord): boolean {
  const isDone = (outcome ?? status) === "success";
  return isDone && (details["before"] !== undefined || details["after"] !== undefined);
}
