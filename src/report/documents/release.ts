/** What changed before a release, by whom, and what holds it together. */
import { ATTR_CATEGORY } from "../../event/index.ts";
import type { FlatRecord } from "../../format/index.ts";
import type { Block, Cell, ReportEvent, Section, TableBlock } from "./document.ts";
import { eventSections, roleSection } from "./common-sections.ts";
import { fieldChangesOf } from "../field-changes.ts";
import { isImported } from "../imported.ts";
import type { Side } from "../side.ts";
import { sideTexts } from "./change-texts.ts";
import type { ReportFrame, ReportMaterial } from "./material.ts";
import { actionText, attributeOf, reasonOf, reportEvent, targetText } from "./report-event.ts";
import { timeText } from "./times.ts";

/** What a kind of document has of its own. */
export interface OwnSections {
  readonly sections: readonly Section[];
  readonly events: readonly ReportEvent[];
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
const SHOWN_RECORDS = 5;

/** Sections of a release. */
export function releaseSections(frame: ReportFrame, material: ReportMaterial): OwnSections {
  const { records } = material;
  const { zone } = frame;
  const events = records.map((record) => reportEvent(record, zone));
  const denied = records.filter(({ outcome }) => outcome === "denied");
  const access = records.filter((record) => attributeOf(record, ATTR_CATEGORY) === "access");
  const states = records.filter(({ action_type: action }) => STATES.has(action));
  const [high, days] = eventSections(events, zone, {
    high: "High-impact events",
    rest: "Everything else, by day",
  });
  return {
    events,
    sections: [
      ...(high === undefined ? [] : [high]),
      { id: "changes", heading: "Changes, by person and setting", blocks: changeBlocks(records) },
      section("permissions", "Permissions, roles and users", [
        ...rowsBlock(access, zone, "Changes of access"),
      ]),
      section("states", "Checkpoints, snapshots and releases", [
        ...rowsBlock(states, zone, "States that were saved, restored or given out"),
      ]),
      section("denied", "Denied attempts", [...rowsBlock(denied, zone, "What was not permitted")]),
      roleSection(frame, material),
      ...(days === undefined ? [] : [days]),
    ],
  };
}

function section(id: string, heading: string, blocks: readonly Block[]): Section {
  return { id, heading, blocks: blocks.length === 0 ? [{ kind: "text", text: "None." }] : blocks };
}

/** A short row for each record, which leads to it. */
export function rowsBlock(
  records: readonly FlatRecord[],
  zone: string,
  caption: string,
): readonly TableBlock[] {
  if (records.length === 0) return [];
  const rows = records.map((record): readonly Cell[] => [
    timeText(record.timestamp, zone),
    actionText(record),
    record.actor_id ?? "",
    targetText(record) ?? "",
    record.outcome ?? record.status,
    reasonOf(record) ?? "",
    { records: [record.record_id] },
  ]);
  const columns = ["When", "Action", "Who", "On", "Outcome", "Reason", "Record"];
  return [{ kind: "table", caption, columns, rows }];
}

interface SettingChanges {
  readonly field: string;
  readonly on: string;
  readonly from: string;
  to: string;
  readonly records: string[];
}

function changeBlocks(records: readonly FlatRecord[]): readonly Block[] {
  const saying = records.filter(
    ({ outcome, status, details }) =>
      (outcome ?? status) === "success" &&
      (details["before"] !== undefined || details["after"] !== undefined),
  );
  const changed = saying.filter((record) => !isImported(record));
  const claimed = saying.length - changed.length;
  const note = `Not among them: ${claimed} changes that an imported log claims.`;
  const notes: readonly Block[] = claimed === 0 ? [] : [{ kind: "text", text: note }];
  if (changed.length === 0) return [{ kind: "text", text: "None." }, ...notes];
  const people = Map.groupBy(changed, ({ actor_id: actor = "(nobody named)" }) => actor);
  const groups = [...people].map(([heading, own]) => ({
    kind: "group" as const,
    heading,
    blocks: [settingTable(heading, own)],
  }));
  return [...notes, ...groups];
}

function settingTable(actor: string, records: readonly FlatRecord[]): TableBlock {
  const settings = new Map<string, SettingChanges>();
  for (const record of records) {
    const on = targetText(record) ?? "";
    for (const change of fieldChangesOf(record)) {
      const { field } = change;
      const { before, after } = sideTexts(change);
      const to = after ?? lackText(change.to, "(gone)");
      const key = `${on}\0${field}`;
      const known = settings.get(key);
      if (known === undefined) {
        const from = before ?? lackText(change.from, "(not there)");
        settings.set(key, { field, on, from, to, records: [record.record_id] });
      } else {
        known.to = to;
        known.records.push(record.record_id);
      }
    }
  }
  return {
    kind: "table",
    caption: `Settings that ${actor} changed: the first value and the last`,
    columns: ["Setting", "On", "From", "To", "Times", "Records"],
    rows: [...settings.values()].map(({ field, on, from, to, records: ids }) => [
      field,
      on,
      from,
      to,
      String(ids.length),
      { records: ids.length > SHOWN_RECORDS ? ids.slice(-SHOWN_RECORDS) : ids },
    ]),
  };
}

/** What a cell says of a side that shows nothing. */
function lackText({ kind }: Side, absent: string): string {
  return kind === "absent" ? absent : "(not known)";
}
