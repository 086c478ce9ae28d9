import { mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { loadSigner } from "../../src/seal/key-file.ts";
import { temporaryDirectory } from "./temporary-directory.ts";

/** An audit directory, and where its signing key is to be. */
export interface Place {
  readonly directory: string;
  readonly path: string;
}

/** The audit directory is there, the key and its directory are not. */
export function freshPlace(): Place {
  const root = temporaryDirectory();
  const directory = join(root, "audit");
  mkdirSync(directory);
  return { directory, path: join(root, "state", "otel-audit", "signing-key.pem") };
}

/** The signer of a key file, and what people were told. */
export function load(
  path: string,
  directory: string,
  isNamed = false,
): ReturnType<typeof loadSigner> & { readonly lines: readonly string[] } {
  const lines: string[] = [];
  return { ...loadSigner({ path, isNamed }, directory, (line) => lines.push(line)), lines };
}

/** The permissions of a file. */
export function modeOf(path: string): number {
  return statSync(path).mode & 0o777;
}
