/**
 * The five-key shape of the WeightsLab audit log, byte for byte as Python writes it: `json.dump(…,
 * indent=2)` for the array, `csv.DictWriter` (line end `\r\n`) with `json.dumps` in `details` for the
 * rows. What reads the one reads the other.
 */
import { AuditError } from "../lib/errors.ts";
import { isMap } from "../lib/is-map.ts";
import { encodeCsvCell } from "./csv-row.ts";
import type { FlatRecord } from "./flat.ts";

const FIVE_KEYS = ["timestamp", "action_type", "status", "details", "error"] as const;

/** The first line of a five-column CSV view, with its line end. */
export const FIVE_CSV_HEADER: string = `${FIVE_KEYS.join(",")}\r\n`;

/** What an empty array is in the file. */
export const FIVE_JSON_EMPTY = "[]";

/** One event as an item of the array, indented, without a comma. */
export function encodeFiveJson(flat: FlatRecord): string {
  const { timestamp, action_type, status, details, error } = flat;
  return `  ${pythonJson({ timestamp, action_type, status, details, error }, "\n  ")}`;
}

/** One event as a row with its line end. Empty details and an absent error are empty cells. */
export function encodeFiveCsvRow(flat: FlatRecord): string {
  const { timestamp, action_type, status, details, error } = flat;
  const json = Object.keys(details).length === 0 ? "" : pythonJson(details);
  const cells = [timestamp, action_type, status, json, error ?? ""].map(encodeCsvCell);
  return `${cells.join(",")}\r\n`;
}

/**
 * The items of an array that {@link encodeFiveJson} made, in the order of the file.
 *
 * @throws {AuditError} `unreadable` when the text is no array of events.
 */
export function parseFiveJson(text: string): string[] {
  const events = parseJsonText(text);
  if (Array.isArray(events) && events.every(isFiveEvent)) {
    return events.map(
      ({ timestamp, action_type, status, details, error }) =>
        `  ${pythonJson({ timestamp, action_type, status, details, error }, "\n  ")}`,
    );
  }
  throw new AuditError("unreadable", "not an array of events with the five keys");
}

/** The five keys; what else stands there is nobody's. */
function isFiveEvent(
  value: unknown,
): value is Readonly<Record<(typeof FIVE_KEYS)[number], unknown>> {
  if (!isMap(value)) return false;
  const { error } = value;
  return (
    ["timestamp", "action_type", "status"].every((key) => typeof value[key] === "string") &&
    isMap(value["details"]) &&
    (error === null || typeof error === "string")
  );
}

function parseJsonText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * JSON as Python's `json` writes it.
 *
 * @param lineStart line break and indent of the value's own line; without it everything is one line.
 */
function pythonJson(value: unknown, lineStart?: string): string {
  if (typeof value === "string") return asciiJson(value);
  if (typeof value === "number") return pythonNumber(value);
  if (typeof value !== "object" || value === null) return JSON.stringify(value ?? null);
  const inner = lineStart === undefined ? undefined : `${lineStart}  `;
  const items = Array.isArray(value)
    ? value.map((item: unknown) => pythonJson(item, inner))
    : Object.entries(value).map(([key, item]) => `${asciiJson(key)}: ${pythonJson(item, inner)}`);
  const [open, close] = Array.isArray(value) ? "[]" : "{}";
  if (items.length === 0) return `${open}${close}`;
  return inner === undefined
    ? `${open}${items.join(", ")}${close}`
    : `${open}${inner}${items.join(`,${inner}`)}${lineStart}${close}`;
}

/** `ensure_ascii`: everything outside of printable ASCII is escaped, per UTF-16 unit. */
function asciiJson(text: string): string {
  return JSON.stringify(text).replace(
    /[^ -~]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Python's `repr` begins to use an exponent below this. */
const PYTHON_EXPONENT_BELOW = 1e-4;

function pythonNumber(value: number): string {
  if (Number.isInteger(value) || Math.abs(value) >= PYTHON_EXPONENT_BELOW) return String(value);
  return value.toExponential().replace(/e-(\d)$/, "e-0$1");
}
