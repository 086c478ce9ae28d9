import { readRecords } from "otel-audit/read";

/** How many records stand in the journals of an audit directory. */
export async function journalRecords(directory: string): Promise<number> {
  let count = 0;
  for await (const found of readRecords(directory)) if (found.kind === "record") count++;
  return count;
}
