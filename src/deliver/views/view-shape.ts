import { existsSync } from "node:fs";
import { join } from "node:path";
import { stateDirectory } from "../../format/index.ts";
import { AuditError } from "../../lib/errors.ts";

/**
 * What an event looks like in the views: `full` is every column of format version 1, `five` the five
 * keys of the WeightsLab audit log. A directory has views of one shape.
 */
export type ViewShape = "full" | "five";

/** Names of the views' states, which tell whose views these are. */
const STATES: Readonly<Record<ViewShape, readonly string[]>> = {
  full: ["view-json.json", "view-csv.json"],
  five: ["view-five-json.json", "view-five-csv.json"],
};

const WAY_OUT: Readonly<Record<ViewShape, string>> = {
  full: "createAudit keeps views of every column there: use its record(), or another directory",
  five: "an AuditLogger keeps five-key views there: use another directory, or format journal",
};

/**
 * Refuses a directory whose views have the other shape: both would write `audit_log.json`.
 *
 * @throws {AuditError} `directory_unusable`.
 */
export function checkViewShape(directory: string, shape: ViewShape): void {
  const other: ViewShape = shape === "five" ? "full" : "five";
  const state = stateDirectory(directory);
  if (!STATES[other].some((name) => existsSync(join(state, name)))) return;
  throw new AuditError(
    "directory_unusable",
    `${directory} has audit views of another shape: ${WAY_OUT[other]}`,
  );
}
