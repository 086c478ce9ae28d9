import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { SECRETS } from "./session.ts";

/** What a search went through. */
export interface Searched {
  readonly files: number;
  readonly bytes: number;
}

/**
 * Reads every file below a directory, whatever it is, and looks for the session's secrets.
 *
 * @throws Error when one is there; the text names the file.
 */
export function searchSecrets(directory: string): Searched {
  let files = 0;
  let bytes = 0;
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const content = readFileSync(path);
    files++;
    bytes += content.length;
    refuseSecrets(path, content);
  }
  return { files, bytes };
}

/** @throws Error when a text, which is called `where` in the message, holds a secret of the session. */
export function refuseSecrets(where: string, content: string | Buffer): void {
  const found = SECRETS.find((secret) => content.includes(secret));
  if (found !== undefined) throw new Error(`a secret was not masked: ${where} holds "${found}"`);
}

/** @throws Error when a text does not show the mask, so that finding no secret would say nothing. */
export function expectMasked(where: string, content: string): void {
  if (!content.includes("****")) throw new Error(`${where} should show a mask: ${content}`);
}
