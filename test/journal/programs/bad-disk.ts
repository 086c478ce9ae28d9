/** Records while syncing works, while it fails, and when it works again; prints what it was told. */
import { rmSync, writeFileSync } from "node:fs";
import { createAudit } from "otel-audit";

const [directory = ""] = process.argv.slice(2);
const flag = process.env["FAIL_SYNC"] ?? "";
const audit = await createAudit({ directory, format: "journal", policy: { version: 1 } });
const record = async (): Promise<{ readonly recordId: string; readonly synced: boolean }> =>
  audit.record({ action: "pause", actor: "ann" });

const before = [await record(), await record()];
writeFileSync(flag, "");
const during = [await record(), await record(), await record()];
const { state } = audit.health();
rmSync(flag);
let after = await record();
while (!after.synced) {
  during.push(after);
  after = await record();
}
await audit.close();
console.log(
  JSON.stringify({ before, during, after, state, unconfirmed: audit.health().unconfirmed }),
);
