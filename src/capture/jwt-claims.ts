import { ACTOR_TYPES } from "../event/index.ts";
import type { Answer } from "./actor-call.ts";
import type { JwtActorSource } from "./policy-document.ts";

/** The claims of a token, verified. */
export type Claims = Readonly<Record<string, unknown>>;

/**
 * The actor that verified claims name.
 *
 * A token with an `act` claim (RFC 8693, section 4.1) was issued to somebody who acts for another:
 * who is named there acts, and the token's own subject is the one who delegated it. Actors nested
 * deeper are earlier ones in the chain and say nothing of who acts now.
 */
export function actorOfClaims(claims: Claims, source: JwtActorSource): Answer {
  const idClaim = source.id ?? "sub";
  const id = textOf(claimAt(claims, idClaim));
  if (id === undefined) return { problem: `the token has no ${idClaim} claim that is a text` };
  const act = source.delegator === undefined ? claims["act"] : undefined;
  const isDelegated = act !== undefined && act !== null;
  const acting = isDelegated ? (textOf(claimAt(act, idClaim)) ?? textOf(claimAt(act, "sub"))) : id;
  if (acting === undefined) return { problem: "the token's act claim does not say who acts" };
  const delegator = isDelegated
    ? id
    : source.delegator === undefined
      ? undefined
      : textOf(claimAt(claims, source.delegator));
  const role = source.role === undefined ? undefined : rolesOf(claimAt(claims, source.role));
  const type = source.type === undefined ? undefined : claimAt(claims, source.type);
  return {
    actor: {
      id: acting,
      type:
        ACTOR_TYPES.find((known) => known === type) ?? (delegator === undefined ? "user" : "agent"),
      authentication: "jwt",
      ...(role === undefined ? {} : { role }),
      ...(delegator === undefined ? {} : { delegator }),
    },
  };
}

/** A claim by its name; where there is none of that name, `a.b` looks into the map `a`. */
function claimAt(claims: unknown, name: string): unknown {
  if (!isMap(claims)) return undefined;
  if (Object.hasOwn(claims, name)) return claims[name];
  const dot = name.indexOf(".");
  const head = name.slice(0, Math.max(dot, 0));
  return dot > 0 && Object.hasOwn(claims, head)
    ? claimAt(claims[head], name.slice(dot + 1))
    : undefined;
}

function rolesOf(value: unknown): string | undefined {
  const roles = (Array.isArray(value) ? (value as unknown[]) : [value])
    .map(textOf)
    .filter((role) => role !== undefined);
  return roles.length === 0 ? undefined : roles.join(",");
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function isMap(value: unknown): value is Claims {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
