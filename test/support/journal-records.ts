import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { AuditRecord } from "../../src/event/index.ts";
import { decodeJsonLine } from "../../src/format/index.ts";

/** Every record that is on disk at this moment, read without waiting; start records and checkpoints left out. */
export function recordsIn(directory: string): readonly AuditRecord[] {
  return withoutCheckpoints(linesIn(directory).map(decodeJsonLine)).filter(
    ({ attributes }) => attributes["audit.record.kind"] !== "start",
  );
}

/** What was recorded: checkpoints, which only prove it, come at times that no test sets. */
export function withoutCheckpoints(records: readonly AuditRecord[]): readonly AuditRecord[] {
  return records.filter(({ attributes }) => attributes["audit.record.kind"] !== "checkpoint");
}

/** A record without its commitments, which are never the same twice. */
export function unsealed({ attributes, ...rest }: AuditRecord): AuditRecord {
  const { "audit.integrity.fields": _, ...others } = attributes;
  return { ...rest, attributes: others };
}

/** The ids of all records, of start records and checkpoints too. */
export function idsIn(directory: string): readonly string[] {
  return linesIn(directory)
    .map(decodeJsonLine)
    .map(({ attributes }) => String(attributes["audit.record.id"]));
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
