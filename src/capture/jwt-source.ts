/**
 * Actors out of JSON Web Tokens.
 *
 * In: a call's metadata. Out: the actor that a verified token names, or why the token does not
 * count. It answers at once, but for the time that one signature takes; it never waits for keys.
 * No token is kept: a verified one is known by its hash, until it expires.
 */
import { hash } from "node:crypto";
import type * as Jose from "jose";
import type { Answer, Source } from "./actor-call.ts";
import { actorOfClaims } from "./jwt-claims.ts";
import type { JwtKeys } from "./jwt-key-set.ts";
import { createKeySource, type KeySourceOptions, parseKeyLocation } from "./jwt-keys.ts";
import { readToken } from "./jwt-token.ts";
import type { JwtActorSource } from "./policy-document.ts";

/** A source of actors that needs keys. */
export interface JwtSource {
  readonly ask: Source;
  /** Resolves when the keys are there, or after the time that a start may take. */
  readonly ready: () => Promise<void>;
}

/** What {@link createJwtSource} takes. */
export interface JwtSourceOptions extends KeySourceOptions {
  /** What the name of a key file is relative to. */
  readonly directory: string;
}

interface Verified {
  readonly answer: Answer;
  /** Milliseconds since the epoch. */
  readonly until: number;
}

/** Callers beyond that are verified again. */
const MAX_VERIFIED = 1000;
const DEFAULT_HEADER = "authorization";
const DEFAULT_TOLERANCE_SECONDS = 5;

/**
 * Opens a source of actors.
 *
 * @throws {AuditError} what {@link createKeySource} throws.
 */
export function createJwtSource(source: JwtActorSource, options: JwtSourceOptions): JwtSource {
  const { now = Date.now } = options;
  const key = (source.header ?? DEFAULT_HEADER).toLowerCase();
  const keys = createKeySource(parseKeyLocation(source.jwks, options.directory), options);
  // Heavy, and only here needed; it is there before the first token comes.
  const jose = import("jose");
  jose.catch(() => {});
  const verified = new Map<string, Verified>();
  const pending = new Map<string, Promise<Answer>>();
  let verifiedWith: JwtKeys | undefined;
  let resolver: { readonly keys: JwtKeys; readonly find: Jose.LocalJWKSet } | undefined;

  function recall(id: string): Answer {
    const found = verified.get(id);
    if (found === undefined) return undefined;
    verified.delete(id);
    if (now() >= found.until) return undefined;
    // Behind all others again: the one that was not asked for longest goes first.
    verified.set(id, found);
    return found.answer;
  }

  function remember(id: string, found: Verified): void {
    verified.set(id, found);
    if (verified.size <= MAX_VERIFIED) return;
    const [oldest] = verified.keys();
    if (oldest !== undefined) verified.delete(oldest);
  }

  async function verify(token: string, id: string, current: JwtKeys): Promise<Answer> {
    try {
      const library = await jose;
      if (resolver?.keys !== current) {
        resolver = { keys: current, find: library.createLocalJWKSet(current.set) };
      }
      const { claims, until } = await verifyToken(library, token, resolver.find, {
        source,
        now: now(),
      });
      const answer = actorOfClaims(claims, source);
      if (keys.current() === current) remember(id, { answer, until });
      return answer;
    } catch (error) {
      const code = error instanceof Error && "code" in error ? error.code : undefined;
      if (code === "ERR_JWKS_NO_MATCHING_KEY") keys.missed();
      return { problem: problemOf(error) };
    } finally {
      pending.delete(id);
    }
  }

  return {
    ready: keys.ready,
    ask(call) {
      const values = call.values(key);
      const [value] = values;
      if (value === undefined) return undefined;
      if (values.length > 1) return { problem: `${key} has more than one value` };
      const current = keys.current();
      if (current !== verifiedWith) verified.clear();
      verifiedWith = current;
      const head = readToken(value, key, key !== DEFAULT_HEADER);
      if ("problem" in head) return head;
      if (!source.algorithms.includes(head.algorithm)) {
        return { problem: "the token's algorithm is none that the policy accepts" };
      }
      if (current === undefined) {
        keys.missed();
        return { problem: "the keys that the token is verified with are not loaded" };
      }
      if (head.keyId !== undefined && !current.ids.has(head.keyId)) {
        keys.missed();
        return { problem: "the token names a key that is not in the key set" };
      }
      const id = hash("sha256", head.token);
      const known = recall(id) ?? pending.get(id);
      if (known !== undefined) return known;
      const verifying = verify(head.token, id, current);
      pending.set(id, verifying);
      return verifying;
    },
  };
}

async function verifyToken(
  jose: typeof Jose,
  token: string,
  keys: Jose.LocalJWKSet,
  { source, now }: { readonly source: JwtActorSource; readonly now: number },
): Promise<{ readonly claims: Jose.JWTPayload; readonly until: number }> {
  const tolerance = source.clock_tolerance ?? DEFAULT_TOLERANCE_SECONDS;
  const options: Jose.JWTVerifyOptions = {
    issuer: source.issuer,
    audience: [source.audience].flat(),
    algorithms: [...source.algorithms],
    clockTolerance: tolerance,
    currentDate: new Date(now),
    // Without an end there would be no end to a stolen one.
    requiredClaims: ["exp"],
  };
  const { payload } = await verifyWithAny(jose, token, keys, options);
  return { claims: payload, until: ((payload.exp ?? 0) + tolerance) * 1000 };
}

/** A token without a key id may fit several keys: one of them must have signed it. */
async function verifyWithAny(
  jose: typeof Jose,
  token: string,
  keys: Jose.LocalJWKSet,
  options: Jose.JWTVerifyOptions,
): Promise<Jose.JWTVerifyResult> {
  try {
    return await jose.jwtVerify(token, keys, options);
  } catch (error) {
    if (!(error instanceof jose.errors.JWKSMultipleMatchingKeys)) throw error;
    for await (const key of error) {
      try {
        return await jose.jwtVerify(token, key, options);
      } catch (failed) {
        if (!(failed instanceof jose.errors.JWSSignatureVerificationFailed)) throw failed;
      }
    }
    throw new jose.errors.JWSSignatureVerificationFailed();
  }
}

/** Only words of ours: the library's may quote the token. */
function problemOf(error: unknown): string {
  const { code, claim } =
    error instanceof Error ? (error as Error & { code?: unknown; claim?: unknown }) : {};
  switch (code) {
    case "ERR_JWT_EXPIRED":
      return "the token has expired";
    case "ERR_JWT_CLAIM_VALIDATION_FAILED":
      return CLAIM_PROBLEMS[String(claim)] ?? "a claim of the token is not what it must be";
    case "ERR_JWS_SIGNATURE_VERIFICATION_FAILED":
      return "the token's signature is wrong";
    case "ERR_JWKS_NO_MATCHING_KEY":
      return "the key set has no key for the token";
    default:
      return "the token is no JWT that can be verified";
  }
}

const CLAIM_PROBLEMS: Readonly<Record<string, string>> = {
  iss: "the token is of another issuer",
  aud: "the token is for another audience",
  nbf: "the token is not valid yet",
  iat: "the token's time of issue is not valid",
  exp: "the token does not say when it expires",
};
