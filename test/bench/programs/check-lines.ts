/**
 * Checks lines in other ways than ours, in one thread; prints how many there are.
 *
 *     check-lines.ts parse|chain|signatures <file of checked lines> <public key in PEM>
 */
import { createPublicKey, verify } from "node:crypto";
import { readFileSync } from "node:fs";
import { chainHash, decodeCheckedLine } from "../checked-line.ts";
import { linesOfFile } from "../lines-of-file.ts";

const [way = "", file = "", keyFile = ""] = process.argv.slice(2);

/** Throws at a line that is not what it was. */
function checkerOf(): (text: string) => void {
  if (way === "parse") return (text) => void JSON.parse(decodeCheckedLine(text).line);
  if (way === "chain") {
    let previous = "";
    return (text) => {
      const { line, hash } = decodeCheckedLine(text);
      previous = chainHash(previous, line);
      if (previous !== hash) throw new Error(`altered: ${line.slice(0, 200)}`);
    };
  }
  if (way !== "signatures") throw new Error(`${way} is none of parse, chain, signatures`);
  const key = createPublicKey(readFileSync(keyFile));
  return (text) => {
    const { line, signature } = decodeCheckedLine(text);
    if (!verify(null, Buffer.from(line), key, Buffer.from(signature, "base64url")))
      throw new Error(`altered: ${line.slice(0, 200)}`);
  };
}

const check = checkerOf();
let lines = 0;
for (const text of linesOfFile(file)) {
  check(text);
  lines++;
}
console.log(lines);
