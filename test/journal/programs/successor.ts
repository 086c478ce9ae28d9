/**
 * Opens an audit log and closes it once so many streams of the directory need no look any more.
 *
 * Arguments: the audit directory, that number, and after how many signatures of adopted checkpoints it
 * is killed by itself (default: never).
 */
import { generateKeyPairSync, sign } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createAudit } from "otel-audit";

const [directory = "", streams = "0", kills = "Infinity"] = process.argv.slice(2);
const { publicKey, privateKey } = generateKeyPairSync("ed25519");
let adopted = 0;
const audit = await createAudit({
  directory,
  format: "journal",
  policy: { version: 1 },
  seal: {
    signer: {
      publicKey: publicKey.export({ format: "pem", type: "spki" }).toString(),
      sign(text) {
        const isAdopted = new TextDecoder().decode(text).includes("\nstate adopted\n");
        if (isAdopted && ++adopted > Number(kills)) process.kill(process.pid, "SIGKILL");
        return sign(null, text, privateKey);
      },
    },
  },
});
console.log(`stream ${audit.stream} is open`);

function remembered(): number {
  try {
    const text = readFileSync(join(directory, "state", "adopted.json"), "utf8");
    return (JSON.parse(text) as { streams: string[] }).streams.length;
  } catch {
    return 0;
  }
}

const looking = setInterval(() => {
  if (remembered() < Number(streams)) return;
  clearInterval(looking);
  void audit.close().then(() => console.log("all is adopted"));
}, 20);
