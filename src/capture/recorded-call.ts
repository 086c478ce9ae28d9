import type { Context } from "@opentelemetry/api";
import type { BodyValue } from "../event/index.ts";
import type { AddedByAction, CallScope, CountedCall } from "../record/index.ts";
import type { CallTally, CaptureTarget } from "./capture-target.ts";
import type { CallFacts, HandlerType } from "./grpc-types.ts";
import type { Peer } from "./peer.ts";
import type { MethodPlan } from "./policy.ts";

/** What is known of a call when a record of it is made. */
export interface RecordedCall {
  readonly target: CaptureTarget;
  readonly plan: MethodPlan & { readonly kind: "audit" };
  readonly method: string;
  readonly type: HandlerType;
  readonly facts: CallFacts;
  readonly peer: Peer;
  readonly scope: CallScope;
  readonly added: AddedByAction;
  readonly tally: CallTally;
  /** Its place in the totals. */
  readonly counted: CountedCall;
  /** Actions whose intent is written. */
  readonly intended: Set<string>;
  readonly startedMillis: number;
  readonly actorProblem: string | undefined;
  readonly request: BodyValue | undefined;
  readonly response: BodyValue | undefined;
  /** The first message of a stream of replies, where the level asks for it. */
  readonly firstReply: BodyValue | undefined;
  /** Carries the span that the records name. */
  readonly context: Context;
}
