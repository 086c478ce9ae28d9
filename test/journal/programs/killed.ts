/**
 * Records and waits to be killed.
 *
 * Arguments: the audit directory, records that get a checkpoint, and records that get none because the
 * signer refuses by then.
 */
import { generateKeyPairSync, sign } from "node:crypto";
import { createAudit } from "otel-audit";

const [directory = "", signed = "0", unsigned = "0"] = process.argv.slice(2);
const { publicKey, privateKey } = generateKeyPairSync("ed25519");
let mayRefuse = signed === "0";
const audit = await createAudit({
  directory,
  format: "journal",
  policy: { version: 1 },
  seal: {
    signer: {
      publicKey: publicKey.export({ format: "pem", type: "spki" }).toString(),
      sign(text) {
        if (mayRefuse) throw new Error("no more signatures");
        return sign(null, text, privateKey);
      },
    },
  },
});

async function record(count: number): Promise<void> {
  const receipts = Array.from({ length: count }, (_, at) =>
    audit.record({
      action: "note_write",
      actor: "ann",
      target: { id: `sample-${at}` },
      details: { note: `note ${at}` },
    }),
  );
  await Promise.all(receipts);
}

await record(Number(signed));
if (!mayRefuse) await audit.flush();
mayRefuse = true;
await record(Number(unsigned));
await audit.flush();
console.log(`stream ${audit.stream} is written`);
// The parent kills it.
setInterval(() => {}, 1000);
