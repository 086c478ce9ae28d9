import { toBase64 } from "../lib/base64.ts";
import {
  addLeaves,
  type Anchor,
  decodeAnchor,
  decodeNote,
  encodeKey,
  headLeafText,
  NO_LEAVES,
  type NoteKey,
  rootOf,
} from "../seal/portable.ts";
import { checkSignature } from "./check-checkpoint.ts";
import { hashed } from "./grow-tree.ts";
import type { VerifyCrypto } from "./crypto.ts";

/**
 * What an anchor says, once its signature and root are checked.
 *
 * @param note as `otel-audit anchor` wrote it.
 * @param trusted keys, one of which must have signed it; none: the key that it names itself.
 * @returns a text says what is wrong.
 */
export async function openAnchor(
  note: string,
  trusted: readonly NoteKey[],
  crypto: VerifyCrypto,
): Promise<Anchor | string> {
  const signed = decodeNote(note);
  if (signed === undefined) return "it is no signed note";
  const anchor = decodeAnchor(signed.text);
  if (typeof anchor === "string") return anchor;
  const key = await checkSignature(signed, anchor, crypto);
  if (typeof key === "string") return key;
  const isTrusted =
    trusted.length === 0 || trusted.some((one) => encodeKey(one) === encodeKey(key));
  if (!isTrusted)
    return `it is signed with the key ${encodeKey(key)}, which is none of those given`;
  const leaves = await crypto.hashTexts(anchor.heads.map(headLeafText));
  const root = await hashed(rootOf(await hashed(addLeaves(NO_LEAVES, leaves), crypto)), crypto);
  if (root === undefined || toBase64(root) !== toBase64(anchor.root))
    return "its heads do not lead to the root that it signs";
  return anchor;
}
