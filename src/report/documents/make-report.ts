/**
 * Makes a document of what was read.
 *
 * In: records and what is known of them. Out: a document as data, for every form it is written in.
 */
import { integritySections, frameFacts } from "./common-sections.ts";
import type { FlatRecord } from "../../format/index.ts";
import { decisionEvent, decisionSections } from "./decisions.ts";
import type { ReportDocument, ReportEvent, ReportKind } from "./document.ts";
import { exclusionEvent, exclusionSections } from "./exclusions.ts";
import { incidentEvent, incidentSections } from "./incident.ts";
import { marksOf } from "./marks.ts";
import { reportEvent } from "./report-event.ts";
import type { LeadUp, ReportFrame, ReportMaterial } from "./material.ts";
import { renamingOf } from "./names/renaming-of.ts";
import { type OwnSections, releaseSections } from "./release.ts";

const NAMES: Readonly<Record<ReportKind, string>> = {
  release: "Release report",
  incident: "Incident report",
  exclusions: "Report on excluded samples",
  decisions: "Report on decisions",
};

const SECTIONS: Readonly<
  Record<ReportKind, (frame: ReportFrame, material: ReportMaterial) => OwnSections>
> = {
  release: releaseSections,
  incident: incidentSections,
  exclusions: exclusionSections,
  decisions: decisionSections,
};

/** The document; under other names where the frame asks for that. */
export function makeReport(given: ReportFrame, read: ReportMaterial): ReportDocument {
  const { frame, material } = given.isPseudonymous
    ? renamed(given, read)
    : { frame: given, material: read };
  const own = SECTIONS[frame.kind](frame, material);
  return {
    kind: frame.kind,
    name: NAMES[frame.kind],
    title: frame.title ?? NAMES[frame.kind],
    facts: frameFacts(frame, material),
    sections: [...own.sections, ...integritySections(frame, material)],
    events: own.events,
    rows: () => rowsOf(frame, material),
    markOf: marksOf(frame.verification),
    isVerified: frame.verification !== undefined,
  };
}

/** A record as it stands in a document of a kind. */
const EVENT_OF: Readonly<
  Record<ReportKind, (record: FlatRecord, material: ReportMaterial, zone: string) => ReportEvent>
> = {
  release: (record, _, zone) => reportEvent(record, zone),
  incident: incidentEvent,
  exclusions: (record, _, zone) => exclusionEvent(record, zone),
  decisions: (record, { tables }, zone) => decisionEvent(record, tables.decisions, zone),
};

async function* rowsOf(
  { kind, zone }: ReportFrame,
  material: ReportMaterial,
): AsyncGenerator<ReportEvent> {
  for await (const record of material.every()) yield EVENT_OF[kind](record, material, zone);
}

function renamed(
  frame: ReportFrame,
  material: ReportMaterial,
): { readonly frame: ReportFrame; readonly material: ReportMaterial } {
  const names = renamingOf(material);
  const leadUps = [...material.leadUps].map(([id, ups]): readonly [string, readonly LeadUp[]] => [
    id,
    ups.map(({ why, record }) => ({ why, record: names.record(record) })),
  ]);
  return {
    frame: {
      ...frame,
      title: frame.title === undefined ? undefined : names.text(frame.title),
      terms: frame.terms.map(names.text),
    },
    material: {
      ...material,
      records: material.records.map(names.record),
      gaps: material.gaps.map(names.record),
      leadUps: new Map(leadUps),
    },
  };
}
