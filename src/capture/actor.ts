import { type Actor, ANONYMOUS } from "../event/index.ts";
import { AuditError, messageOf } from "../lib/errors.ts";
import { type ActorCall, type Answer, seeCall, type SeenCall, type Source } from "./actor-call.ts";
import { headerSource, mtlsSource } from "./actor-peers.ts";
import type { CallFacts } from "./grpc-types.ts";
import { parseKeyLocation } from "./jwt-keys.ts";
import { createJwtSource, type JwtSource } from "./jwt-source.ts";
import type { Peer } from "./peer.ts";
import type { ActorSource } from "./policy-document.ts";
import type { LoadedPolicy } from "./policy-file.ts";

/** Tells who calls; undefined leaves the question to the sources of the audit policy. */
export type ActorFunction = (call: ActorCall) => Actor | undefined;

/** Who calls, and why a credential that was shown did not count. */
export interface FoundActor {
  readonly actor: Actor;
  /** In words, without any of the credential. */
  readonly problem?: string;
}

/**
 * Finds the actor of a call. Never throws, never rejects, never waits for the network: a promise is
 * returned only while the signature of a token is verified.
 */
export type FindActor = (
  call: CallFacts,
  method: string,
  peer: Peer,
) => FoundActor | Promise<FoundActor>;

/** The actor sources of a policy, ready to be asked. */
export interface ActorFinder {
  readonly find: FindActor;
  /** Resolves when the keys of all tokens are there, or have been waited for long enough. */
  readonly ready: () => Promise<void>;
}

/** What only tests decide. */
export interface ActorOptions {
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
  /** How long `ready` waits. Default 5 s. */
  readonly readyMillis?: number;
}

const NOBODY: FoundActor = { actor: { id: ANONYMOUS, type: "user", authentication: "none" } };

/**
 * Compiles the actor sources of a policy, the user's function first. Who nobody knows is
 * `anonymous`; the address stands beside it in the record.
 *
 * @throws {AuditError} `invalid_policy` for an address or key location that is none, and
 * `unreadable` or `untrusted_file` for a file of keys.
 */
export function compileActor(
  loaded: LoadedPolicy,
  own: ActorFunction | undefined,
  report: (line: string) => void,
  options: ActorOptions = {},
): ActorFinder {
  checkActor(loaded);
  const jwtSources: JwtSource[] = [];
  const policySources = (loaded.document.actor ?? []).map((source, at): Source => {
    if (source.header !== undefined) return headerSource(source.header);
    if (source.mtls !== undefined) return mtlsSource(source.mtls.id);
    if (source.jwt === undefined) return () => undefined;
    const place = loaded.locate(["actor", at, "jwt", "jwks"]);
    const { directory } = loaded;
    const jwt = createJwtSource(source.jwt, { place, directory, report, ...options });
    jwtSources.push(jwt);
    return jwt.ask;
  });
  const sources = [...(own === undefined ? [] : [named(own)]), ...policySources];
  let isBrokenReported = false;

  function ask(source: Source, call: SeenCall): Answer | Promise<Answer> {
    try {
      return source(call);
    } catch (error) {
      if (!isBrokenReported)
        report(`an actor source failed, the caller is anonymous: ${messageOf(error)}`);
      isBrokenReported = true;
      return undefined;
    }
  }

  /** Asks the sources from one on; the first problem stays, where no later source knows the caller. */
  function findFrom(
    start: number,
    call: SeenCall,
    problem?: string,
  ): FoundActor | Promise<FoundActor> {
    let first = problem;
    for (let at = start; at < sources.length; at++) {
      const source = sources[at];
      const answer = source === undefined ? undefined : ask(source, call);
      if (answer instanceof Promise) {
        return answer.then((late) => {
          if (late !== undefined && "actor" in late) return late;
          return findFrom(at + 1, call, first ?? late?.problem);
        });
      }
      if (answer === undefined) continue;
      if ("actor" in answer) return answer;
      first ??= answer.problem;
    }
    return first === undefined ? NOBODY : { ...NOBODY, problem: first };
  }

  return {
    find: (call, method, peer) =>
      sources.length === 0 ? NOBODY : findFrom(0, seeCall(call, method, peer)),
    async ready() {
      await Promise.all(jwtSources.map((source) => source.ready()));
    },
  };
}

/**
 * Checks the actor sources of a policy without opening anything.
 *
 * @throws {AuditError} `invalid_policy` with the place.
 */
export function checkActor(loaded: LoadedPolicy): void {
  (loaded.document.actor ?? []).forEach((source, at) => {
    const [path, check] = checkOf(source, loaded.directory);
    try {
      check();
    } catch (error) {
      throw new AuditError(
        "invalid_policy",
        `${loaded.locate(["actor", at, ...path])}: ${messageOf(error)}`,
        { cause: error },
      );
    }
  });
}

function checkOf(source: ActorSource, directory: string): [readonly string[], () => void] {
  const { header, jwt } = source;
  if (header !== undefined) return [["header", "from"], () => void headerSource(header)];
  if (jwt !== undefined) {
    return [["jwt", "jwks"], () => void parseKeyLocation(jwt.jwks, directory)];
  }
  return [[], () => {}];
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
    return { actor: { authentication: "code", ...actor, id } };
  };
}
