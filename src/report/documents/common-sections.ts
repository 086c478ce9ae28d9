/** Sections that documents of every kind have. */
import { counted } from "../../lib/counted.ts";
import type { Finding, VerificationReport } from "../../verify/index.ts";
import { gapText } from "../gap-totals.ts";
import type { Block, Cell, Fact, Section } from "./document.ts";
import { listedBlocks } from "./listed-events.ts";
import { findingText } from "./marks.ts";
import type { ReportFrame, ReportMaterial } from "./material.ts";
import { reportEvent } from "./report-event.ts";
import { minuteText } from "./times.ts";

/** More findings, or places, are counted. */
const MAX_LISTED = 20;

const NOTHING_READ = "everything: nothing was read, because there is no file that holds records";
/** What other names cover, and what they do not: whoever gets the document has to know it. */
export const PSEUDONYMS =
  "People, services, sessions, hosts, addresses and clients that a field names, and e-mail and IP addresses anywhere, stand under other names, the same throughout this document, also where their ids stand in texts; an id of up to three digits only in a field that names somebody. Nothing else is changed: first names, nicknames and other words in reasons, errors and details that no field names are as they were recorded, and may still say who it was.";

/** What is said above everything. */
export function frameFacts(frame: ReportFrame, material: ReportMaterial): readonly Fact[] {
  const { counts, gapTotals, problemCount } = material;
  const { outcomes, records, events, highImpact, imported } = counts;
  const ends = ["failure", "denied", "unknown"].flatMap((name) => {
    const count = outcomes[name] ?? 0;
    return count === 0 ? [] : [`${count} ${name}`];
  });
  const gapsSaid = gapText(gapTotals);
  const missing = [
    ...(material.sourceCount === 0 ? [NOTHING_READ] : []),
    ...(gapsSaid === undefined ? [] : [gapsSaid]),
    ...(problemCount === 0 ? [] : [`${counted(problemCount, "place")} that cannot be read`]),
    ...(frame.verification === undefined || frame.verification.records.missing === 0
      ? []
      : [`${counted(frame.verification.records.missing, "signed record")} not here`]),
  ];
  return [
    ["Period", periodText(frame, material)],
    ...(frame.terms.length === 0 ? [] : [["Only", frame.terms.join(" ")] as const]),
    ["Read from", frame.isPseudonymous ? sourceCount(frame) : frame.readFrom.join(", ")],
    [
      "Records",
      records === events ? String(records) : `${records}, which stand for ${events} events`,
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
    ["Missing", missing.length === 0 ? "nothing that is known of" : missing.join(", ")],
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
  const { gaps, gapTotals, problems, problemCount, records, counts, sourceCount: read } = material;
  const unlisted = counts.records - records.length;
  const missing: Block[] = [
    ...(unlisted > 0
      ? [
          text(
            `Counted in this document and not listed: ${unlisted} of ${counts.records} records. There are more than it can hold: the latest of those of high impact and of the others are here, and -o csv has all of them.`,
          ),
        ]
      : []),
    ...(gaps.length === 0
      ? [
          text(
            read === 0
              ? "Nothing was read: there is no file that holds records. What this document says of nothing is no answer."
              : "No record of this period says that others were lost.",
          ),
        ]
      : [
          text(`${gapText(gapTotals) ?? ""}.`),
          ...listedBlocks(gaps.length, Math.max(gaps.length, gapTotals.records), () => [
            { kind: "events", events: gaps.map((gap) => reportEvent(gap, frame.zone)) },
          ]),
        ]),
    ...(problemCount === 0 ? [] : [placesBlock(frame, problems, problemCount)]),
  ];
  return [
    { id: "verification", heading: "Verification", blocks: verificationBlocks(frame) },
    { id: "missing", heading: "What is missing", blocks: missing },
  ];
}

function text(words: string): Block {
  return { kind: "text", text: words };
}

function placesBlock(
  { isPseudonymous }: ReportFrame,
  problems: ReportMaterial["problems"],
  count: number,
): Block {
  const said = `${counted(count, "place")} of the files without a record that can be read.`;
  // Names of files, and what stands in them, may be somebody's.
  if (isPseudonymous) return text(said);
  const rows = problems
    .slice(0, MAX_LISTED)
    .map(({ file, line, message }) => [`${file}:${line}`, message]);
  const more = count - rows.length;
  return {
    kind: "table",
    caption: more > 0 ? `${said} The first ${rows.length}:` : said,
    columns: ["Place", "What is wrong"],
    rows,
  };
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

/** What roles did that they may not do, without a name. */
export function roleSection(frame: ReportFrame, { anomalies, records }: ReportMaterial): Section {
  const said =
    "Counted by role and action, apart from people: the question is what the roles allow, and what is asked of those who have them.";
  const source = frame.hasPolicy
    ? "Held against what the records say of themselves, and against the roles of the policy that was given."
    : "As the records say of themselves. Roles that the audit policy does not know are not judged.";
  if (anomalies.length === 0)
    return {
      id: "roles",
      heading: "Roles",
      blocks: [text(`No role did what the policy does not let it do. ${source}`)],
    };
  const isListed = records.length > 0;
  return {
    id: "roles",
    heading: "Roles",
    blocks: [
      text(`${said} ${source}`),
      {
        kind: "table",
        caption: "What roles did, or tried to do, that the policy does not let them do",
        columns: ["Role", "Action", "Outcome", "Events"],
        rows: anomalies.map(({ role, action, outcome, events }) => [
          role === "" ? "(none)" : role,
          action,
          outcome,
          String(events),
        ]),
      },
      ...(isListed
        ? [
            text(
              `To look at them: otel-audit query permitted:false, or a role and an action as in role:${anomalies[0]?.role || "…"} action:${anomalies[0]?.action ?? "…"}`,
            ),
          ]
        : []),
    ],
  };
}
