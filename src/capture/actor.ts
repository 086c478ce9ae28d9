import { type Actor, ACTOR_TYPES, ANONYMOUS } from "../event/index.ts";
import { AuditError, messageOf } from "../lib/errors.ts";
import type { CallFacts } from "./grpc-types.ts";
import { compilePeerFilter, type Peer, type PeerFilter } from "./peer.ts";
import type { LoadedPolicy } from "./policy-file.ts";
import type { ActorSource, HeaderActorSource } from "./policy-schema.ts";

/** What a user's actor function sees of a call. */
export interface ActorCall {
  /** `package.Service/Method`. */
  readonly method: string;
  /** First value of a metadata key, or undefined. */
  readonly metadata: (key: string) => string | undefined;
  readonly peer: Peer;
  /** The verified client certificate, where there is one (Node's `PeerCertificate`). */
  readonly certificate?: unknown;
}

/** Tells who calls; undefined leaves the question to the sources of the audit policy. */
export type ActorFunction = (call: ActorCall) => Actor | undefined;

/** Finds the actor of a call. Never throws, never waits. */
export type FindActor = (
  call: CallFacts,
  method: string,
  peer: Peer,
) => FoundActor | Promise<FoundActor>;

/** Who calls, and why a credential that was shown did not count. */
export interface FoundActor {
  readonly actor: Actor;
  readonly problem?: string;
}

type Source = (call: ActorCall) => Actor | undefined;

/**
 * Compiles the actor sources of a policy, the user's function first. Who nobody knows is
 * `anonymous`; the address stands beside it in the record.
 *
 * @throws {AuditError} `invalid_policy` for an address that is none.
 */
export function compileActor(
  loaded: LoadedPolicy,
  own: ActorFunction | undefined,
  report: (line: string) => void,
): FindActor {
  const policySources = (loaded.document.actor ?? []).map((source, at) =>
    compileSource(source, loaded, at),
  );
  const sources: Source[] = [...(own === undefined ? [] : [named(own)]), ...policySources];
  let isBrokenReported = false;
  return (call, method, peer) => {
    const seen: ActorCall = {
      method,
      peer,
      metadata: (key) => firstValue(call, key),
      certificate: certificateOf(call),
    };
    for (const source of sources) {
      try {
        const actor = source(seen);
        if (actor !== undefined) return { actor };
      } catch (error) {
        if (!isBrokenReported)
          report(`an actor source failed, the caller is anonymous: ${messageOf(error)}`);
        isBrokenReported = true;
      }
    }
    return { actor: { id: ANONYMOUS, type: "user", authentication: "none" } };
  };
}

function named(own: ActorFunction): Source {
  return (call) => {
    // What comes out of an application's function is not always what its type says.
    const actor = own(call) as Partial<Actor> | null | undefined;
    if (actor === undefined || actor === null) return undefined;
    const { id } = actor;
    if (typeof id !== "string" || id === "") {
      throw new TypeError(
        actor instanceof Promise
          ? "the actor function is asynchronous, and a call cannot wait for it"
          : "the actor function gave no id",
      );
    }
    return { authentication: "code", ...actor, id };
  };
}

function compileSource(source: ActorSource, loaded: LoadedPolicy, at: number): Source {
  if ("mtls" in source) return mtlsSource(source.mtls.id);
  let isTrusted: PeerFilter;
  try {
    isTrusted = compilePeerFilter(source.header.from);
  } catch (error) {
    throw new AuditError(
      "invalid_policy",
      `${loaded.locate(["actor", at, "header", "from"])}: ${messageOf(error)}`,
      { cause: error },
    );
  }
  return headerSource(source.header, isTrusted);
}

function headerSource(header: HeaderActorSource, isTrusted: PeerFilter): Source {
  return ({ metadata, peer }) => {
    const id = metadata(header.id);
    if (id === undefined || !isTrusted(peer)) return undefined;
    const type = header.type === undefined ? undefined : metadata(header.type);
    const role = header.role === undefined ? undefined : metadata(header.role);
    const delegator = header.delegator === undefined ? undefined : metadata(header.delegator);
    return {
      id,
      type: ACTOR_TYPES.find((known) => known === type) ?? "user",
      authentication: "header",
      ...(role === undefined ? {} : { role }),
      ...(delegator === undefined ? {} : { delegator }),
    };
  };
}

/** grpc-js verified the certificate before the call came this far; without one there is none here. */
function mtlsSource(field: string): Source {
  return ({ certificate }) => {
    const id = certificateField(certificate, field);
    return id === undefined ? undefined : { id, type: "service", authentication: "mtls" };
  };
}

function certificateField(certificate: unknown, field: string): string | undefined {
  if (typeof certificate !== "object" || certificate === null) return undefined;
  const { subject, subjectaltname } = certificate as {
    readonly subject?: Readonly<Record<string, unknown>>;
    readonly subjectaltname?: unknown;
  };
  const [part, name] = field.split(".");
  if (name === undefined) return undefined;
  if (part === "subject") {
    const value = subject?.[name];
    return typeof value === "string" && value !== "" ? value : undefined;
  }
  const prefix = `${name === "uri" ? "URI" : name === "dns" ? "DNS" : "email"}:`;
  return (typeof subjectaltname === "string" ? subjectaltname : "")
    .split(", ")
    .find((entry) => entry.startsWith(prefix))
    ?.slice(prefix.length);
}

function certificateOf(call: CallFacts): unknown {
  try {
    const certificate = call.getAuthContext?.().sslPeerCertificate;
    return typeof certificate === "object" &&
      certificate !== null &&
      Object.keys(certificate).length > 0
      ? certificate
      : undefined;
  } catch {
    // No TLS on this connection.
    return undefined;
  }
}

function firstValue(call: CallFacts, key: string): string | undefined {
  const value = call.metadata.get(key)[0];
  const text = value === undefined ? "" : value.toString();
  return text === "" ? undefined : text;
}
