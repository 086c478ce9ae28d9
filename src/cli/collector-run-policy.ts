/**
 * Which redaction a Collector would run with, and that it is the policy's.
 *
 * In: its configuration, and the policy that services here have. Out: files to start it with, and a
 * line that says what is in force. Promise: a policy that is found is in force, or said not to be.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  BEGIN_MARK,
  COLLECTOR_CONFIG,
  renderConfiguration,
  renderOverlay,
} from "../collector/index.ts";
import { AuditError } from "../lib/errors.ts";
import type { FoundPolicy } from "./redaction-policy.ts";
import { quoted } from "./shell-text.ts";

/** Our configuration, which no user is to edit: an update would overwrite it. */
export const OUR_CONFIGURATION: string = join(COLLECTOR_CONFIG, "config.yaml");
/** What our configuration gets in the Collector's directory, to take the policy's patterns from. */
const OVERLAY = "redaction-overlay.yaml";

/** A file that is still to be written. */
export interface NewFile {
  readonly path: string;
  readonly text: string;
}

/** What a Collector is to be started with. */
export interface PolicyInForce {
  /** For people: where the redaction comes from. */
  readonly line: string;
  /** Configuration files, in their order; {@link overlay} is one of them. */
  readonly files: readonly string[];
  readonly overlay: NewFile | undefined;
}

/**
 * Puts a policy in force: behind our configuration by an overlay, as it is not for users to edit; a
 * file of their own has to have it.
 *
 * @throws {AuditError} `invalid_option` for a file of the user that has another policy's redaction.
 */
export function policyInForce(
  files: readonly string[],
  found: FoundPolicy | undefined,
  directory: string,
): PolicyInForce {
  // The Collector replaces lists: what the last one says counts.
  const file = files.findLast((each) => textOf(each).includes(BEGIN_MARK));
  const asTheyAre = { files, overlay: undefined };
  if (found === undefined) return { ...asTheyAre, line: withoutPolicy(file) };
  const { path, policy } = found;
  if (file === undefined) {
    return {
      ...asTheyAre,
      line:
        `the redaction policy ${path} is not looked at: ${files.join(", ")} has no redaction that otel-audit collector render wrote ` +
        "between its marks; what --merge wrote is compared by otel-audit collector render --merge … --check",
    };
  }
  const line = `redaction: the built-in rules and ${path}`;
  const text = textOf(file);
  if (renderConfiguration(text, policy, file).text === text) {
    return { ...asTheyAre, line: `${line}, as they stand in ${file}` };
  }
  if (file !== OUR_CONFIGURATION) {
    throw new AuditError(
      "invalid_option",
      `${file} is stale: its redaction is not that of ${path}; run otel-audit collector render --policy ${quoted(path)} ${quoted(file)}`,
    );
  }
  const overlay = { path: join(directory, OVERLAY), text: renderOverlay(policy).text };
  return {
    line: `${line}, by ${overlay.path}; otel-audit collector render --policy ${quoted(path)} prints it and says what differs`,
    files: files.flatMap((each) => (each === file ? [each, overlay.path] : [each])),
    overlay,
  };
}

function withoutPolicy(file: string | undefined): string {
  const none = "no redaction policy (no --policy, no AUDIT_REDACTION_FILE, no ./redaction.yaml)";
  if (file === undefined) return `${none}: the redaction is that of the configuration`;
  const text = textOf(file);
  return renderConfiguration(text, undefined, file).text === text
    ? `redaction: the built-in rules; ${none}`
    : `redaction: as it stands in ${file}, which is not that of the built-in rules alone; ${none}`;
}

function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new AuditError("unreadable", `cannot read the configuration ${file}`, { cause: error });
  }
}
