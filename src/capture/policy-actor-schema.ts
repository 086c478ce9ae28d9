/** What `actor:` in `audit.yaml` may say. */
import { z } from "zod";
import { shown } from "../lib/shown.ts";

/** What grpc-js lets a metadata key be (gRPC over HTTP/2, "Custom-Metadata"). */
const METADATA_KEY = /^[0-9a-zA-Z_.-]+$/;
const metadataKey = z.string().regex(METADATA_KEY, "must be a metadata key, as in x-user");

const MTLS_FIELD = /^(subject\.[A-Za-z]+|san\.(uri|dns|email))$/;
const mtlsField = z
  .string()
  .regex(MTLS_FIELD, "must be subject.<attribute>, san.uri, san.dns or san.email");

const trustedCertificate = z
  .strictObject({
    mtls: z
      .record(mtlsField, z.string().min(1, "must not be empty"))
      .refine(
        (fields) => Object.keys(fields).length > 0,
        "must name a field, as in { subject.CN: gateway }",
      )
      .meta({ minProperties: 1 })
      .describe("certificate fields and what they must be; all of them must hold"),
  })
  .describe("callers with a verified client certificate");

const headerActor = z
  .strictObject({
    id: metadataKey.describe("metadata key that names the actor, as in x-user"),
    type: metadataKey
      .optional()
      .describe("metadata key that names the actor's type: user, service, system or agent"),
    role: metadataKey.optional().describe("metadata key that names the actor's role"),
    delegator: metadataKey
      .optional()
      .describe("metadata key that names the person for whom an agent acts"),
    from: z
      .array(z.union([z.string(), trustedCertificate]), {
        error: (issue) =>
          issue.input === undefined
            ? "is missing: list the callers whose header is believed, as in [127.0.0.0/8]"
            : undefined,
      })
      .min(1, "must list the callers whose header is believed, as in [127.0.0.0/8]")
      .describe("addresses, ranges as 10.0.0.0/8, or { mtls: { subject.CN: gateway } }"),
  })
  .describe("a header, believed only from the listed callers");

const mtlsActor = z
  .strictObject({
    id: mtlsField.describe("field of the client certificate that names the actor"),
  })
  .describe("the verified client certificate");

/** Signatures with a public key (RFC 7518, RFC 8037, RFC 9864); with a shared secret everybody who verifies could sign. */
const ALGORITHMS = [
  "RS256",
  "RS384",
  "RS512",
  "PS256",
  "PS384",
  "PS512",
  "ES256",
  "ES384",
  "ES512",
  "EdDSA",
  "Ed25519",
] as const;

const algorithm = z.enum(ALGORITHMS, {
  error: ({ input }) => {
    const given = shown(input);
    const why =
      typeof input === "string" && /^(none|HS\d+)$/i.test(input)
        ? " proves nothing with public keys"
        : " is not supported";
    return `${given}${why}: use one of ${ALGORITHMS.join(", ")}`;
  },
});

const claim = z.string().min(1, "must name a claim");

const jwtActor = z
  .strictObject({
    header: metadataKey
      .optional()
      .describe("metadata key that carries the token, after Bearer. Default authorization"),
    jwks: z
      .string()
      .min(1, "must be a file or an https URL")
      .describe(
        "the issuer's public keys (JWK set): a file, relative to this one, or an https URL; http only for this machine",
      ),
    issuer: z.string().min(1, "must not be empty").describe("what the iss claim must be"),
    audience: z
      .union([
        z.string().min(1, "must not be empty"),
        z.array(z.string().min(1, "must not be empty")).min(1, "must list at least one audience"),
      ])
      .describe("what the aud claim must hold; of a list, one"),
    algorithms: z
      .array(algorithm)
      .min(1, "must list at least one algorithm, as in [EdDSA]")
      .describe("signature algorithms that are accepted, as in [EdDSA]"),
    id: claim.optional().describe("claim that names the actor. Default sub"),
    role: claim
      .optional()
      .describe("claim that names the role; a.b looks into a map, a list is joined by commas"),
    type: claim
      .optional()
      .describe("claim that names the actor's type: user, service, system or agent"),
    delegator: claim
      .optional()
      .describe(
        "claim that names the person for whom the actor acts. Without it the act claim of RFC 8693 counts: " +
          "who is named there acts, for the one whom id names",
      ),
    clock_tolerance: z
      .number()
      .min(0)
      .max(600)
      .optional()
      .describe("seconds by which the issuer's clock may differ, 0 to 600. Default 5"),
  })
  .describe("a JSON Web Token; signature, issuer, audience and times are verified");

/** One source of actors: jwt, mtls or header. */
export const actorSource: z.ZodType = z
  .strictObject({
    jwt: jwtActor.optional(),
    mtls: mtlsActor.optional(),
    header: headerActor.optional(),
  })
  .refine(
    (source) => Object.values(source).filter((kind) => kind !== undefined).length === 1,
    "must be one of jwt, mtls and header",
  )
  .meta({ minProperties: 1, maxProperties: 1 })
  .describe("a source of actors: jwt, mtls or header");
