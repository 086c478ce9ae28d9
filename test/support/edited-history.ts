/** The lines of a random history after somebody changed them. */
import { encodeJsonLine } from "../../src/format/index.ts";
import type { Journal } from "./edited-journal.ts";
import type { Edit } from "./history-steps.ts";
import { STREAMS } from "./sealed-journal.ts";
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

type LineEdit = (line: string, by: number) => readonly string[];

const gone: LineEdit = () => [];
const replaced =
  (from: string | RegExp, to: string): LineEdit =>
  (line) => [line.replace(from, to)];
const forged = replaced('"action_type":"checkpoint","status":"success","details":{}', FORGED);

/** The lines that stand where one did. */
const LINES: Readonly<Record<Exclude<Edit["how"], "twice-many">, LineEdit>> = {
  delete: gone,
  "delete-many": gone,
  "delete-checkpoint": gone,
  twice: (line) => [line, line],
  "twice-changed": (line) => [line, line.replace('"note":"x"', '"note":"y"')],
  change: replaced(/"note":"x"|"records_lost"/, '"note":"y"'),
  mask: (line, by) => [
    line
      .replace(/"note":"x"/, '"note":"****"')
      .replace(/"segments":\[[^\]]*\]/, '"segments":["****"]')
      .replace(by > 0 ? /"file":"[^"]*"/ : /"change":"[^"]*"/, MASKED),
  ],
  unsalt: replaced(/(:[A-Za-z0-9_-]{43}):[A-Za-z0-9_-]{22}/, "$1"),
  claim: (line, by) => [
    line
      .replaceAll(/(:[A-Za-z0-9_-]{43}):[A-Za-z0-9_-]{22}/g, by > 0 ? "$1" : "$&")
      .replace(/-(\d+)"\]/, (_all, last: string) => `-${Number(last) + 9}"]`)
      .replace('"change":"renamed"', '"change":"truncated"')
      .replace(`"file":"journal/${STREAMS[1]}`, `"file":"journal/${STREAMS[0]}`),
  ],
  status: replaced('"status":"success"', '"status":"failed"'),
  kind: replaced('"kind":"result"', '"kind":"gap"'),
  renumber: (line, by) => [renumbered(line, by)],
  "copy-renumbered": (line, by) => [line, renumbered(line, by)],
  cut: (line) => [line.slice(0, line.length >> 1)],
  before: (line) => [`{"timestamp":"2026${line}`],
  note: replaced("state run", "state idle"),
  "copy-forged": (line, by) => [line, ...forged(line, by)],
  forge: forged,
};

/** Under another number, in both places that say it. */
function renumbered(line: string, by: number): string {
  const other = (number: string): number => Math.max(1, Number(number) + by);
  return line
    .replace(
      /"record_id":"(.{16})\.(\d+)"/,
      (_all, stream: string, number: string) => `"record_id":"${stream}.${other(number)}"`,
    )
    .replace(/"sequence":(\d+)/, (_all, number: string) => `"sequence":${other(number)}`);
}

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
  return lines.toSpliced(at, count, ...LINES[how](line, by));
}
