import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  COLLECTOR_CONFIG,
  loadConfigFiles,
  MERGE_HEAD,
  renderConfiguration,
  renderMergeOverlay,
  renderOverlay,
} from "../collector/index.ts";
import { AuditError, messageOf } from "../lib/errors.ts";
import { replaceFile } from "../lib/files.ts";
import type { Lines } from "./lines.ts";
import { findRedactionPolicy } from "./redaction-policy.ts";

/** Options of `otel-audit collector render`. */
export interface RenderOptions {
  readonly policy?: string;
  readonly check?: true;
  readonly quiet?: true;
  /** The files of the configuration that ours is to be merged behind. */
  readonly merge?: readonly string[];
}

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
  const found = findRedactionPolicy(policyPath, warn);
  const policy = found?.policy;
  const report = reporter(quiet === true, warn);
  if (file === undefined) {
    if (check === true) throw nothingToCompare();
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
        `${file} is stale: its redaction is not that of ${found?.path ?? "the built-in rules"}; run otel-audit collector render ${file}`,
      );
    } else print(`${file} is up to date`);
    return isStale;
  }
  report(differences);
  if (isStale) replace(file, text);
  print(isStale ? `wrote the redaction into ${file}` : `${file} is up to date`);
  return false;
}

/**
 * Writes all of our configuration, to be merged behind another, or prints it.
 *
 * @returns whether `--check` found the file to be stale.
 * @throws {AuditError} as {@link renderCollector}.
 */
export function renderMerge(
  file: string | undefined,
  { policy: policyPath, check, quiet, merge = [] }: RenderOptions,
  { print, warn }: Lines,
): boolean {
  const ours = join(COLLECTOR_CONFIG, "config.yaml");
  const { text, differences, extensions } = renderMergeOverlay(read(ours), {
    policy: findRedactionPolicy(policyPath, warn)?.policy,
    file: ours,
    host: loadConfigFiles(merge),
  });
  const yours = merge.join(", ");
  const before = file === undefined || !existsSync(file) ? undefined : read(file);
  if (before !== undefined && !before.startsWith(MERGE_HEAD)) {
    throw new AuditError(
      "invalid_option",
      `${file} was not written by --merge, and would be overwritten: name another file, or none to print it`,
    );
  }
  if (extensions !== undefined) warn(`write in ${yours}, below service: ${extensions}`);
  if (check === true) {
    if (file === undefined) throw nothingToCompare();
    const isStale = text !== before;
    if (isStale) warn(`${file} is stale: run otel-audit collector render --merge anew`);
    else print(`${file} is up to date`);
    return isStale;
  }
  reporter(quiet === true, warn)(differences);
  if (file === undefined) print(text.trimEnd());
  else {
    replace(file, text);
    print(`wrote ${file}, to be merged behind ${yours}`);
  }
  return false;
}

function reporter(
  isQuiet: boolean,
  warn: (line: string) => void,
): (differences: readonly string[]) => void {
  return (differences) => {
    if (isQuiet) return;
    for (const difference of differences) warn(`the Collector differs: ${difference}`);
  };
}

function nothingToCompare(): AuditError {
  return new AuditError(
    "invalid_option",
    "--check compares a file: name it, as in otel-audit collector render --check collector-config/config.yaml",
  );
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
