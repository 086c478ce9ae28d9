/** What the verification found about single records: nobody may take those for what was recorded. */
import { streamOf } from "../../event/index.ts";
import type { Finding, FindingCode, VerificationReport } from "../../verify/index.ts";

/** Something was found about a record. */
export interface Mark {
  /** Beside its id. */
  readonly word: "TAMPERED" | "NOT PROVEN";
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
export function findingText({ code }: Finding): string {
  return WORDS[code] ?? code.replaceAll("_", " ");
}

interface RangeMark {
  readonly mark: Mark;
  readonly ranges: readonly (readonly [first: number, last: number])[];
}

/** Marks of the records that findings name. */
export function marksOf(verification: VerificationReport | undefined): MarkOf {
  const byRecord = new Map<string, Mark>();
  const byStream = new Map<string, RangeMark[]>();
  for (const finding of verification?.findings ?? []) {
    const { severity, record, stream, ranges } = finding;
    if (severity !== "tampered" && severity !== "inconclusive") continue;
    const word = severity === "tampered" ? "TAMPERED" : "NOT PROVEN";
    const mark: Mark = { word, text: `${word}: ${findingText(finding)}` };
    if (record !== undefined) byRecord.set(record, worse(byRecord.get(record), mark));
    if (stream === undefined || ranges === undefined) continue;
    const known = byStream.get(stream) ?? [];
    byStream.set(stream, known);
    known.push({ mark, ranges });
  }
  return (id) => {
    const own = byRecord.get(id);
    if (byStream.size === 0 || own !== undefined) return own;
    const stream = streamOf(id);
    const sequence = Number(id.slice(stream.length + 1));
    return byStream
      .get(stream)
      ?.find(({ ranges }) => ranges.some(([first, last]) => sequence >= first && sequence <= last))
      ?.mark;
  };
}

function worse(known: Mark | undefined, mark: Mark): Mark {
  return known?.word === "TAMPERED" ? known : mark;
}
