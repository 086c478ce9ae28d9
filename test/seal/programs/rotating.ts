/** Rotates the key of a place, for ever or so many times after stdin has ended, and counts on stdout. */
import { readFileSync } from "node:fs";
import { rotateKeyFile } from "../../../src/seal/make-key-file.ts";

const [path = "", times] = process.argv.slice(2);
if (times !== undefined) {
  process.stdout.write("ready\n");
  readFileSync(0);
}
for (let done = 1; done <= Number(times ?? Infinity); done++) {
  rotateKeyFile(path);
  process.stdout.write(`${done}\n`);
}
