import { readJournal } from "otel-audit/read";
import type { AuditRecord } from "../../src/event/index.ts";
import { verifyCheckpoints } from "./live-sealer.ts";

/**
 * Verifies the one stream of a directory.
 *
 * @returns kinds of the records behind the last checkpoint.
 * @throws where it does not verify.
 */
export async function verifyJournal(
  directory: string,
): Promise<{ readonly uncovered: readonly string[] }> {
  const records: AuditRecord[] = [];
  for await (const entry of readJournal(directory)) {
    if (entry.kind === "problem") throw new Error(`${entry.file}:${entry.line}: ${entry.message}`);
    records.push(entry.record);
  }
  const size = await verifyCheckpoints(records);
  return {
    uncovered: records.slice(size).map(({ attributes }) => String(attributes["audit.record.kind"])),
  };
}
