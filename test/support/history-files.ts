/** The files of a random history. */
import type { AuditRecord } from "../../src/event/index.ts";
import { decodeJsonLine } from "../../src/format/index.ts";
import { type Journal, text } from "./edited-journal.ts";
import type { History } from "./history-steps.ts";
import { STREAMS } from "./sealed-journal.ts";
import { TEXT_OF } from "./stored-forms.ts";

/** The one behind it has a name that comes before it, as texts are ordered. */
const FIRST_SEGMENT = 9;

/** Segments with so many lines; a stream without a line has one. */
function segmentsOf(journal: Journal, lines: number): Readonly<Record<string, string>> {
  const files = Object.entries(journal).flatMap(([stream, all]) => {
    const size = lines === 0 ? Math.max(1, all.length) : lines;
    return Array.from({ length: Math.max(1, Math.ceil(all.length / size)) }, (_, at) => {
      const name = `journal/${stream}/${FIRST_SEGMENT + at}.jsonl`;
      return [name, text(all.slice(at * size, (at + 1) * size))];
    });
  });
  return Object.fromEntries(files) as Readonly<Record<string, string>>;
}

/** The files of lines in a form. */
export function filesOf(
  journal: Journal,
  { form, segmentLines }: Pick<History, "form" | "segmentLines">,
): Files {
  return FILES[form](journal, segmentLines);
}

type Files = Readonly<Record<string, string>>;

const FILES: Readonly<Record<History["form"], (journal: Journal, segmentLines: number) => Files>> =
  {
    journal: segmentsOf,
    views: (journal) => ({ "audit_log.json": arrayOf(journal), ...checkpointsOf(journal) }),
    csv: (journal) => ({
      "audit_log.csv": TEXT_OF.csv(records(resultsOf(journal))),
      ...checkpointsOf(journal),
    }),
    lines: (journal) => ({ "audit.jsonl": text(Object.values(journal).flat()) }),
    otlp: (journal) => {
      const all = records(Object.values(journal).flat());
      return { "audit.jsonl": all.map((record) => TEXT_OF.otlp([record])).join("") };
    },
    mixed: (journal, segmentLines) => {
      const { [STREAMS[0]]: _first, ...others } = journal;
      const views = { "audit_log.json": arrayOf(journal), ...checkpointsOf(journal) };
      return { ...segmentsOf(others, segmentLines), ...views };
    },
    beside: (journal, segmentLines) => ({
      ...segmentsOf(journal, segmentLines),
      "audit_log.json": arrayOf(journal),
      ...checkpointsOf(journal),
    }),
  };

function ofKind(journal: Journal, kind: string): readonly string[] {
  const lines = Object.values(journal).flat();
  return lines.filter((line) => line.includes(`"kind":"${kind}"`));
}

const resultsOf = (journal: Journal): readonly string[] => ofKind(journal, "result");

function arrayOf(journal: Journal): string {
  return `[\n${resultsOf(journal).toReversed().join(",\n")}\n]\n`;
}

function checkpointsOf(journal: Journal): Files {
  return { "audit_checkpoints.jsonl": text(ofKind(journal, "checkpoint")) };
}

/** The records of those lines that are one. */
function records(lines: readonly string[]): AuditRecord[] {
  return lines.flatMap((line) => {
    try {
      return [decodeJsonLine(line)];
    } catch {
      return [];
    }
  });
}
