/** Records numbered actions until it is killed; says the number of each that was accepted. */
import { createAudit } from "otel-audit";

const [directory = "", name = ""] = process.argv.slice(2);
const audit = await createAudit({ directory, policy: { version: 1 } });
console.log("ready");
for (let count = 1; ; count++) {
  const receipt = await audit.record({
    action: "note_write",
    actor: name,
    target: { id: `${name}-${count}` },
  });
  if (receipt.written) process.stdout.write(`${name}-${count}\n`);
  if (count % 50 === 0) await new Promise((resolve) => setTimeout(resolve, 20));
}
