import { writeSync } from "node:fs";
import { systemCodeOf } from "../../../src/lib/errors.ts";

/** Writes a line to the parent before anything else happens: what it reads was promised to it. */
export function say(line: string): void {
  const bytes = Buffer.from(`${line}\n`);
  for (let done = 0; done < bytes.length;) {
    try {
      done += writeSync(1, bytes, done);
    } catch (error) {
      // The parent reads slower than we write.
      if (systemCodeOf(error) !== "EAGAIN") throw error;
    }
  }
}
