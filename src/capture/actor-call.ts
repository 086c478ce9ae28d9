/** A call as the actor sources see it. */
import type { Actor } from "../event/index.ts";
import { type Certificate, certificateOf } from "./actor-certificate.ts";
import type { CallFacts } from "./grpc-types.ts";
import type { Peer } from "./peer.ts";

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

/** What the sources of the policy see beyond that. */
export interface SeenCall extends ActorCall {
  /** All values of a metadata key that are not empty. */
  readonly values: (key: string) => readonly string[];
  /** The certificate, or why the one that was shown does not count. */
  readonly shownCertificate: () => Certificate;
}

/**
 * What a source says: who it is, why what was shown did not count, or nothing, where nothing of the
 * kind was shown.
 */
export type Answer = { readonly actor: Actor } | { readonly problem: string } | undefined;

/** A source of actors. A promise of it never rejects. */
export type Source = (call: SeenCall) => Answer | Promise<Answer>;

/** Makes the view of a call; the certificate is read when it is asked for. */
export function seeCall(call: CallFacts, method: string, peer: Peer): SeenCall {
  const values = (key: string): readonly string[] =>
    call.metadata
      .get(key)
      .map((value) => value.toString())
      .filter((text) => text !== "");
  let certificate: Certificate | undefined;
  const shownCertificate = (): Certificate => (certificate ??= certificateOf(call));
  return {
    method,
    peer,
    values,
    metadata: (key) => values(key)[0],
    get certificate() {
      return shownCertificate().certificate;
    },
    shownCertificate,
  };
}
