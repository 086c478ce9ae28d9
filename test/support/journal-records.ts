import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { AuditRecord } from "../../src/event/index.ts";
import { decodeJsonLine } from "../../src/format/index.ts";

/** Every record that is on disk at this moment, read without waiting; start records left out. */
export function recordsIn(directory: string): readonly AuditRecord[] {
  return linesIn(directory)
    .map(decodeJsonLine)
    .filter(({ attributes }) => attributes["audit.record.kind"] !== "start");
}

/** The lines of all journals. */
export function linesIn(directory: string): readonly string[] {
  const journal = join(directory, "journal");
  if (!existsSync(journal)) return [];
  return readdirSync(journal)
    .flatMap((stream) =>
      readdirSync(join(journal, stream)).map((segment) => join(journal, stream, segment)),
    )
    .flatMap((file) => readFileSync(file, "utf8").split("\n"))
    .filter((line) => line !== "");
}
