import { AuditError } from "../lib/errors.ts";
import { encodeAnchor, headLeafText, type StreamHead } from "./anchor.ts";
import { encodeKey, MAX_TEXT_UNITS } from "./note.ts";
import { sha256 } from "./sha256.ts";
import { signNote } from "./sign-note.ts";
import type { Signer } from "./signer.ts";
import { addLeaves, hashAtOnce, NO_LEAVES, rootOf } from "./tree.ts";

/**
 * The signed note of an anchor.
 *
 * @param heads one at least, in any order; each stream once.
 * @param time as in `audit.time`.
 * @throws {AuditError} as a rejection: `invalid_option` for more heads than a note holds (about 12 000);
 * and what the signer throws.
 */
export async function makeAnchor(
  heads: readonly StreamHead[],
  time: string,
  signer: Signer,
): Promise<string> {
  const sorted = heads.toSorted((left, right) => (left.stream < right.stream ? -1 : 1));
  const encoder = new TextEncoder();
  const leaves = sorted.map((head) => sha256(encoder.encode(headLeafText(head))));
  const tree = hashAtOnce(addLeaves(NO_LEAVES, leaves), sha256);
  const root = Uint8Array.from(hashAtOnce(rootOf(tree), sha256) ?? []);
  const text = encodeAnchor({ time, key: encodeKey(signer.key), heads: sorted, root });
  if (text.length <= MAX_TEXT_UNITS) return signNote(signer, text);
  throw new AuditError(
    "invalid_option",
    `${heads.length} streams are more than one anchor holds: anchor directories one by one`,
  );
}
