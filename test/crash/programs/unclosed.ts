/** Records something, never closes its audit log, and has nothing else to do. */
import { createAudit } from "otel-audit";

const [directory = "", endpoint = ""] = process.argv.slice(2);
const audit = await createAudit({ directory, endpoint, policy: { version: 1 } });
await audit.record({ action: "note_write", actor: "ann", target: { id: "1" } });
console.log("recorded");
