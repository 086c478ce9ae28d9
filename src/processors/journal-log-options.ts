import { accessSync, constants, existsSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { AuditError, messageOf } from "../lib/errors.ts";
import type { RedactingOptions } from "./redacting-processors.ts";

/** Options of `createJournalLogProcessor`. */
export interface JournalLogProcessorOptions extends RedactingOptions {
  /** Audit directory; created with the first audit record. */
  readonly directory: string;
}

const OPTIONS: ReadonlySet<string> = new Set<keyof JournalLogProcessorOptions>([
  "directory",
  "redaction",
  "redactionKeyFile",
]);

/**
 * The absolute path of the directory.
 *
 * @throws {AuditError} `invalid_option`; `directory_unusable` where it is plain that it cannot be written.
 */
export function checkOptions(options: JournalLogProcessorOptions): string {
  const unknown = Object.keys(options).find((key) => !OPTIONS.has(key));
  if (unknown !== undefined) {
    throw new AuditError(
      "invalid_option",
      `createJournalLogProcessor: unknown option ${JSON.stringify(unknown)}; there are ${[...OPTIONS].join(", ")}`,
    );
  }
  if (typeof options.directory !== "string" || options.directory === "") {
    throw new AuditError(
      "invalid_option",
      `createJournalLogProcessor: directory must be a path; it is ${JSON.stringify(options.directory)}`,
    );
  }
  const directory = resolve(options.directory);
  checkWritable(directory);
  return directory;
}

/** Without creating it: looks at the nearest parent that is there. */
function checkWritable(directory: string): void {
  let path = directory;
  while (!existsSync(path) && dirname(path) !== path) path = dirname(path);
  try {
    if (!statSync(path).isDirectory()) throw new Error(`${path} is no directory`);
    accessSync(path, constants.W_OK);
  } catch (error) {
    throw new AuditError(
      "directory_unusable",
      `cannot write the audit directory ${JSON.stringify(directory)}: ${messageOf(error)}`,
      { cause: error },
    );
  }
}
