/** The lines of a random history after somebody changed them, and the files of them. */
import { decodeJsonLine, encodeJsonLine } from "../../src/format/index.ts";
import { type Journal, text } from "./edited-journal.ts";
import type { Edit, History } from "./history-steps.ts";
import { STREAMS } from "./sealed-journal.ts";
import { TEXT_OF } from "./stored-forms.ts";
import type { Written } from "./written-history.ts";

const FORGED = '"action_type":"hp_change","status":"success","details":{"after":{"role":"admin"}}';

const MASKED = (found: string): string => found.replace(/:.*/, ':"****"');
const CHECKPOINT = /"kind":"checkpoint"/;
/** What must stand in a line that is edited so, where any line has it. */
const WANTED: Readonly<Partial<Record<Edit["how"], RegExp>>> = {
  "delete-checkpoint": CHECKPOINT,
  note: CHECKPOINT,
  forge: CHECKPOINT,
  "copy-forged": CHECKPOINT,
  claim: /"action_type":"(?:retention_purge|audit_file_change)"/,
};

/** The one behind it has a name that comes before it, as texts are ordered. */
const FIRST_SEGMENT = 9;

/** The lines of it, after what somebody did to them. A stream of which nothing but its start was written has none. */
export function linesOf({ writers, forgotten }: Written, edits: readonly Edit[]): Journal {
  const lines = writers.map(({ records }, at) => {
    const all = [...records, ...(forgotten[at] ?? [])];
    return all.length > 1 || at === 0 ? all.map(({ record }) => encodeJsonLine(record)) : [];
  });
  for (const edit of edits) lines[edit.stream] = changed(lines[edit.stream] ?? [], edit);
  return Object.fromEntries(STREAMS.map((stream, at) => [stream, lines[at] ?? []]));
}

function changed(lines: readonly string[], { how, at: place, by }: Edit): string[] {
  if (lines.length === 0) return [];
  const wanted = WANTED[how] ?? /^/;
  const places = [...lines.keys()].filter((at) => wanted.test(lines[at] ?? ""));
  const at = places[place % Math.max(places.length, 1)] ?? 0;
  const count = how === "delete-many" ? 1 + Math.abs(by) : 1;
  const line = lines[at] ?? "";
  if (how === "twice-many") return [...lines, ...lines.slice(at, at + 1 + Math.abs(by))];
  return lines.toSpliced(at, count, ...editedLine(line, how, by));
}

function editedLine(
  line: string,
  how: Exclude<Edit["how"], "twice-many">,
  by: number,
): readonly string[] {
  const change = (from: string | RegExp, to: string): readonly string[] => [line.replace(from, to)];
  const renumbered = line
    .replace(/"record_id":"(.{16})\.(\d+)"/, (_all, stream: string, number: string) => {
      return `"record_id":"${stream}.${Math.max(1, Number(number) + by)}"`;
    })
    .replace(
      /"sequence":(\d+)/,
      (_all, number: string) => `"sequence":${Math.max(1, Number(number) + by)}`,
    );
  switch (how) {
    case "delete":
    case "delete-many":
    case "delete-checkpoint":
      return [];
    case "twice":
      return [line, line];
    case "twice-changed":
      return [line, line.replace('"note":"x"', '"note":"y"')];
    case "change":
      return change(/"note":"x"|"records_lost"/, '"note":"y"');
    case "mask":
      return change(/"note":"x"/, '"note":"****"').map((one) =>
        one
          .replace(/"segments":\[[^\]]*\]/, '"segments":["****"]')
          .replace(by > 0 ? /"file":"[^"]*"/ : /"change":"[^"]*"/, MASKED),
      );
    case "unsalt":
      return change(/(:[A-Za-z0-9_-]{43}):[A-Za-z0-9_-]{22}/, "$1");
    case "claim":
      return [
        line
          .replaceAll(/(:[A-Za-z0-9_-]{43}):[A-Za-z0-9_-]{22}/g, by > 0 ? "$1" : "$&")
          .replace(/-(\d+)"\]/, (_all, last: string) => `-${Number(last) + 9}"]`)
          .replace('"change":"renamed"', '"change":"truncated"')
          .replace(`"file":"journal/${STREAMS[1]}`, `"file":"journal/${STREAMS[0]}`),
      ];
    case "status":
      return change('"status":"success"', '"status":"failed"');
    case "kind":
      return change('"kind":"result"', '"kind":"gap"');
    case "renumber":
      return [renumbered];
    case "copy-renumbered":
      return [line, renumbered];
    case "cut":
      return [line.slice(0, line.length >> 1)];
    case "before":
      return [`{"timestamp":"2026${line}`];
    case "note":
      return change("state run", "state idle");
    case "copy-forged":
      return [
        line,
        ...change('"action_type":"checkpoint","status":"success","details":{}', FORGED),
      ];
    case "forge":
      return change('"action_type":"checkpoint","status":"success","details":{}', FORGED);
  }
}

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
): Readonly<Record<string, string>> {
  const all = Object.values(journal).flat();
  const segments = segmentsOf(journal, segmentLines);
  const results = all.filter((line) => line.includes('"kind":"result"'));
  const view = `[\n${results.toReversed().join(",\n")}\n]\n`;
  const beside = {
    "audit_checkpoints.jsonl": text(all.filter((line) => line.includes('"kind":"checkpoint"'))),
  };
  const records = (lines: readonly string[]) =>
    lines.flatMap((line) => {
      try {
        return [decodeJsonLine(line)];
      } catch {
        return [];
      }
    });
  switch (form) {
    case "journal":
      return segments;
    case "views":
      return { "audit_log.json": view, ...beside };
    case "csv":
      return { "audit_log.csv": TEXT_OF.csv(records(results)), ...beside };
    case "lines":
      return { "audit.jsonl": text(all) };
    case "otlp":
      return {
        "audit.jsonl": records(all)
          .map((record) => TEXT_OF.otlp([record]))
          .join(""),
      };
    case "mixed": {
      const { [STREAMS[0]]: _first, ...others } = journal;
      return { ...segmentsOf(others, segmentLines), "audit_log.json": view, ...beside };
    }
    case "beside":
      return { ...segments, "audit_log.json": view, ...beside };
  }
}
