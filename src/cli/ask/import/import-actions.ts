/** What `otel-audit import` does; loaded when it runs. */
import { userInfo } from "node:os";
import { basename, resolve } from "node:path";
import { AuditError } from "../../../lib/errors.ts";
import { readForeignLog } from "../../../read/index.ts";
import { countFresh, type Imported, importLog } from "../../../setup/import-log.ts";
import { pathsOrDefault } from "../../default-paths.ts";
import { createProgress } from "../../progress.ts";
import type { Lines } from "../../lines.ts";
import { withoutControls } from "../../table.ts";
import { exitAfterReading, sayProblems } from "../reading.ts";
import { catchSignals } from "../signals.ts";
import type { ImportCommandOptions } from "./import-command.ts";

/** Imports a file, and sets the exit code. */
export async function importFile(
  file: string,
  options: ImportCommandOptions,
  { warn }: Lines,
): Promise<void> {
  const directory = directoryOf(options);
  const actor = actorOf(options);
  const log = await readForeignLog(file);
  const { entries, problems } = log;
  const found = { problems, problemCount: problems.length };
  const name = withoutControls(file);
  if (options.dryRun === true) {
    const fresh = await countFresh(log, directory);
    warn(`${fresh} of ${entries.length} entries of ${name} would be imported into ${directory}`);
    sayProblems(found, warn);
    process.exitCode = exitAfterReading(found, fresh);
    return;
  }
  const signals = catchSignals();
  const progress = createProgress(process.stderr);
  try {
    const imported = await importLog(log, {
      directory,
      file: basename(file),
      actor,
      reason: options.reason,
      signal: signals.signal,
      onProgress: (done, all) => progress.show((done / all) * log.bytes, log.bytes),
    });
    progress.end();
    sayImported(imported, { name, all: entries.length, warn });
    sayProblems(found, warn);
    process.exitCode = signals.exitCode() ?? exitAfterReading(found, imported.imported);
  } finally {
    progress.end();
    signals.release();
  }
}

function sayImported(
  { imported, known, stream }: Imported,
  {
    name,
    all,
    warn,
  }: { readonly name: string; readonly all: number; readonly warn: Lines["warn"] },
): void {
  if (stream !== undefined)
    warn(`${imported} of ${all} entries of ${name} are stream ${stream} now`);
  else if (all === 0) warn(`no entry in ${name}`);
  if (known > 0) warn(`${known} of ${all} entries of ${name} had been imported before`);
  const left = all - known - imported;
  if (left > 0) warn(`stopped: ${left} are left; import the file again to go on`);
}

/** @throws {AuditError} `invalid_option` where there is none, or an empty one. */
function directoryOf({ to }: ImportCommandOptions): string {
  const [directory = ""] = pathsOrDefault(to === undefined ? [] : [to], "nowhere to import to");
  return resolve(directory);
}

function actorOf({ actor }: ImportCommandOptions): string {
  if (actor === "") throw new AuditError("invalid_option", "--actor is empty: say who imports it");
  if (actor !== undefined) return actor;
  try {
    return userInfo().username;
  } catch (error) {
    throw new AuditError(
      "invalid_option",
      "this user has no name on this system: say who imports it with --actor",
      { cause: error },
    );
  }
}
