/** What went wrong, and what came before it. */
import type { RelatedEvents, ReportEvent } from "./document.ts";
import { sentenceOf } from "../../event/index.ts";
import { type FlatRecord, fromFlat } from "../../format/index.ts";
import { roleSection } from "./roles-section.ts";
import { eventSections } from "./listed-events.ts";
import { LEAD_UP_EVENTS, LEAD_UP_HOURS, MAX_LED_UP } from "./lead-up.ts";
import type { LeadUp, ReportFrame, ReportMaterial } from "./material.ts";
import type { OwnSections } from "./release.ts";
import { reportEvent } from "./report-event.ts";
import { timeText } from "./times.ts";

/** Sections of an incident. */
export function incidentSections(frame: ReportFrame, material: ReportMaterial): OwnSections {
  const { zone } = frame;
  const { counts } = material;
  const events = material.records.map((record) => incidentEvent(record, material, zone));
  const note = `With each stand the last ${LEAD_UP_EVENTS} events of the ${LEAD_UP_HOURS} hours before it that have its call, trace, target or actor: a sequence, not a verdict.`;
  const more =
    counts.records > MAX_LED_UP ? ` That was looked up for the last ${MAX_LED_UP} of them.` : "";
  return {
    events,
    sections: [
      { id: "about", heading: "How to read it", blocks: [{ kind: "text", text: note + more }] },
      ...eventSections({ events, counts }, zone, {
        high: "Failures and denials of high impact",
        rest: "Other failures and denials, by day",
      }),
      roleSection(frame, material),
    ],
  };
}

/** A record with what came before it. */
export function incidentEvent(
  record: FlatRecord,
  { leadUps }: Pick<ReportMaterial, "leadUps">,
  zone: string,
): ReportEvent {
  const own = leadUps.get(record.record_id);
  return reportEvent(record, zone, {
    related: own === undefined ? [] : [beforeIt(own, zone)],
    columns: {
      led_to_by: own?.map((one) => one.record.record_id).join(" ") ?? "not looked up",
    },
  });
}

function beforeIt(leadUps: readonly LeadUp[], zone: string): RelatedEvents {
  return {
    title: leadUps.length === 0 ? "Nothing came before it" : "What came before it",
    events: leadUps.map(({ why, record }) => ({
      id: record.record_id,
      time: timeText(record.timestamp, zone),
      why,
      what: sentenceOf(fromFlat(record)),
    })),
  };
}
