import type { Action } from "./action.ts";
import type { Outcome } from "./record.ts";

/** What kind of actor acted. */
export type ActorType = "user" | "service" | "system" | "agent";

/** All actor types of format version 1. */
export const ACTOR_TYPES: readonly ActorType[] = ["user", "service", "system", "agent"];

/** How an actor's identity became known. `code`: the program said so. */
export type Authentication = "mtls" | "jwt" | "header" | "code" | "none";

/** Who acted. */
export interface Actor {
  readonly id: string;
  /** Default `user`. */
  readonly type?: ActorType;
  readonly role?: string;
  /** Default `code` where the program named the actor. */
  readonly authentication?: Authentication;
  /** The person for whom an agent acts. */
  readonly delegator?: string;
}

/** The id of an actor that nobody named. */
export const ANONYMOUS = "anonymous";

/** What was acted on. */
export interface Target {
  readonly type?: string;
  readonly id?: string;
}

/** A map of anything: what cannot be plain JSON is made plain when it is recorded. */
export type AnyMap = Readonly<Record<string, unknown>>;

/** What every event may say, whatever its action. */
export interface EventFields {
  /** Default: the actor of the gRPC call that is running; outside of one it is mandatory. */
  readonly actor?: Actor | string;
  readonly target?: Target;
  /** The state before; only fields that differ from `after` are recorded. */
  readonly before?: AnyMap;
  /** The state after. */
  readonly after?: AnyMap;
  /** Why, in the actor's own words. */
  readonly reason?: string;
  /** Default `success`, or `failure` when there is an `error`. */
  readonly outcome?: Outcome;
  /** What went wrong; only with an outcome other than `success`. */
  readonly error?: string | Error;
  /** The approval this action rests on: a ticket, and who gave it. */
  readonly authorization?: { readonly id?: string; readonly by?: string };
  /** The version snapshot or checkpoint this action belongs to. */
  readonly snapshot?: string;
  /** Where the action came from. Default: the peer of the gRPC call that is running. */
  readonly source?: { readonly id?: string; readonly type?: string };
}

/** The event of one action, with the details that this action asks for. */
export type EventOf<A extends Action> =
  A extends Action<infer Name, infer Details>
    ? EventFields & { readonly action: Name; readonly details?: Details }
    : never;

/** An event whose action is known only at run time. */
export type AnyEvent = EventFields & { readonly action: string; readonly details?: unknown };
