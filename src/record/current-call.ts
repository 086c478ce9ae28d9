import { AsyncLocalStorage } from "node:async_hooks";
import type { Actor, EventFields } from "../event/index.ts";

/** What a handler can add to the records of the call that it answers. */
export type CallFields = Pick<
  EventFields,
  | "actor"
  | "target"
  | "before"
  | "after"
  | "reason"
  | "outcome"
  | "error"
  | "authorization"
  | "snapshot"
> & { readonly details?: Readonly<Record<string, unknown>> };

/** The audited call that is running. */
export interface CurrentAudit {
  /** The same for every record of this call. */
  readonly callId: string;
  /** Who calls, as the audit policy found out. */
  readonly actor: Actor;
  /**
   * Adds to the record of this call; later values replace earlier ones, details are merged. After
   * the call has ended it does nothing.
   *
   * @param fields what only the code knows.
   * @param options `action`: which of several actions of this call; default the first one mapped.
   */
  readonly set: (fields: CallFields, options?: { readonly action?: string }) => void;
}

/** What the call that is running gives to records made inside of it. */
export interface CallScope extends CurrentAudit {
  readonly source: { readonly id?: string; readonly type?: string };
}

const calls = new AsyncLocalStorage<CallScope>();

/** The audited call that is running here, or undefined outside of one. */
export function currentAudit(): CurrentAudit | undefined {
  return calls.getStore();
}

/** The same with what only other rooms need. */
export function currentCall(): CallScope | undefined {
  return calls.getStore();
}

/** Runs a handler inside its call. */
export function runInCall<T>(call: CallScope, run: () => T): T {
  // Entering copies the stores of everybody: a call enters many times, mostly from inside.
  return calls.getStore() === call ? run() : calls.run(call, run);
}
