/** What a verification is given beside the records: keys and anchors. */
import { readFileSync } from "node:fs";
import { AuditError, messageOf } from "../lib/errors.ts";
import { decodePublicKeys, type NoteKey, readPublicKey, type StreamHead } from "../seal/index.ts";
import { encodeKey } from "../seal/portable.ts";
import { createNodeCrypto, openAnchor } from "../verify/index.ts";
import type { Lines } from "./lines.ts";

const PRIVATE_KEY = /^-----BEGIN [A-Z ]*PRIVATE KEY-----/m;

/**
 * Keys, or files of keys: lines as `otel-audit keys show` prints them, or PEM.
 *
 * @throws {AuditError} `unreadable` or `invalid_option`.
 */
export function readPublicKeys(given: readonly string[], warn: Lines["warn"]): readonly NoteKey[] {
  return given.flatMap((text) => {
    if (text.trim() === "")
      throw new AuditError("invalid_option", "--public-key names nothing: give a key or a file");
    // A key in one line holds a plus, a file name seldom does; what is no key is a file.
    const [inline] = decodePublicKeys(text);
    if (inline !== undefined) return [withOwnId(inline.key, "--public-key")];
    const content = readText(text, "the public key");
    const keys = decodePublicKeys(content).map(({ key }) => withOwnId(key, text));
    if (keys.length > 0) return keys;
    const key = readPublicKey(content);
    if (PRIVATE_KEY.test(content))
      warn(
        `${text} is a private key: its public half is used; to verify, otel-audit keys show gives what is enough, and who has this one can sign`,
      );
    return [key];
  });
}

/** Nothing is ever signed with a key under another id: what was given is a slip, and no verdict follows from it. */
function withOwnId(key: NoteKey, where: string): NoteKey {
  const line = encodeKey(key);
  try {
    return readPublicKey(line);
  } catch (error) {
    throw new AuditError(
      "invalid_option",
      `${where}: ${line} is no key: its id is not that of the key`,
      { cause: error },
    );
  }
}

/** An anchor whose signature is right; whether its key is trusted is not known yet. */
export interface OpenedAnchor {
  readonly path: string;
  /** In one line. */
  readonly key: string;
  readonly heads: readonly StreamHead[];
}

/**
 * Anchors, each signed with the key that it names.
 *
 * @throws {AuditError} as a rejection: `unreadable`, or `invalid_option` for a file that is none.
 */
export async function readAnchors(paths: readonly string[]): Promise<readonly OpenedAnchor[]> {
  const anchors: OpenedAnchor[] = [];
  for (const path of paths) {
    checkNamed(path, "--anchor");
    const anchor = await openAnchor(readText(path, "the anchor"), [], createNodeCrypto());
    if (typeof anchor === "string") throw new AuditError("invalid_option", `${path}: ${anchor}`);
    anchors.push({ path, key: anchor.key, heads: anchor.heads });
  }
  return anchors;
}

/**
 * Refuses an option that names no file.
 *
 * @throws {AuditError} `invalid_option`.
 */
export function checkNamed(path: string, option: string): void {
  if (path === "") throw new AuditError("invalid_option", `${option} names nothing: give a file`);
}

function readText(path: string, what: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new AuditError("unreadable", `cannot read ${what} ${path}: ${messageOf(error)}`, {
      cause: error,
    });
  }
}
