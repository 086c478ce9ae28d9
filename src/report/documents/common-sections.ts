/** Sections that documents of every kind have. */
import { counted, verbFor } from "../../lib/counted.ts";
import type { Finding, VerificationReport } from "../../verify/index.ts";
import type { Block, Cell, Fact, Section } from "./document.ts";
import { findingText } from "./marks.ts";
import type { ReportFrame, ReportMaterial } from "./material.ts";
import { missingFact, missingSection } from "./missing-section.ts";
import { minuteText } from "./times.ts";

/** More findings are counted. */
const MAX_LISTED = 20;

/** What other names cover, and what they do not: whoever gets the document has to know it. */
export const PSEUDONYMS =
  "People, services, sessions, hosts, addresses and clients that a field names, and e-mail and IP addresses anywhere, stand under other names, the same throughout this document, also where their ids stand in texts; an id of up to three digits only in a field that names somebody. Nothing else is changed: first names, nicknames and other words in reasons, errors and details that no field names are as they were recorded, and may still say who it was.";

/** What is said above everything. */
export function frameFacts(frame: ReportFrame, material: ReportMaterial): readonly Fact[] {
  const { counts } = material;
  const { outcomes, records, events, highImpact, imported } = counts;
  const ends = ["failure", "denied", "unknown"].flatMap((name) => {
    const count = outcomes[name] ?? 0;
    return count === 0 ? [] : [`${count} ${name}`];
  });
  return [
    ["Period", periodText(frame, material)],
    ...(frame.terms.length === 0 ? [] : [["Only", frame.terms.join(" ")] as const]),
    ["Read from", frame.isPseudonymous ? sourceCount(frame) : frame.readFrom.join(", ")],
    [
      "Records",
      records === events
        ? String(records)
        : `${records}, which ${verbFor(records, "stands")} for ${counted(events, "event")}`,
    ],
    ...listedFact(material),
    ...(imported === 0
      ? []
      : [
          [
            "Of which imported",
            `${imported}, from a log that anybody could have written; they are marked, and stand at the time of the import`,
          ] as const,
        ]),
    ...(material.accessLeftOut === 0
      ? []
      : [
          [
            "Left out",
            `${counted(material.accessLeftOut, "record")} of who looked at the trail: the term action:audit_access asks for those`,
          ] as const,
        ]),
    ["Of high impact", String(highImpact)],
    ["Without success", ends.length === 0 ? "none" : ends.join(", ")],
    missingFact(frame, material),
    ["Verification", frame.verification?.headline ?? "not done: nobody asked for it"],
    ["Made", minuteText(frame.madeAt, frame.zone)],
    ...(frame.isPseudonymous ? [["Names", PSEUDONYMS] as const] : []),
  ];
}

/** Where not all of them are listed. */
function listedFact({ records, counts }: ReportMaterial): readonly Fact[] {
  if (records.length >= counts.records) return [];
  const said = `${records.length} of ${counts.records} records: there are more than a document holds, so it lists the latest of high impact and the latest of the others; counts and tables are of all`;
  return [["Listed", said]];
}

function sourceCount({ readFrom }: ReportFrame): string {
  return readFrom.length === 1 ? "one place" : `${readFrom.length} places`;
}

function periodText({ from, until, zone }: ReportFrame, { counts }: ReportMaterial): string {
  const { first, last } = counts;
  if (from === undefined && until === undefined)
    return first === undefined || last === undefined
      ? "everything"
      : `everything: ${minuteText(first, zone)} to ${minuteText(last, zone)}`;
  const start = from === undefined ? "the first record" : minuteText(from, zone);
  const end =
    until === undefined ? "to the last record" : `until ${minuteText(until, zone)} (not included)`;
  return `${start} ${end}`;
}

/** Whether the records are what was signed, and all of them. */
export function integritySections(
  frame: ReportFrame,
  material: ReportMaterial,
): readonly Section[] {
  return [
    { id: "verification", heading: "Verification", blocks: verificationBlocks(frame) },
    missingSection(frame, material),
  ];
}

function text(words: string): Block {
  return { kind: "text", text: words };
}

function verificationBlocks({ verification, isPseudonymous }: ReportFrame): readonly Block[] {
  if (verification === undefined)
    return [
      text(
        "The trail was not verified for this document: whether its records are what was once recorded is not known.",
      ),
    ];
  const { headline, findings, unlisted } = verification;
  const bad = findings.filter(({ severity }) => severity !== "note");
  const counts = severityCounts(verification);
  return [
    text(headline),
    ...(counts.length === 0 ? [] : [{ kind: "facts", facts: counts } as const]),
    ...(bad.length === 0
      ? []
      : [
          {
            kind: "table",
            caption: `Findings${bad.length + unlisted > MAX_LISTED ? `, the first ${MAX_LISTED}` : ""}`,
            columns: ["Severity", "Finding", "Record"],
            rows: bad.slice(0, MAX_LISTED).map((finding) => findingRow(finding, isPseudonymous)),
          } as const,
        ]),
  ];
}

/** Names of files, and what stands in them, may be somebody's. */
function findingRow(finding: Finding, isPseudonymous: boolean): readonly Cell[] {
  const { severity, message, record } = finding;
  const said = isPseudonymous ? findingText(finding) : message;
  return [severity, said, record === undefined ? "" : { records: [record] }];
}

function severityCounts({ findings, unlistedFindings }: VerificationReport): readonly Fact[] {
  const counts = new Map<string, number>();
  const all = [...findings.map(({ severity }) => ({ severity, count: 1 })), ...unlistedFindings];
  for (const { severity, count } of all) counts.set(severity, (counts.get(severity) ?? 0) + count);
  return [...counts].map(([severity, count]) => [`Findings: ${severity}`, String(count)]);
}
