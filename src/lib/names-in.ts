import { readdirSync } from "node:fs";
import { systemCodeOf } from "./errors.ts";

/** The names in a directory; none where there is no such directory. @throws what the system says of any other failure. */
export function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch (error) {
    if (systemCodeOf(error) === "ENOENT") return [];
    throw error;
  }
}
