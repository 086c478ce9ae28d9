/** Closes an audit log whose signer never answers, while nothing else keeps the process alive. */
import { createAudit } from "otel-audit";

const [directory = ""] = process.argv.slice(2);
const audit = await createAudit({
  directory,
  format: "journal",
  policy: { version: 1 },
  seal: { signer: { publicKey: new Uint8Array(32).fill(9), sign: () => new Promise(() => {}) } },
});
await audit.close();
process.stdout.write("closed\n");
