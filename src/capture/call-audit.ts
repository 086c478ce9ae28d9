/**
 * The audit of one call, from its first byte to the last of its reply.
 *
 * In: what the wire and the handler see of the call. Out: an intent where one is due, a result for
 * every action of it, exactly once, and a delivery record where the reply did not reach the client.
 * Promise: nothing here throws into the call or changes its reply, except that a `closed` action
 * whose intent cannot be made durable is refused.
 */
import type { Context } from "@opentelemetry/api";
import { type Actor, type BodyValue, normaliseValue, type Outcome } from "../event/index.ts";
import { messageOf } from "../lib/errors.ts";
import {
  type AddedByAction,
  addFields,
  type CallFields,
  type CallScope,
  type CountedCall,
  withinDiskLimit,
} from "../record/index.ts";
import type { FoundActor } from "./actor.ts";
import { contextAtEnd, contextOfCall, linkSpan } from "./call-context.ts";
import { closedIntents, writeDelivery, writeIntents, writeResults } from "./call-records.ts";
import type { CallStatus } from "./call-status.ts";
import type { CallTally, CaptureTarget } from "./capture-target.ts";
import type { CallFacts, HandlerType } from "./grpc-types.ts";
import type { OpenCall } from "./open-calls.ts";
import { parsePeer, type Peer } from "./peer.ts";
import type { MethodPlan } from "./policy.ts";
import type { RecordedCall } from "./recorded-call.ts";

/** What stands in the record of a call that the audit log does not see the end of. */
const ABANDONED: CallStatus = {
  name: "UNKNOWN",
  message: "still running when the audit log was closed",
};

/** A method that is recorded. */
export type AuditPlan = MethodPlan & { readonly kind: "audit" };

/** How the end of a call was learned. */
export interface CallEnd {
  readonly response?: unknown;
  /** What became of the action, where that is not what the status says. */
  readonly outcome?: Outcome;
  /** Nobody answered: there is no reply whose delivery could fail. */
  readonly isUnanswered?: boolean;
  /** The action was refused by us: its reply does not wait for the disk once more. */
  readonly isRefusal?: boolean;
}

/** The audit of one call that is running. */
export interface CallAudit {
  readonly method: string;
  readonly scope: CallScope;
  readonly tally: CallTally;
  /** Resolves when the actor is known; undefined when it is known already. Never rejects. */
  readonly identified: Promise<void> | undefined;
  /** Notes the request: the only one, or the first of an RPC stream. */
  readonly sawRequest: (message: unknown) => void;
  /** Notes a message of a stream of replies. */
  readonly sawReplyMessage: (message: unknown) => void;
  /**
   * Whether the handler may run: undefined, at once. For `closed` actions it resolves when their
   * intent is durable, or to the reason why the call has to be refused.
   */
  readonly admit: () => Promise<string | undefined> | undefined;
  /** The handler begins, in the context of its server span. */
  readonly enter: () => void;
  readonly isEntered: () => boolean;
  readonly isFinished: () => boolean;
  /** Records the call, once: later endings are not endings. Never throws. */
  readonly finish: (status: CallStatus, end?: CallEnd) => void;
  /** Records it as unanswered unless it ends within a time. */
  readonly finishLater: (status: () => CallStatus, millis: number) => void;
  /** What the reply has to wait for; undefined: nothing. Never rejects. */
  readonly held: () => Promise<void> | undefined;
  /** The client is being told how the call ended; the first status counts. */
  readonly tell: (status: CallStatus) => void;
  readonly told: () => CallStatus | undefined;
  /** The connection is done with the call: whether all that was said has left. */
  readonly hangUp: (isComplete: boolean) => void;
}

/** What a call is before its handler runs. */
export interface CallStart {
  readonly facts: CallFacts;
  readonly method: string;
  readonly type: HandlerType;
  /** Its place in the totals. */
  readonly counted: CountedCall;
}

/** Begins the audit of a call. */
export function beginCallAudit(
  target: CaptureTarget,
  plan: AuditPlan,
  start: CallStart,
): CallAudit {
  return new RunningCall(target, plan, start);
}

class RunningCall implements CallAudit, RecordedCall, OpenCall {
  readonly target: CaptureTarget;
  readonly plan: AuditPlan;
  readonly method: string;
  readonly type: HandlerType;
  readonly facts: CallFacts;
  readonly peer: Peer;
  readonly counted: CountedCall;
  readonly startedMillis: number;
  readonly tally: CallTally = { requests: 0, requestBytes: 0, responses: 0, responseBytes: 0 };
  readonly intended: Set<string> = new Set();
  readonly added: AddedByAction = new Map();
  readonly scope: CallScope;
  readonly identified: Promise<void> | undefined;
  actorProblem: string | undefined;
  request: BodyValue | undefined;
  response: BodyValue | undefined;
  firstReply: BodyValue | undefined;
  context: Context;
  #isEntered = false;
  #isFinished = false;
  #answered: CallStatus | undefined;
  #told: CallStatus | undefined;
  #isComplete: boolean | undefined;
  #held: Promise<void> | undefined;
  #late: NodeJS.Timeout | undefined;

  constructor(target: CaptureTarget, plan: AuditPlan, start: CallStart) {
    const { facts, method, type, counted } = start;
    this.target = target;
    this.plan = plan;
    this.method = method;
    this.type = type;
    this.facts = facts;
    this.counted = counted;
    this.startedMillis = target.clock.monotonicMillis();
    this.peer = parsePeer(facts.getPeer());
    this.context = contextOfCall(facts.metadata);
    const found = target.findActor(facts, method, this.peer);
    const isKnown = !(found instanceof Promise);
    this.scope = createScope(this, isKnown ? found.actor : NOT_YET_KNOWN);
    if (isKnown) this.actorProblem = found.problem;
    this.identified = isKnown ? undefined : found.then((late) => this.#identify(late));
    target.openCalls.add(this);
  }

  #identify({ actor, problem }: FoundActor): void {
    Object.assign(this.scope, { actor });
    this.actorProblem = problem;
  }

  add(fields: unknown, action: string | undefined): void {
    if (!this.#isFinished) addFields(this.added, fields, action);
  }

  sawRequest(message: unknown): void {
    if (this.#readsMessages()) this.request ??= normaliseValue(message) ?? {};
  }

  sawReplyMessage(message: unknown): void {
    if (this.plan.level === "request-response") this.firstReply ??= normaliseValue(message) ?? {};
  }

  #readsMessages(): boolean {
    return this.plan.readsMessages || this.plan.level !== "metadata";
  }

  admit(): Promise<string | undefined> | undefined {
    const intents = closedIntents(this);
    if (intents.length === 0) return undefined;
    try {
      writeIntents(this, intents);
    } catch (error) {
      return Promise.resolve(messageOf(error));
    }
    return withinDiskLimit(this.target.synced()).then(
      () => undefined,
      (error: unknown) => messageOf(error),
    );
  }

  enter(): void {
    this.#isEntered = true;
    this.context = contextOfCall(this.facts.metadata);
    linkSpan(this.context, this.scope.callId);
  }

  isEntered(): boolean {
    return this.#isEntered;
  }

  isFinished(): boolean {
    return this.#isFinished;
  }

  finish(status: CallStatus, end: CallEnd = {}): void {
    if (this.#isFinished) return;
    this.#isFinished = true;
    try {
      clearTimeout(this.#late);
      this.target.openCalls.delete(this);
      this.context = contextAtEnd(this.context);
      if (end.response !== undefined && this.#readsMessages()) {
        this.response = normaliseValue(end.response);
      }
      const isClosed = writeResults(this, status, end.outcome);
      if (isClosed && end.isRefusal !== true) this.#held = this.#confirmed();
    } catch (error) {
      this.target.lost(`a call of ${this.method} was not recorded: ${messageOf(error)}`);
    } finally {
      // Behind its records: no checkpoint says that there was a call which it does not cover.
      this.counted.handled();
    }
    if (end.isUnanswered !== true) this.#answered = status;
    this.#judge();
  }

  /** The reply leaves within the limit; that its result is not durable then is no secret. */
  #confirmed(): Promise<void> {
    return withinDiskLimit(this.target.synced()).catch((error: unknown) => {
      this.target.unconfirmed(this.method, messageOf(error));
    });
  }

  finishLater(status: () => CallStatus, millis: number): void {
    if (this.#isFinished) return;
    this.#late ??= setTimeout(() => {
      this.finish(status(), { outcome: "unknown", isUnanswered: true });
    }, millis).unref();
  }

  held(): Promise<void> | undefined {
    return this.#held;
  }

  tell(status: CallStatus): void {
    this.#told ??= status;
  }

  told(): CallStatus | undefined {
    return this.#told;
  }

  hangUp(isComplete: boolean): void {
    this.#isComplete ??= isComplete;
    this.#judge();
  }

  /** A long call may outlive the process: an intent says that it began. */
  note(): void {
    try {
      writeIntents(this);
    } catch (error) {
      // The journal takes every intent for that of a call that is refused then: this one goes on.
      this.target.lost(`the intent of a long call of ${this.method}: ${messageOf(error)}`);
    }
  }

  abandon(): void {
    this.finish(ABANDONED, { outcome: "unknown", isUnanswered: true });
  }

  /** Once both the answer and the end of the connection are known: did the one reach the other? */
  #judge(): void {
    const answered = this.#answered;
    if (answered === undefined || this.#isComplete === undefined) return;
    this.#answered = undefined;
    if (this.#isComplete && this.#told?.name === answered.name) return;
    try {
      writeDelivery(this, this.#told, this.#isComplete);
    } catch {
      // Counted and reported by the journal.
    }
  }
}

/** The actor of a call whose token is still being verified. */
const NOT_YET_KNOWN: Actor = { id: "anonymous", type: "user", authentication: "none" };

function createScope(call: RunningCall, actor: Actor): CallScope {
  const { address } = call.peer;
  return {
    callId: call.target.newId(),
    actor,
    source: address === undefined ? {} : { id: address, type: "ip" },
    set: (fields: CallFields, options?: { readonly action?: string }) =>
      call.add(fields, options?.action),
  };
}
