/**
 * Finds what a Collector's configuration does to audit records: what it would lose, and what it
 * would show to others.
 *
 * In: files as the Collector gets them. Out: findings with the place in the file that says it.
 * Promise: starts nothing, asks no network and reads no variable but those it is given; what only a
 * start can tell (a variable without a default, another file) is taken as right.
 */
import { AuditError } from "../../lib/errors.ts";
import { nearest } from "../../lib/nearest.ts";
import { carriedBy } from "./carried.ts";
import { expand, type Variables } from "./expand.ts";
import type { ConfigFinding } from "./finding.ts";
import { collectorOf } from "./graph.ts";
import { loadConfigFile } from "./load-config.ts";
import type { Located } from "./located.ts";
import { merge } from "./merge.ts";
import { RULES } from "./rules/index.ts";

export type { ConfigFinding } from "./finding.ts";
export { configOfText } from "./load-config.ts";
export { entriesOf, get, itemsOf, type Located } from "./located.ts";
export { merge } from "./merge.ts";

/** What {@link validateConfig} looks at. */
export interface ValidateOptions {
  /** Pipelines that carry audit records; by default those that say so, else all of logs. */
  readonly pipelines?: readonly string[];
  /** Codes that are not wanted. */
  readonly ignore?: readonly string[];
  /** What the Collector will be started with; by default every variable is its default. */
  readonly env?: Variables;
}

/**
 * Reads files and merges them as the Collector does: maps key by key, all else replaced by the later.
 *
 * @throws {AuditError} `unreadable`, with the parser's line and column.
 */
export function loadConfigFiles(paths: readonly string[]): readonly Located[] {
  return paths.map(loadConfigFile);
}

/**
 * Checks a configuration, given as its files in their order.
 *
 * @returns findings in the order of the files and their lines.
 * @throws {AuditError} `invalid_option` for a pipeline or code that does not exist.
 */
export function validateConfig(
  files: readonly Located[],
  { pipelines = [], ignore = [], env }: ValidateOptions = {},
): readonly ConfigFinding[] {
  const [first, ...others] = files;
  if (first === undefined) throw new AuditError("invalid_option", "no configuration file");
  const codes = RULES.map(({ code }) => code);
  checkNames("code", ignore, codes);
  const root = expand(others.reduce(merge, first), env);
  const collector = collectorOf(root, (all, whole) => {
    checkNames(
      "pipeline of logs",
      pipelines,
      all.map(({ id }) => id),
    );
    return carriedBy(all, whole, pipelines);
  });
  const findings = RULES.filter(({ code }) => !ignore.includes(code)).flatMap(
    ({ code, severity, why, instead, find }) =>
      [...find(collector)].map(({ at, component, message }) => ({
        code,
        severity,
        component,
        file: at.file,
        line: at.line,
        column: at.column,
        message,
        why,
        instead,
      })),
  );
  const order = new Map(files.map(({ place }, index) => [place.file, index]));
  return findings.toSorted(
    (a, b) =>
      (order.get(a.file) ?? 0) - (order.get(b.file) ?? 0) || a.line - b.line || a.column - b.column,
  );
}

function checkNames(what: string, names: readonly string[], known: readonly string[]): void {
  for (const name of names) {
    if (known.includes(name)) continue;
    const near = nearest(name, known);
    throw new AuditError(
      "invalid_option",
      `there is no ${what} ${JSON.stringify(name)}${near === undefined ? "" : `; did you mean ${near}?`}`,
    );
  }
}
