/** Requests of OTLP over HTTP for a Collector that has more than the audit trail to do. */
import { otlpRequest } from "../support/stored-forms.ts";
import { eventually } from "./child-process.ts";

/** A result that looks sealed, as services send it. */
export function auditRequest(id: string): string {
  return otlpRequest([
    {
      attributes: {
        "audit.record.id": id,
        "audit.record.kind": "result",
        "audit.sequence.number": 1,
        "audit.time": "2026-11-22T07:00:00.000000Z",
        "audit.action": "pause",
        "audit.outcome": "success",
        "audit.integrity.fields": `note:${"c".repeat(43)}:${"s".repeat(22)}`,
      },
      body: {},
    },
  ]);
}

/** A line of somebody's log. */
export function logRequest(line: string): string {
  const scopeLogs = [{ scope: { name: "app" }, logRecords: [{ body: { stringValue: line } }] }];
  return JSON.stringify({ resourceLogs: [{ scopeLogs }] });
}

/** Asks again until it is taken: a Collector may answer for its metrics before it listens. */
export async function postLogs(port: number | undefined, body: string): Promise<void> {
  await eventually(async () => {
    const response = await fetch(`http://127.0.0.1:${port}/v1/logs`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
    }).catch(() => undefined);
    await response?.body?.cancel();
    return response?.ok === true ? true : undefined;
  });
}
