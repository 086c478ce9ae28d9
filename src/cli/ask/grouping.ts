/** What `--by` names. */
import { AuditError } from "../../lib/errors.ts";
import { nearest } from "../../lib/nearest.ts";
import { shown } from "../../lib/shown.ts";
import { fieldOf, FIELDS } from "../../read/index.ts";

/** Pieces of time that a grouping may name. */
const INTERVALS = ["hour", "day", "week", "month"];

/** The names in it. @throws {AuditError} `invalid_option` naming the field that there is not. */
export function groupingOf(text: string): readonly string[] {
  const names = text.split(",").map((name) => name.trim());
  for (const name of names) {
    if (INTERVALS.includes(name) || fieldOf(name) !== undefined || name.includes(".")) continue;
    const near = nearest(name, [...INTERVALS, ...FIELDS.map((field) => field.name)]);
    throw new AuditError(
      "invalid_option",
      `--by names ${shown(name)}, which is no field: ${near === undefined ? "" : `did you mean ${near}? `}Take ${INTERVALS.join(", ")}, a field of otel-audit query, the name of an attribute, or details. with a path`,
    );
  }
  return names;
}
