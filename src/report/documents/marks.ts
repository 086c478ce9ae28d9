/** What the verification found about single records: nobody may take those for what was recorded. */
import { sequenceOf, streamOf } from "../../event/index.ts";
import { firstWhere } from "../../lib/first-where.ts";
import type { Finding, FindingCode, Severity, VerificationReport } from "../../verify/index.ts";

/** Something was found about a record. */
export interface Mark {
  /** Beside its id; NOT KNOWN: findings were so many that it may be one of their records. */
  readonly word: "TAMPERED" | "NOT PROVEN" | "NOT KNOWN";
  /** A sentence without anything that stands in the record. */
  readonly text: string;
}

/** The mark of a record, by its id; undefined: it has none. */
export type MarkOf = (id: string) => Mark | undefined;

/** Findings without the texts of records and the names of files. */
const WORDS: Partial<Record<FindingCode, string>> = {
  record_altered: "this is not the record that was signed",
  field_altered: "a value in it is not the one that was signed",
  text_contradicts: "its text says a thing twice, or in contradiction",
  record_inserted: "it stands behind the last record of its stream",
  copies_differ: "copies of it are not the same",
  checkpoint_altered: "the checkpoint is wrong",
  field_unopenable: "a value in it cannot be held against what was signed",
  field_unexplained: "something in it was redacted otherwise than the policy says",
  record_unproven: "no checkpoint covers it",
};

/** What a finding says, in words of ours. */
export function findingText({ code }: Pick<Finding, "code">): string {
  return WORDS[code] ?? code.replaceAll("_", " ");
}

type Ranges = readonly (readonly [first: number, last: number])[];

interface RangeMark {
  readonly mark: Mark;
  /** Ascending. */
  readonly ranges: Ranges;
}

const NOT_KNOWN: Mark = {
  word: "NOT KNOWN",
  text: "NOT KNOWN: more was found than is kept, and some of it may be about this record",
};

/** Whether something was found about the record that has this mark. */
export function isFound(mark: Mark | undefined): boolean {
  return mark !== undefined && mark !== NOT_KNOWN;
}

/** Marks of the records that findings name, the worst of each. */
export function marksOf(verification: VerificationReport | undefined): MarkOf {
  const byRecord = new Map<string, Mark>();
  const byStream = new Map<string, RangeMark[]>();
  const addRanges = (stream: string, own: RangeMark): void => {
    const known = byStream.get(stream);
    if (known === undefined) byStream.set(stream, [own]);
    else known.push(own);
  };
  for (const finding of verification?.findings ?? []) {
    const mark = markOf(finding);
    const { record, stream, ranges } = finding;
    if (mark === undefined) continue;
    if (record !== undefined) byRecord.set(record, worse(byRecord.get(record), mark));
    if (stream !== undefined && ranges !== undefined)
      addRanges(stream, { mark, ranges: ranges.toSorted(([one], [other]) => one - other) });
  }
  let rest: Mark | undefined;
  for (const unlisted of verification?.unlistedFindings ?? []) {
    const mark = markOf(unlisted);
    if (mark === undefined) continue;
    for (const { stream, ranges } of unlisted.records) addRanges(stream, { mark, ranges });
    if (unlisted.unnamed > 0) rest = NOT_KNOWN;
  }
  return (id) => {
    let mark = byRecord.get(id);
    if (byStream.size === 0) return mark ?? rest;
    const stream = streamOf(id);
    const sequence = sequenceOf(id);
    for (const own of byStream.get(stream) ?? [])
      if (isWithin(own.ranges, sequence)) mark = worse(mark, own.mark);
    return mark ?? rest;
  };
}

function markOf(found: {
  readonly code: FindingCode;
  readonly severity: Severity;
}): Mark | undefined {
  const { severity } = found;
  if (severity !== "tampered" && severity !== "inconclusive") return undefined;
  const word = severity === "tampered" ? "TAMPERED" : "NOT PROVEN";
  return { word, text: `${word}: ${findingText(found)}` };
}

function worse(known: Mark | undefined, mark: Mark): Mark {
  return known?.word === "TAMPERED" ? known : mark;
}

/** There may be very many, and it is asked of each record. */
function isWithin(ranges: Ranges, sequence: number): boolean {
  const range = ranges[firstWhere(ranges, ([, last]) => last >= sequence)];
  return range !== undefined && range[0] <= sequence;
}
