/**
 * Records sample events as fast as the disk confirms them, and ends when so many were shipped.
 *
 *     record-to-collector.ts <directory> <events> [endpoint] [records to be shipped]
 *
 * Prints `recorded <seconds>` when the last was recorded.
 */
import { setTimeout as delay } from "node:timers/promises";
import { createAudit } from "otel-audit";
import { sampleEvent } from "../sample-event.ts";

/** The next ones wait for the disk. */
const EVENTS_A_SYNC = 1024;
const POLL_MILLIS = 50;

const [directory = "", events = "", endpoint, toShip = events] = process.argv.slice(2);
const audit = await createAudit({
  directory,
  format: "journal",
  service: "bench",
  ...(endpoint === undefined ? {} : { endpoint }),
});
const started = performance.now();
for (let step = 0; step < Number(events); step++) {
  const kept = audit.record(sampleEvent(step));
  if (step % EVENTS_A_SYNC === 0) await kept;
}
await audit.flush();
console.log(`recorded ${(performance.now() - started) / 1000}`);
if (endpoint !== undefined) {
  while ((audit.health().shipping?.shipped ?? 0) < Number(toShip)) await delay(POLL_MILLIS);
}
await audit.close();
