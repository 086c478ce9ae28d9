/** What models decided, what people decided, and who set what aside. */
import { sentenceOf } from "../../event/index.ts";
import { type FlatRecord, fromFlat } from "../../format/index.ts";
import type { Block, ReportEvent, Section, TableBlock } from "./document.ts";
import { dayBlocks, roleSection } from "./common-sections.ts";
import { valueText } from "./change-texts.ts";
import { OVERRIDDEN_BY, OWN_COLUMNS } from "./csv-columns.ts";
import { isImported } from "../imported.ts";
import type { ReportFrame, ReportMaterial } from "./material.ts";
import type { OwnSections } from "./release.ts";
import { reportEvent } from "./report-event.ts";
import { timeText } from "./times.ts";

const OVERRIDE = "decision_override";

/** Sections of decisions. */
export function decisionSections(frame: ReportFrame, material: ReportMaterial): OwnSections {
  const { zone } = frame;
  const records = material.records.filter((record) => !isImported(record));
  const imported = material.records.filter(isImported);
  const overrides = records.filter(({ action_type: action }) => action === OVERRIDE);
  const decisions = records.filter(({ action_type: action }) => action !== OVERRIDE);
  const known = new Set(decisions.flatMap(idsOfDecision));
  const eventOf = (record: FlatRecord): ReportEvent =>
    decisionEvent(record, overridesOf(record, overrides), zone);
  const human = decisions.filter((record) => isHuman(record));
  const automated = decisions.filter((record) => !isHuman(record));
  const [humanEvents, automatedEvents] = [human.map(eventOf), automated.map(eventOf)];
  const overrideEvents = overrides.map((record) => decisionEvent(record, [], zone));
  const orphans = overrides.filter((record) => !known.has(decisionIdOf(record)));
  const importedEvents = imported.map((record) => decisionEvent(record, [], zone));
  const events = [
    ...humanEvents,
    ...automatedEvents,
    ...overrideEvents,
    ...importedEvents,
  ].toSorted(byTimestamp);
  return {
    events,
    sections: [
      {
        id: "counts",
        heading: "How many",
        blocks: [
          countTable({ human, automated, overrides }),
          ...(orphans.length === 0 ? [] : [orphanText(orphans.length)]),
        ],
      },
      section("overrides", "Overrides, which are of high impact", overrideEvents, zone),
      section("automated", "Decided automatically", automatedEvents, zone),
      section("human", "Decided by a person, or with one", humanEvents, zone),
      ...(imported.length === 0
        ? []
        : [section("imported", "Imported, and in no count above", importedEvents, zone)]),
      roleSection(frame, material),
    ],
  };
}

/** Whether a person acted, or took part. */
function isHuman({ details, actor_type: type }: FlatRecord): boolean {
  return details["human_in_the_loop"] === true || type === "user";
}

function byTimestamp(left: ReportEvent, right: ReportEvent): number {
  if (left.timestamp === right.timestamp) return 0;
  return left.timestamp < right.timestamp ? -1 : 1;
}

function decisionIdOf({ details }: FlatRecord): string {
  const id = details["decision_id"];
  return typeof id === "string" || typeof id === "number" ? String(id) : "";
}

/** Its record id, and one of its own. */
function idsOfDecision(record: FlatRecord): readonly string[] {
  const { record_id: id, target_type: type, target_id: target } = record;
  const own = decisionIdOf(record);
  return [
    id,
    ...(own === "" ? [] : [own]),
    ...(type === "decision" && target !== undefined ? [target] : []),
  ];
}

function overridesOf(
  decision: FlatRecord,
  overrides: readonly FlatRecord[],
): readonly FlatRecord[] {
  const ids = new Set(idsOfDecision(decision));
  return overrides.filter((record) => ids.has(decisionIdOf(record)));
}

function decisionEvent(
  record: FlatRecord,
  overrides: readonly FlatRecord[],
  zone: string,
): ReportEvent {
  const { details } = record;
  const cells = OWN_COLUMNS.decisions.map((name): readonly [string, string] => {
    if (name === OVERRIDDEN_BY) return [name, overrides.map(({ record_id: id }) => id).join(" ")];
    const value = details[name];
    return [name, value === undefined ? "" : valueText(value)];
  });
  const related = {
    title: "Set aside by",
    events: overrides.map((one) => ({
      id: one.record_id,
      time: timeText(one.timestamp, zone),
      why: "override",
      what: sentenceOf(fromFlat(one)),
    })),
  };
  return reportEvent(record, zone, {
    related: overrides.length === 0 ? [] : [related],
    columns: Object.fromEntries(cells),
  });
}

interface Parts {
  readonly human: readonly FlatRecord[];
  readonly automated: readonly FlatRecord[];
  readonly overrides: readonly FlatRecord[];
}

function countTable({ human, automated, overrides }: Parts): TableBlock {
  const versionOf = ({ details }: FlatRecord): string => {
    const version = details["model_version"];
    return typeof version === "string" ? version : "(not said)";
  };
  const versions = new Set([...human, ...automated, ...overrides].map(versionOf));
  const countOf = (records: readonly FlatRecord[], version: string): string =>
    String(records.filter((record) => versionOf(record) === version).length);
  return {
    kind: "table",
    caption: "Decisions, by version of the model",
    columns: ["Model version", "Automatic", "With a person", "Overrides"],
    rows: [...versions].map((version) => [
      version,
      countOf(automated, version),
      countOf(human, version),
      countOf(overrides, version),
    ]),
  };
}

function orphanText(count: number): Block {
  return {
    kind: "text",
    text: `Overrides of decisions that are not in this document, because they were made earlier or stand elsewhere: ${count}.`,
  };
}

function section(
  id: string,
  heading: string,
  events: readonly ReportEvent[],
  zone: string,
): Section {
  return {
    id,
    heading,
    blocks: events.length === 0 ? [{ kind: "text", text: "None." }] : dayBlocks(events, zone),
  };
}
