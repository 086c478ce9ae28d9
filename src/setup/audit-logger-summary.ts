import { ATTR_ACTION, ATTR_RECORD_KIND, type AuditRecord } from "../event/index.ts";
import { toFlat } from "../format/index.ts";
import { messageOf } from "../lib/errors.ts";
import { readJournal } from "../read/index.ts";

/** How many events a directory has; the keys are those of the source's `get_log_summary`. */
export interface LogSummary {
  readonly total_events: number;
  readonly by_action_type: Readonly<Record<string, number>>;
  readonly by_status: Readonly<Record<string, number>>;
}

/**
 * Counts the results in the journals of a directory, whatever views it has. Zeros where there is no
 * log; never rejects: what cannot be read is reported and left out.
 */
export async function summariseLog(
  directory: string,
  report: (line: string) => void,
): Promise<LogSummary> {
  const actions = new Map<string, number>();
  const statuses = new Map<string, number>();
  let total = 0;
  try {
    for await (const entry of readJournal(directory)) {
      if (entry.kind !== "record" || !isResult(entry.record)) continue;
      total++;
      count(actions, String(entry.record.attributes[ATTR_ACTION]));
      count(statuses, toFlat(entry.record).status);
    }
  } catch (error) {
    report(`the summary of ${directory} is not complete: ${messageOf(error)}`);
  }
  return {
    total_events: total,
    by_action_type: Object.fromEntries(actions),
    by_status: Object.fromEntries(statuses),
  };
}

function isResult(record: AuditRecord): boolean {
  return record.attributes[ATTR_RECORD_KIND] === "result";
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
