/** Records with no descriptor left, and with some again; prints what it was told. */
import { closeSync, openSync } from "node:fs";
import { createAudit } from "otel-audit";

const [directory = ""] = process.argv.slice(2);
const audit = await createAudit({
  directory,
  format: "journal",
  policy: { version: 1 },
  journal: { maxSegmentBytes: 64 * 1024 },
});
const durable: string[] = [];
async function record(count: number): Promise<void> {
  for (let at = 0; at < count; at++) {
    const note = "x".repeat(1000);
    const { recordId, synced } = await audit.record({
      action: "note_write",
      actor: "ann",
      details: { note },
    });
    if (synced) durable.push(recordId);
  }
}

await record(10);
const taken: number[] = [];
try {
  for (;;) taken.push(openSync("/dev/null", "r"));
} catch {
  // No more are to be had.
}
await record(200);
const { state } = audit.health();
for (const fd of taken) closeSync(fd);
// It is tried again after a second.
const end = performance.now() + 1100;
while (performance.now() < end) await record(1);
await record(100);
await audit.close();
console.log(JSON.stringify({ durable, state, taken: taken.length }));
