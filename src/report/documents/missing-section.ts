/** What is missing: as the verification found it, as records say it, and where nobody can tell. */
import { counted, verbFor } from "../../lib/counted.ts";
import { type GapReport, gapsOf, type MissingRecords } from "../../verify/index.ts";
import { gapText } from "../gap-totals.ts";
import type { Block, Cell, Fact, Section } from "./document.ts";
import { listedBlocks } from "./listed-events.ts";
import type { ReportFrame, ReportMaterial } from "./material.ts";
import { reportEvent } from "./report-event.ts";

/** More rows of anything are counted. */
const MAX_LISTED = 20;

const NOTHING_READ = "everything: nothing was read, because there is no file that holds records";

/** What is missing, in one line. */
export function missingFact(frame: ReportFrame, material: ReportMaterial): Fact {
  const { sourceCount, gapTotals, problemCount } = material;
  const gaps = gapsIn(frame);
  const said = gapText(gapTotals);
  const signed = signedMissing(frame);
  const calls = gaps?.counts.calls ?? 0;
  const known = [
    ...(sourceCount === 0 ? [NOTHING_READ] : []),
    ...(said === undefined ? [] : [said]),
    ...(problemCount === 0 ? [] : [`${counted(problemCount, "place")} that cannot be read`]),
    ...(signed === 0 ? [] : [`${counted(signed, "signed record")} not here`]),
    ...(calls === 0 ? [] : [`${counted(calls, "call")} without a record`]),
  ];
  return ["Missing", missingText(known, { frame, material, untold: gaps?.untold })];
}

interface Missing {
  readonly frame: ReportFrame;
  readonly material: ReportMaterial;
  readonly untold: string | undefined;
}

function missingText(known: readonly string[], { frame, material, untold }: Missing): string {
  const isTold = untold === undefined || material.sourceCount === 0;
  if (known.length > 0)
    return [...known, ...(isTold ? [] : [`whether more is cannot be told: ${untold}`])].join(", ");
  if (!isTold) return `cannot be told: ${untold}`;
  return frame.verification === undefined
    ? "nothing that the records say; the trail was not verified"
    : "nothing that is known of";
}

/** All of it. */
export function missingSection(frame: ReportFrame, material: ReportMaterial): Section {
  const gaps = gapsIn(frame);
  const { problems, problemCount, records, counts, sourceCount } = material;
  const unlisted = counts.records - records.length;
  const blocks: Block[] = [
    ...(unlisted > 0
      ? [
          text(
            `Counted in this document and not listed: ${unlisted} of ${counts.records} records. There are more than it can hold: the latest of those of high impact and of the others are here, and -o csv has all of them.`,
          ),
        ]
      : []),
    ...(gaps === undefined ? [] : signedBlocks(frame, gaps)),
    ...(sourceCount === 0
      ? [
          text(
            "Nothing was read: there is no file that holds records. What this document says of nothing is no answer.",
          ),
        ]
      : saidBlocks(frame, material)),
    ...(problemCount === 0 ? [] : [placesBlock(frame, problems, problemCount)]),
    ...(sourceCount === 0 ? [] : untoldBlocks(frame, gaps)),
  ];
  return { id: "missing", heading: "What is missing", blocks };
}

function gapsIn({ verification, from, until }: ReportFrame): GapReport | undefined {
  if (verification === undefined) return undefined;
  return gapsOf(verification, { isWindowed: from !== undefined || until !== undefined });
}

/** Exact, however many findings are listed. */
function signedMissing({ verification }: ReportFrame): number {
  if (verification === undefined) return 0;
  return verification.records.missing + verification.anchored.missing;
}

/** What was signed, anchored or counted, and is not here. */
function signedBlocks(frame: ReportFrame, gaps: GapReport): readonly Block[] {
  const missing = signedMissing(frame);
  const { calls } = gaps.counts;
  const purged = gaps.purged.reduce((sum, { count }) => sum + count, 0);
  return [
    ...(missing === 0 ? [] : [missingTable(gaps.missing, missing)]),
    ...(calls === 0
      ? []
      : [
          text(
            `${counted(calls, "call")} without a record, as the counts of calls that were signed say: otel-audit gaps lists them by method.`,
          ),
        ]),
    ...(purged === 0
      ? []
      : [
          text(
            `${counted(purged, "record")} ${verbFor(purged, "was")} deleted by retention, as a signed record says.`,
          ),
        ]),
  ];
}

function missingTable(missing: readonly MissingRecords[], total: number): Block {
  const what = `${counted(total, "signed record")} ${verbFor(total, "is")} not here, whatever ${verbFor(total, "it was")} about`;
  const rows = missing.slice(0, MAX_LISTED).map(missingRow);
  const more = missing.length > rows.length ? `: the first ${rows.length} streams` : "";
  return {
    kind: "table",
    caption: `${what}${more}`,
    columns: ["Stream", "Records", "Numbers", "What says why"],
    rows,
  };
}

function missingRow({ stream, count, isWholeStream, ranges }: MissingRecords): readonly Cell[] {
  if (isWholeStream) return [stream, String(count), "all of it, as it was anchored", ""];
  const all = ranges.reduce((sum, { first, last }) => sum + last - first + 1, 0);
  const listed = ranges
    .slice(0, MAX_LISTED)
    .map(({ first, last }) => (first === last ? String(first) : `${first}-${last}`));
  const more = ranges.length - listed.length;
  const numbers = `${listed.join(", ")}${more > 0 ? ` and ${counted(more, "more run")}` : ""}`;
  const why = new Set(ranges.flatMap(({ record }) => (record === undefined ? [] : [record])));
  return [
    stream,
    String(count),
    count < all ? `results among ${numbers}` : numbers,
    why.size === 0 ? "no record" : { records: [...why].slice(0, MAX_LISTED) },
  ];
}

/** What records of kind `gap` say. */
function saidBlocks(frame: ReportFrame, { gaps, gapTotals }: ReportMaterial): readonly Block[] {
  if (gaps.length > 0)
    return [
      text(`${gapText(gapTotals) ?? ""}.`),
      ...listedBlocks(gaps.length, Math.max(gaps.length, gapTotals.records), () => [
        { kind: "events", events: gaps.map((gap) => reportEvent(gap, frame.zone)) },
      ]),
    ];
  const others =
    signedMissing(frame) > 0
      ? "of them, or of others, that they were lost"
      : "that others were lost";
  return [text(`No record of this period says ${others}.`)];
}

/** Where that nothing else is missing cannot be shown. */
function untoldBlocks(
  { verification }: ReportFrame,
  gaps: GapReport | undefined,
): readonly Block[] {
  if (verification === undefined || gaps === undefined)
    return [text("The trail was not verified: whether signed records are missing is not known.")];
  const ofResults = verification.streams.filter(({ isWhole }) => !isWhole).length;
  return [
    ...(gaps.untold === undefined
      ? []
      : [text(`Whether more is missing cannot be told: ${gaps.untold}.`)]),
    ...(ofResults === 0 || gaps.untold !== undefined
      ? []
      : [
          text(
            `Of ${ofResults} of ${counted(verification.streams.length, "stream")} only results were read: whether other records are missing cannot be told.`,
          ),
        ]),
  ];
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

function text(words: string): Block {
  return { kind: "text", text: words };
}
