/** Loads the signing key of a place that nobody named, once its parent says so, and says which it got. */
import { once } from "node:events";
import { encodeKey } from "../../../src/seal/note.ts";
import { loadSigner } from "../../../src/seal/key-file.ts";

const [path = "", directory = ""] = process.argv.slice(2);
process.stdout.write("ready\n");
await once(process.stdin, "data");
const lines: string[] = [];
const { key, custody } = loadSigner({ path, isNamed: false }, directory, (line) =>
  lines.push(line),
);
process.stdout.write(`${JSON.stringify({ key: encodeKey(key), custody, lines })}\n`);
process.exit(0);
