/** Samples that were taken out of the data, and put back: how many, by whom, why. */
import type { FlatRecord } from "../../format/index.ts";
import { counted, verbFor } from "../../lib/counted.ts";
import type { Block, ReportEvent, Section, TableBlock } from "./document.ts";
import { roleSection } from "./roles-section.ts";
import { eventSections } from "./listed-events.ts";
import { type ExclusionTables, idsOf, originsOf, sampleCount } from "./tables/exclusion-tables.ts";
import type { ReportFrame, ReportMaterial } from "./material.ts";
import { type OwnSections, rowsBlock } from "./release.ts";
import { reportEvent } from "./report-event.ts";

/** Sections of exclusions. */
export function exclusionSections(frame: ReportFrame, material: ReportMaterial): OwnSections {
  const { zone } = frame;
  const { records, counts } = material;
  const tables = material.tables.exclusions;
  const events = records.map((record) => exclusionEvent(record, zone));
  return {
    events,
    sections: [
      { id: "counts", heading: "How many, by whom, why", blocks: countBlocks(tables) },
      openSection(tables),
      {
        id: "no-reason",
        heading: "Without a reason",
        blocks:
          tables.unreasoned.total === 0
            ? [{ kind: "text", text: "Every one of them has a reason." }]
            : rowsBlock(tables.unreasoned, zone, "Nobody said why"),
      },
      ...eventSections({ events, counts }, zone, {
        high: "Samples that were discarded, and other events of high impact",
        rest: "The rest, by day",
      }),
      roleSection(frame, material),
    ],
  };
}

/** A record with what it says of samples. */
export function exclusionEvent(record: FlatRecord, zone: string): ReportEvent {
  const columns = {
    samples: String(sampleCount(record)),
    sample_ids: idsOf(record).join(" "),
    origins: originsOf(record).join(" "),
  };
  return reportEvent(record, zone, { columns });
}

function countBlocks(tables: ExclusionTables): readonly Block[] {
  const { failed, reasons, actors, origins, imported } = tables;
  const text = `Counted are those that were done${failed === 0 ? "" : `; ${counted(failed, "other")} did not succeed and ${verbFor(failed, "is")} none of these counts`}. Samples are counted as the records say; a sample that was discarded twice counts twice.`;
  return [
    { kind: "text", text },
    countTable("By reason", "Reason", reasons),
    countTable("By actor", "Actor", actors),
    countTable("By origin", "Origin", origins),
    ...importedBlocks(imported),
  ];
}

/** What a log claims that was imported, apart from what was recorded here. */
function importedBlocks({ records, files }: ExclusionTables["imported"]): readonly Block[] {
  if (records === 0) return [];
  const text = `Not counted above: ${records} of the records ${verbFor(records, "is")} imported. What their log claims was done, whether or not it is true:`;
  return [{ kind: "text", text }, countTable("Imported, by file", "File", files)];
}

function countTable(caption: string, column: string, rows: ExclusionTables["reasons"]): TableBlock {
  return {
    kind: "table",
    caption,
    columns: [column, "Discards", "Samples discarded", "Restores", "Samples restored"],
    rows: rows.map(([name, { discards, discarded, restores, restored }]) => [
      name,
      ...[discards, discarded, restores, restored].map(String),
    ]),
  };
}

/** Samples that were discarded in the period and not restored behind that. */
function openSection({ open, openCount, unnamed, unfollowed }: ExclusionTables): Section {
  const notes = [
    `Samples that are named, were discarded in this period and not restored in it: ${openCount}.`,
    ...(unnamed === 0
      ? []
      : [
          `Discarded by events that do not name them all: ${unnamed} more; whether those are back is not known.`,
        ]),
    ...(unfollowed === 0
      ? []
      : [
          `There are too many samples to follow all of them: events name others ${counted(unfollowed, "time")}; whether those are out is not known.`,
        ]),
  ];
  const rows = open.map(({ id, reason, actor, record }) => [
    id,
    reason,
    actor,
    { records: [record] },
  ]);
  return {
    id: "still-out",
    heading: "Left out at the end of the period",
    blocks: [
      { kind: "text", text: notes.join(" ") },
      ...(rows.length === 0
        ? []
        : [
            {
              kind: "table",
              caption: openCount > rows.length ? `The first ${rows.length}` : "Samples",
              columns: ["Sample", "Reason", "Who", "Record"],
              rows,
            } as const,
          ]),
    ],
  };
}
