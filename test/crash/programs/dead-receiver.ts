/** Writes many records while nobody takes them, and prints how much memory that took. */
import { setImmediate as turn } from "node:timers/promises";
import { createAudit } from "otel-audit";

const [directory = "", endpoint = "", total = ""] = process.argv.slice(2);
const count = Number(total);
const audit = await createAudit({ directory, endpoint, format: "journal", policy: { version: 1 } });
const GROUP = 500;

async function write(records: number): Promise<void> {
  for (let at = 0; at < records; at += GROUP) {
    const receipts = Array.from({ length: GROUP }, (_, of) =>
      audit.record({
        action: "note_write",
        actor: "ann",
        target: { id: `${at + of}` },
        reason: "x",
      }),
    );
    await Promise.all(receipts);
    await turn();
  }
}

function residentMegabytes(): number {
  globalThis.gc?.();
  return Math.round(process.memoryUsage().rss / 1024 / 1024);
}

// The heap of V8 grows to its working size first.
await write(count / 2);
const early = residentMegabytes();
await write(count / 2);
const late = residentMegabytes();
console.log(JSON.stringify({ early, late, ...audit.health() }));
await audit.close();
