/** A thread of a service that has an audit log of its own, in the same directory. */
import { parentPort, threadId } from "node:worker_threads";
import { createAudit } from "otel-audit";
import { say } from "./say.ts";

const audit = await createAudit({ policy: { version: 1 } });
const name = `${process.env["SERVICE_NAME"] ?? "service"}-t${threadId}`;
let recorded = 0;

async function recordOne(): Promise<void> {
  const id = `${name}-${++recorded}`;
  const { written } = await audit.record({
    action: "note_write",
    actor: { id: "thread", type: "service" },
    target: { id },
    details: { note: `note ${id}` },
  });
  say(`${written ? "kept" : "lost"} ${id}`);
}

function keepRecording(): void {
  void Promise.all([recordOne(), recordOne(), recordOne()]).then(() =>
    setTimeout(keepRecording, 15),
  );
}

await recordOne();
parentPort?.postMessage("recording");
keepRecording();
