/** Cuts one text, and says what was cut. */
import { createHash } from "node:crypto";

/** UTF-8 bytes of one value: what a person reads at once, and far more than any honest setting. */
export const MAX_VALUE_BYTES = 4096;
/** A UTF-16 unit takes at most this many UTF-8 bytes. */
export const MAX_BYTES_PER_UNIT = 3;

/** A text within `maxBytes`: whole, or its first code points and a marker with length and digest. */
export function limitText(text: string, maxBytes: number = MAX_VALUE_BYTES): string {
  if (text.length * MAX_BYTES_PER_UNIT <= maxBytes) return text;
  const bytes = Buffer.from(text, "utf8");
  if (bytes.length <= maxBytes) return text;
  const marker = cutMarker(`${bytes.length} bytes`, bytes);
  let end = Math.max(0, maxBytes - Buffer.byteLength(marker));
  // Back to the first byte of a code point: continuation bytes are 10xxxxxx.
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  return `${bytes.toString("utf8", 0, end)}${marker}`;
}

/** What stands where something was cut: how much there was, and its digest (base64url). */
export function cutMarker(amount: string, content: string | Uint8Array): string {
  return `…[cut: ${amount}, sha256 ${createHash("sha256").update(content).digest("base64url")}]`;
}
