import { existsSync, readFileSync } from "node:fs";
import { renderConfiguration, renderOverlay } from "../collector/index.ts";
import { AuditError, messageOf } from "../lib/errors.ts";
import { replaceFile } from "../lib/files.ts";
import { compileRedaction, loadRedactionFile, type RedactionPolicy } from "../redact/index.ts";
import type { Lines } from "./quarantine-command.ts";

/** Options of `otel-audit collector render`. */
export interface RenderOptions {
  readonly policy?: string;
  readonly check?: true;
  readonly quiet?: true;
}

const DEFAULT_POLICY = "redaction.yaml";

/**
 * Writes the redaction of a policy into a configuration, or prints it as an overlay.
 *
 * @returns whether `--check` found the file to be stale.
 * @throws {AuditError} `invalid_policy`, `untrusted_file`, `unreadable`, `invalid_option`.
 */
export function renderCollector(
  file: string | undefined,
  { policy: policyPath, check, quiet }: RenderOptions,
  { print, warn }: Lines,
): boolean {
  const policy = loadPolicy(policyPath, warn);
  const report = (differences: readonly string[]): void => {
    if (quiet === true) return;
    for (const difference of differences) warn(`the Collector differs: ${difference}`);
  };
  if (file === undefined) {
    if (check === true) {
      throw new AuditError(
        "invalid_option",
        "--check compares a file: name it, as in otel-audit collector render --check collector-config/config.yaml",
      );
    }
    const { text, differences } = renderOverlay(policy);
    report(differences);
    print(text.trimEnd());
    return false;
  }
  const before = read(file);
  const { text, differences } = renderConfiguration(before, policy, file);
  const isStale = text !== before;
  if (check === true) {
    if (isStale) {
      warn(
        `${file} is stale: its redaction is not that of ${nameOf(policyPath)}; run otel-audit collector render ${file}`,
      );
    } else print(`${file} is up to date`);
    return isStale;
  }
  report(differences);
  if (isStale) replace(file, text);
  print(isStale ? `wrote the redaction into ${file}` : `${file} is up to date`);
  return false;
}

function nameOf(policyPath: string | undefined): string {
  return policyPath ?? (existsSync(DEFAULT_POLICY) ? DEFAULT_POLICY : "the built-in rules");
}

/** The policy that a service in this directory would have; undefined: none. */
function loadPolicy(
  path: string | undefined,
  warn: (line: string) => void,
): RedactionPolicy | undefined {
  if (path === undefined && !existsSync(DEFAULT_POLICY)) return undefined;
  const loaded = loadRedactionFile(path ?? DEFAULT_POLICY, warn);
  // Refuses a pattern that is no RE2, as a service does at its start.
  compileRedaction(loaded, undefined);
  return loaded.document;
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new AuditError(
      "unreadable",
      `cannot read the configuration ${file}: ${messageOf(error)}`,
      {
        cause: error,
      },
    );
  }
}

function replace(file: string, text: string): void {
  try {
    replaceFile(file, [text]);
  } catch (error) {
    throw new AuditError("unreadable", `cannot write ${file}: ${messageOf(error)}`, {
      cause: error,
    });
  }
}
