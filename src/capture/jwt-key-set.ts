import { hash } from "node:crypto";
import type { JSONWebKeySet } from "jose";
import { z } from "zod";

/** A set of public keys. */
export interface JwtKeys {
  readonly set: JSONWebKeySet;
  /** The ids of its keys. */
  readonly ids: ReadonlySet<string>;
  /** Of the text they were read from. */
  readonly digest: string;
}

const keySetSchema = z.looseObject({
  keys: z
    .array(z.looseObject({ kty: z.string(), kid: z.string().optional() }))
    .min(1, "has no keys"),
});

/** Parameters of private and secret keys (RFC 7518, section 6). */
const SECRET_PARAMETERS = ["d", "k", "p", "q", "dp", "dq", "qi", "oth", "priv"];

/**
 * Reads a JWK set (RFC 7517, section 5).
 *
 * @throws {Error} in words without any of the text: it may hold what is no public key.
 */
export function parseKeySet(text: string): JwtKeys {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error('is no JWK set: it must be JSON as in { "keys": [ … ] }');
  }
  const parsed = keySetSchema.safeParse(value);
  if (!parsed.success) {
    throw new Error('is no JWK set with a key in it: it must be as in { "keys": [ … ] }');
  }
  const { keys } = parsed.data;
  if (keys.some((key) => SECRET_PARAMETERS.some((name) => Object.hasOwn(key, name)))) {
    throw new Error("holds a private or secret key: publish the public keys only");
  }
  return {
    set: { keys: keys as JSONWebKeySet["keys"] },
    ids: new Set(keys.flatMap(({ kid }) => (kid === undefined ? [] : [kid]))),
    digest: hash("sha256", text),
  };
}
