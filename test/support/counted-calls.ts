/** What the checkpoints of a stream say of calls, beside the records that they cover. */
import { expect } from "vitest";
import type { AuditRecord } from "../../src/event/index.ts";
import { notesOf, streamRecords } from "./adopted.ts";

/** Handled and recorded calls by method. */
export type CountsByMethod = Readonly<Record<string, readonly [handled: number, recorded: number]>>;

/** The last counts of a stream; each checkpoint has to hold up against its leaves. */
export function countsIn(directory: string, stream: string): CountsByMethod {
  const records = streamRecords(directory, stream);
  const counts: Record<string, readonly [number, number]> = {};
  for (const { checkpoint } of notesOf(records, stream)) {
    for (const { method, handled, recorded } of checkpoint.calls) {
      expect(recorded).toBeLessThanOrEqual(handled);
      expect(recorded).toBeLessThanOrEqual(recordedIn(records.slice(0, checkpoint.size), method));
      counts[method] = [handled, recorded];
    }
  }
  return counts;
}

/** Calls of which a result stands there; a record of several is of as many. */
function recordedIn(records: readonly AuditRecord[], method: string): number {
  const calls = new Map<unknown, number>();
  for (const { attributes } of records) {
    if (attributes["audit.record.kind"] !== "result" || attributes["rpc.method"] !== method)
      continue;
    calls.set(attributes["audit.call.id"], Number(attributes["audit.count"] ?? 1));
  }
  return [...calls.values()].reduce((sum, count) => sum + count, 0);
}
