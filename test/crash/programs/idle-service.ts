/** A service that records nothing of its own; it ships what it finds, until it is ended. */
import { createAudit } from "otel-audit";

const [directory = "", endpoint = ""] = process.argv.slice(2);
await createAudit({ directory, endpoint, format: "journal", policy: { version: 1 } });
setInterval(() => {}, 1000);
