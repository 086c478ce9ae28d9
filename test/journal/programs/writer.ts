/** Records events until it is stopped, and tells whoever started it which ones are durable. */
import { once } from "node:events";
import { isMainThread, parentPort, workerData } from "node:worker_threads";
import { createAudit } from "otel-audit";

interface Orders {
  readonly directory: string;
  /** Events that are recorded before it waits for the end. */
  readonly count: number;
}

function orders(): Orders {
  if (!isMainThread) return workerData as Orders;
  return { directory: process.argv[2] ?? "", count: Number(process.argv[3]) };
}

function tell(message: unknown): void {
  if (isMainThread) process.send?.(message);
  else parentPort?.postMessage(message);
}

const { directory, count } = orders();
const audit = await createAudit({ directory, format: "both", policy: { version: 1 } });
tell({ stream: audit.stream });
for (let at = 0; at < count; at++) {
  const { recordId, synced } = await audit.record({
    action: "note_write",
    actor: "ann",
    target: { id: `${audit.stream}-${at}` },
    details: { note: `note ${at}` },
  });
  if (synced) tell({ recordId });
}
tell({ isDone: true });
await (parentPort === null ? once(process, "message") : once(parentPort, "message"));
await audit.close();
process.exit();
