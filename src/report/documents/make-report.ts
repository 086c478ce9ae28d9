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
import type { ReportFrame, ReportMaterial } from "./material.ts";
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

/** The document; under other names where the material has them. */
export function makeReport(
  given: Omit<ReportFrame, "isPseudonymous">,
  material: ReportMaterial,
): ReportDocument {
  const frame = framed(given, material);
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

/** Only one renaming knows which names it has given: the one that renamed the records. */
function framed(
  frame: Omit<ReportFrame, "isPseudonymous">,
  { names }: ReportMaterial,
): ReportFrame {
  if (names === undefined) return { ...frame, isPseudonymous: false };
  const { title, terms } = frame;
  return {
    ...frame,
    title: title === undefined ? undefined : names.text(title),
    terms: terms.map(names.term),
    isPseudonymous: true,
  };
}
