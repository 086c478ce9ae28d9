/** Numbers drawn with block characters. */
import { textWidth } from "../text-width.ts";
import { withoutControls } from "../table.ts";

/** Eighths of a character, from the left. */
const EIGHTHS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
/** Heights of a character. */
const HEIGHTS = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];
/** Where there is nothing. */
const NOTHING = "·";
/** Less is no picture. */
const MIN_WIDTH = 10;

/** A line with a bar in it. */
export interface BarRow {
  readonly label: string;
  readonly count: number;
}

/** A bar a row, the longest as wide as there is room. */
export function barLines(rows: readonly BarRow[], columns: number): readonly string[] {
  const labels = Math.max(0, ...rows.map(({ label }) => textWidth(label)));
  const highest = rows.reduce((most, { count }) => Math.max(most, count), 0);
  const digits = String(highest).length;
  const room = Math.max(MIN_WIDTH, columns - labels - digits - 4);
  return rows.map(({ label, count }) =>
    `${padded(label, labels)}  ${String(count).padStart(digits)}  ${bar(count, highest, room)}`.trimEnd(),
  );
}

function bar(count: number, highest: number, room: number): string {
  if (count === 0) return NOTHING;
  const eighths = Math.max(1, Math.round((count / highest) * room * 8));
  return "█".repeat(Math.floor(eighths / 8)) + (EIGHTHS[eighths % 8] ?? "");
}

/** A line with a curve in it. */
export interface SparkRow {
  readonly label: string;
  readonly total: number;
  readonly events: readonly number[];
}

/** Curves, and how many pieces of time a character of them stands for. */
export interface Sparklines {
  readonly lines: readonly string[];
  readonly perCharacter: number;
}

/** Names are not given more of a line. */
const MAX_LABEL = 32;

/** A curve a row, each by its own highest: what is rare is seen too. */
export function sparkLines(rows: readonly SparkRow[], columns: number): Sparklines {
  const short = rows.map((row) => ({ ...row, label: shortened(withoutControls(row.label)) }));
  const labels = Math.max(0, ...short.map(({ label }) => textWidth(label)));
  const digits = Math.max(0, ...rows.map(({ total }) => String(total).length));
  const room = Math.max(MIN_WIDTH, columns - labels - digits - 4 - " max ".length - digits);
  const length = Math.max(0, ...rows.map(({ events }) => events.length));
  const perCharacter = Math.max(1, Math.ceil(length / room));
  const lines = short.map(({ label, total, events }) => {
    const merged = mergedBy(events, perCharacter);
    const highest = merged.reduce((most, count) => Math.max(most, count), 0);
    const curve = merged.map((count) => heightOf(count, highest)).join("");
    return `${padded(label, labels)}  ${String(total).padStart(digits)}  ${curve}  max ${highest}`;
  });
  return { lines, perCharacter };
}

function mergedBy(events: readonly number[], size: number): readonly number[] {
  return Array.from({ length: Math.ceil(events.length / size) }, (_, at) =>
    events.slice(at * size, (at + 1) * size).reduce((sum, count) => sum + count, 0),
  );
}

function heightOf(count: number, highest: number): string {
  if (count === 0) return NOTHING;
  const height = Math.ceil((count / highest) * HEIGHTS.length) - 1;
  return HEIGHTS[Math.max(0, height)] ?? "";
}

function padded(label: string, width: number): string {
  return label + " ".repeat(Math.max(0, width - textWidth(label)));
}

function shortened(label: string): string {
  if (textWidth(label) <= MAX_LABEL) return label;
  let text = "";
  for (const character of label) {
    if (textWidth(text + character) >= MAX_LABEL) break;
    text += character;
  }
  return `${text}…`;
}
