/** What a verification is given beside the records: keys, anchors, policies. */
import { readFileSync } from "node:fs";
import { AuditError, messageOf } from "../lib/errors.ts";
import { decodePublicKeys, type NoteKey, readPublicKey, type StreamHead } from "../seal/index.ts";
import {
  compileRedaction,
  createPseudonyms,
  createRedactor,
  loadRedactionFile,
  MIN_KEY_BYTES,
} from "../redact/index.ts";
import { createNodeCrypto, openAnchor, type VerifyFilesOptions } from "../verify/index.ts";
import { explainedBy } from "./explained.ts";
import type { Lines } from "./quarantine-command.ts";

/**
 * Keys, or files of keys: lines as `otel-audit keys show` prints them, or PEM.
 *
 * @throws {AuditError} `unreadable` or `invalid_option`.
 */
export function readPublicKeys(given: readonly string[]): readonly NoteKey[] {
  return given.flatMap((text) => {
    // A key in one line holds a plus, a file name seldom does; what is no key is a file.
    const [inline] = decodePublicKeys(text);
    if (inline !== undefined) return [inline.key];
    const content = readText(text, "the public key");
    const keys = decodePublicKeys(content).map(({ key }) => key);
    return keys.length > 0 ? keys : [readPublicKey(content)];
  });
}

/**
 * The heads of anchors, each signed with a key that is trusted.
 *
 * @throws {AuditError} as a rejection: `unreadable`, or `invalid_option` for a file that is none, or is
 * not signed so.
 */
export async function readAnchors(
  paths: readonly string[],
  keys: readonly NoteKey[],
  warn: Lines["warn"],
): Promise<readonly StreamHead[]> {
  const heads: StreamHead[] = [];
  for (const path of paths) {
    const anchor = await openAnchor(readText(path, "the anchor"), keys, createNodeCrypto());
    if (typeof anchor === "string") throw new AuditError("invalid_option", `${path}: ${anchor}`);
    if (keys.length === 0) {
      warn(
        `${path} is signed with the key that it names itself: give --public-key to know whose it is`,
      );
    }
    heads.push(...anchor.heads);
  }
  return heads;
}

/**
 * What redaction policies explain.
 *
 * @throws {AuditError} `unreadable`, `untrusted_file` or `invalid_policy`.
 */
export function readRedactionPolicies(
  paths: readonly string[],
  warn: Lines["warn"],
): Pick<VerifyFilesOptions, "isExplained" | "redactionDigests"> {
  const redactors = paths.map((path) =>
    createRedactor(compileRedaction(loadRedactionFile(path, warn), NOBODYS_PSEUDONYMS)),
  );
  return {
    isExplained: explainedBy(redactors),
    redactionDigests: redactors.map(({ digest }) => digest),
  };
}

/** That there is one is enough: the key of pseudonyms is nobody's business here. */
const NOBODYS_PSEUDONYMS = createPseudonyms(new Uint8Array(MIN_KEY_BYTES));

function readText(path: string, what: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new AuditError("unreadable", `cannot read ${what} ${path}: ${messageOf(error)}`, {
      cause: error,
    });
  }
}
