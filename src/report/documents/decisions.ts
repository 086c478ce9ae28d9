/** What models decided, what people decided, and who set what aside. */
import type { FlatRecord } from "../../format/index.ts";
import type { Block, ReportEvent, Section, TableBlock } from "./document.ts";
import { roleSection } from "./roles-section.ts";
import { dayBlocks, listedBlocks } from "./listed-events.ts";
import { valueText } from "./change-texts.ts";
import { OVERRIDDEN_BY, OWN_COLUMNS } from "./forms/csv-columns.ts";
import { type DecisionTables, type Override, partOf } from "./tables/decision-tables.ts";
import type { ReportFrame, ReportMaterial } from "./material.ts";
import type { OwnSections } from "./release.ts";
import { reportEvent } from "./report-event.ts";
import { timeText } from "./times.ts";

/** Sections of decisions. */
export function decisionSections(frame: ReportFrame, material: ReportMaterial): OwnSections {
  const { zone } = frame;
  const tables = material.tables.decisions;
  const events = material.records.map((record) => ({
    part: partOf(record),
    event: decisionEvent(record, tables, zone),
  }));
  const section = (id: keyof typeof HEADINGS): Section => {
    const own = events.filter(({ part }) => part === id).map(({ event }) => event);
    const blocks = listedBlocks(own.length, tables[id], () => dayBlocks(own, zone));
    return { id, heading: HEADINGS[id], blocks };
  };
  return {
    events: events.map(({ event }) => event),
    sections: [
      { id: "counts", heading: "How many", blocks: [countTable(tables), ...notes(tables)] },
      section("overrides"),
      section("automated"),
      section("human"),
      ...(tables.imported === 0 ? [] : [section("imported")]),
      roleSection(frame, material),
    ],
  };
}

const HEADINGS = {
  overrides: "Overrides, which are of high impact",
  automated: "Decided automatically",
  human: "Decided by a person, or with one",
  imported: "Imported, and in no count above",
} as const;

/** A record with what it says of a decision, and what set that aside. */
export function decisionEvent(
  record: FlatRecord,
  { overridesOf }: DecisionTables,
  zone: string,
): ReportEvent {
  const isDecision = ["automated", "human"].includes(partOf(record));
  const overrides = isDecision ? overridesOf(record) : [];
  const { details } = record;
  const cells = OWN_COLUMNS.decisions.map((name): readonly [string, string] => {
    if (name === OVERRIDDEN_BY) return [name, overrides.map(({ id }) => id).join(" ")];
    const value = details[name];
    return [name, value === undefined ? "" : valueText(value)];
  });
  return reportEvent(record, zone, {
    related: overrides.length === 0 ? [] : [setAside(overrides, zone)],
    columns: Object.fromEntries(cells),
  });
}

function setAside(overrides: readonly Override[], zone: string): ReportEvent["related"][number] {
  return {
    title: "Set aside by",
    events: overrides.map(({ id, timestamp, what }) => ({
      id,
      time: timeText(timestamp, zone),
      why: "override",
      what,
    })),
  };
}

function countTable({ versions }: DecisionTables): TableBlock {
  return {
    kind: "table",
    caption: "Decisions, by version of the model",
    columns: ["Model version", "Automatic", "With a person", "Overrides"],
    rows: versions.map(([version, { automated, human, overrides }]) => [
      version,
      ...[automated, human, overrides].map(String),
    ]),
  };
}

function notes({ orphans, unmatched }: DecisionTables): readonly Block[] {
  const texts = [
    ...(orphans === 0
      ? []
      : [
          `Overrides of decisions that are not in this document, because they were made earlier or stand elsewhere: ${orphans}.`,
        ]),
    ...(unmatched === 0
      ? []
      : [`There are too many overrides: ${unmatched} are counted, and stand beside no decision.`]),
  ];
  return texts.map((text) => ({ kind: "text", text }));
}
