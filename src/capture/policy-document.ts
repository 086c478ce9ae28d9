/** An audit policy as it is written, by type. The schema beside it checks the same at run time. */
import type { FailurePolicy } from "../event/index.ts";

/** A literal, or a path into the messages. */
export type PolicyValue = string | number | boolean;

/**
 * What must stand at a path. A list in the message holds when one of its items does.
 *
 * - `present`, `absent`: whether there is something that is not empty
 * - `falsy`: absent, `false` or 0, which protobuf does not send and libraries may fill in
 * - a value, or a list of values of which one must be there
 * - `matches`: an RE2 pattern that matches the whole value
 * - `sent`: whether the field is in the message, empty or not
 */
export type PolicyCondition =
  | PolicyValue
  | readonly PolicyValue[]
  | { readonly matches: string }
  | { readonly sent: boolean };

/** Paths, and what must stand there. */
export type PolicyConditions = Readonly<Record<string, PolicyCondition>>;

/**
 * Which methods: `package.Service/Method`, `package.Service/*`, or an RE2 pattern that matches the
 * whole `package.Service/Method`.
 */
export type PolicyMethod = string | { readonly regex: string };

/** How much of the messages is recorded beside what the paths name. `none`: no record at all. */
export type PolicyLevel = "none" | "metadata" | "request" | "request-response";

/** What happens at start to a method that is neither mapped nor exempt. */
export type PolicyCoverage = "strict" | "warn" | "off";

/** Where target, reason, outcome and error text come from. */
export interface PolicySources {
  readonly target?: { readonly type?: string; readonly id?: string };
  readonly reason?: string;
  /** Path to what tells success from failure in a reply whose status is OK. */
  readonly outcome?: string;
  /** Path to the error text of such a reply. */
  readonly error?: string;
  /** The approval it rests on: a ticket, and who gave it. */
  readonly authorization?: { readonly id?: string; readonly by?: string };
  /** The version snapshot or checkpoint it belongs to. */
  readonly snapshot?: string;
  /** Wins over what the catalogue says of the action; on an action it wins over the rule's. */
  readonly failure?: FailurePolicy;
}

/** One action that a method is recorded as. */
export interface PolicyAction extends PolicySources {
  readonly action: string;
  /** All of a map must hold; of a list of maps, one. */
  readonly when?: PolicyConditions | readonly PolicyConditions[];
  readonly before?: string | Readonly<Record<string, PolicyValue>>;
  readonly after?: string | Readonly<Record<string, PolicyValue>>;
  readonly details?: Readonly<Record<string, PolicyValue>>;
}

/** What a method, or all methods of a service, is recorded as. */
export interface PolicyRule extends PolicySources {
  readonly method: PolicyMethod;
  /** Default `metadata`. */
  readonly level?: PolicyLevel;
  readonly actions?: readonly PolicyAction[];
}

/** An exemption: these methods are not recorded. */
export interface PolicyExemption {
  readonly method: PolicyMethod;
  readonly reason: string;
}

/** Fields of a client certificate and what they must be, as in `{ "subject.CN": "gateway" }`. */
export interface TrustedCertificate {
  readonly mtls: Readonly<Record<string, string>>;
}

/** A metadata key that names the actor, believed only from the listed callers. */
export interface HeaderActorSource {
  readonly id: string;
  readonly type?: string;
  readonly role?: string;
  readonly delegator?: string;
  /** Addresses, CIDR ranges and client certificates. */
  readonly from: readonly (string | TrustedCertificate)[];
}

/** A JSON Web Token whose signature, issuer, audience and times are verified. */
export interface JwtActorSource {
  /** Metadata key that carries the token. Default `authorization`. */
  readonly header?: string;
  /** Public keys: a file beside the policy, or an https URL (http only on this machine). */
  readonly jwks: string;
  readonly issuer: string;
  /** One of them must be in the token. */
  readonly audience: string | readonly string[];
  readonly algorithms: readonly string[];
  /** Claim that names the actor. Default `sub`. */
  readonly id?: string;
  readonly role?: string;
  readonly type?: string;
  /** Claim that names the person for whom the actor acts; without it RFC 8693 (`act`) is followed. */
  readonly delegator?: string;
  /** Seconds by which clocks may differ. Default 5. */
  readonly clock_tolerance?: number;
}

/** Where the actor of a call comes from: one of the three. */
export interface ActorSource {
  readonly jwt?: JwtActorSource;
  readonly mtls?: { readonly id: string };
  readonly header?: HeaderActorSource;
}

/** An audit policy as written in `audit.yaml`. */
export interface PolicyDocument {
  readonly version: 1;
  /** Refuse to start when nothing can be recorded. Default false. */
  readonly required?: boolean;
  /** Whether otel-audit shows records only to whom it can record. Default `optional`. */
  readonly access?: "optional" | "required";
  /** Default `warn`. */
  readonly coverage?: PolicyCoverage;
  /** First one that knows the caller wins. Default: everybody is anonymous. */
  readonly actor?: readonly ActorSource[];
  /** What each role may do: recorded, not enforced. */
  readonly roles?: Readonly<Record<string, readonly string[]>>;
  /** First match wins. A method without a rule is recorded as `rpc_call`. */
  readonly rules?: readonly PolicyRule[];
  /** Methods that are not recorded, and why. */
  readonly exempt?: readonly PolicyExemption[];
}
