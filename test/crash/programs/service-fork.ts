/** A process that a service forks: it inherits the environment, and with it the audit directory. */
import { createAudit } from "otel-audit";
import { say } from "./say.ts";

const audit = await createAudit({ policy: { version: 1 } });
const records = Array.from({ length: Number(process.argv[2]) }, async (_, at) => {
  const id = `${process.env["SERVICE_NAME"] ?? "service"}-f${process.pid}-${at}`;
  const { written } = await audit.record({
    action: "note_write",
    actor: { id: "fork", type: "service" },
    target: { id },
    details: { note: `note ${id}` },
  });
  say(`${written ? "kept" : "lost"} ${id}`);
});
await Promise.all(records);
await audit.close();
process.disconnect?.();
