/** What changed before a release, by whom, and what holds it together. */
import { counted, verbFor } from "../../lib/counted.ts";
import type { Block, Cell, ReportEvent, Section, TableBlock } from "./document.ts";
import { roleSection } from "./roles-section.ts";
import { eventSections } from "./listed-events.ts";
import type { ReportFrame, ReportMaterial } from "./material.ts";
import { actionText, reasonOf, reportEvent, targetText } from "./report-event.ts";
import type { RowList } from "./tables/row-list.ts";
import type { SettingChange, SettingChanges } from "./tables/setting-changes.ts";
import { timeText } from "./times.ts";

/** What a kind of document has of its own. */
export interface OwnSections {
  readonly sections: readonly Section[];
  readonly events: readonly ReportEvent[];
}

/** Sections of a release. */
export function releaseSections(frame: ReportFrame, material: ReportMaterial): OwnSections {
  const { records, counts, tables } = material;
  const { zone } = frame;
  const events = records.map((record) => reportEvent(record, zone));
  const { changes, claimed, access, states, denied } = tables.release;
  const [high, days] = eventSections({ events, counts }, zone, {
    high: "High-impact events",
    rest: "Everything else, by day",
  });
  return {
    events,
    sections: [
      ...(high === undefined ? [] : [high]),
      {
        id: "changes",
        heading: "Changes, by person and setting",
        blocks: changeBlocks(changes, claimed),
      },
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
  { records, total }: RowList,
  zone: string,
  caption: string,
): readonly TableBlock[] {
  if (total === 0) return [];
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
  const isAll = records.length === total;
  const said = isAll ? caption : `${caption}: the latest ${records.length} of ${total}`;
  return [{ kind: "table", caption: said, columns, rows }];
}

function changeBlocks({ settings, others }: SettingChanges, claimed: number): readonly Block[] {
  const note = `Not among them: ${counted(claimed, "change")} that an imported log claims.`;
  const notes: readonly Block[] = claimed === 0 ? [] : [{ kind: "text", text: note }];
  if (settings.length === 0) return [{ kind: "text", text: "None." }, ...notes];
  const people = Map.groupBy(settings, ({ actor }) => actor);
  const groups = [...people].map(([actor, own]): Block => {
    return { kind: "group", heading: actor, blocks: [settingTable(actor, own)] };
  });
  if (others === 0) return [...notes, ...groups];
  const text = `There are more settings than a table holds: ${counted(others, "change")} of others ${verbFor(others, "is")} not in these tables.`;
  return [...notes, { kind: "text", text }, ...groups];
}

function settingTable(actor: string, settings: readonly SettingChange[]): TableBlock {
  return {
    kind: "table",
    caption: `Settings that ${actor} changed: the first value and the last`,
    columns: ["Setting", "On", "From", "To", "Times", "Records"],
    rows: settings.map(({ field, on, from, to, times, records }) => [
      field,
      on,
      from,
      to,
      String(times),
      { records },
    ]),
  };
}
