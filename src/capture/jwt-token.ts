/** A token before it is verified: nothing of it is believed yet, and nothing of it is ever shown. */

/** What can be told without a key. */
export type TokenHead =
  | { readonly token: string; readonly algorithm: string; readonly keyId: string | undefined }
  | { readonly problem: string };

/** Longer than that is no token but a load. */
const MAX_TOKEN_LENGTH = 16_384;
/** RFC 6750, section 2.1; the scheme in any case (RFC 9110, section 11.1). */
const BEARER = /^bearer +([\w.~+/-]+=*)$/i;
/** JWS Compact Serialization (RFC 7515, section 7.1). */
const COMPACT = /^([\w-]+)\.[\w-]+\.[\w-]*$/;

/**
 * Reads a metadata value that should carry a token.
 *
 * @param isBare whether the token may stand without the word Bearer: in a header of its own.
 */
export function readToken(value: string, key: string, isBare: boolean): TokenHead {
  if (value.length > MAX_TOKEN_LENGTH) return { problem: `the token in ${key} is too long` };
  const token = BEARER.exec(value)?.[1] ?? (isBare ? value : undefined);
  if (token === undefined) return { problem: `${key} is not of the form Bearer <token>` };
  const [, head] = COMPACT.exec(token) ?? [];
  const header = head === undefined ? undefined : parseHeader(head);
  if (typeof header?.["alg"] !== "string")
    return { problem: `the token in ${key} is no signed JWT` };
  const { kid } = header;
  return {
    token,
    algorithm: header["alg"],
    keyId: typeof kid === "string" ? kid : undefined,
  };
}

function parseHeader(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value = JSON.parse(Buffer.from(text, "base64url").toString()) as unknown;
    return typeof value === "object" && value !== null
      ? (value as Readonly<Record<string, unknown>>)
      : undefined;
  } catch {
    return undefined;
  }
}
