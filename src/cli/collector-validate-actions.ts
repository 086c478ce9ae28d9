import { type ConfigFinding, loadConfigFiles, validateConfig } from "../collector/index.ts";
import type { Lines } from "./lines.ts";
import { withoutControls } from "./table.ts";
import { jsonText } from "../lib/visible-text.ts";

/** Options of `otel-audit collector validate`. */
export interface ValidateCommandOptions {
  readonly pipeline: readonly string[];
  readonly ignore: readonly string[];
  readonly strict?: boolean;
  readonly output: "text" | "json";
}

/**
 * Prints what a Collector's configuration, given as its files in their order, does to audit records.
 *
 * @returns whether something is found; warnings count when they are asked for.
 * @throws {AuditError} `unreadable`, `invalid_option`.
 */
export function validateCollectorConfig(
  paths: readonly string[],
  { pipeline, ignore, strict = false, output }: ValidateCommandOptions,
  { print, warn }: Lines,
): boolean {
  const findings = validateConfig(loadConfigFiles(paths), { pipelines: pipeline, ignore });
  const errors = findings.filter(({ severity }) => severity === "error").length;
  const warnings = findings.length - errors;
  if (output === "json") print(jsonText(findings, 2));
  else {
    for (const finding of findings) linesOf(finding).map(withoutControls).forEach(print);
    warn(`${paths.join(", ")}: ${counted(errors, "error")}, ${counted(warnings, "warning")}`);
  }
  return errors > 0 || (strict && warnings > 0);
}

function linesOf(finding: ConfigFinding): readonly string[] {
  const { file, line, column, severity, code, component, message, why, instead } = finding;
  return [
    `${file}:${line}:${column} ${severity} ${code} ${component}: ${message}`,
    `  ${why}`,
    `  write instead: ${instead}`,
  ];
}

function counted(count: number, noun: string): string {
  return `${count === 0 ? "no" : count} ${noun}${count === 1 ? "" : "s"}`;
}
