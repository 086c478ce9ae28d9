/** Rotates the key of a place for ever, and counts on stdout. */
import { rotateKeyFile } from "../../../src/seal/make-key-file.ts";

const [path = ""] = process.argv.slice(2);
for (let done = 1; ; done++) {
  rotateKeyFile(path);
  process.stdout.write(`${done}\n`);
}
