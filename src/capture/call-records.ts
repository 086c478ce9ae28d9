/** The records of one call: what becomes of what was seen of it. */
import type { Context } from "@opentelemetry/api";
import {
  type Action,
  type AnyEvent,
  ATTR_ACTOR_AUTHENTICATION_ERROR,
  ATTR_ACTOR_ROLE_PERMITTED,
  ATTR_CALL_DURATION,
  ATTR_CALL_ID,
  ATTR_CLIENT_ADDRESS,
  ATTR_CLIENT_PORT,
  ATTR_ERROR_TYPE,
  ATTR_INCOMPLETE,
  ATTR_REQUEST_BYTES,
  ATTR_REQUEST_COUNT,
  ATTR_RESPONSE_BYTES,
  ATTR_RESPONSE_COUNT,
  ATTR_RPC_METHOD,
  ATTR_RPC_STATUS_CODE,
  ATTR_RPC_SYSTEM_NAME,
  ATTR_USER_AGENT_ORIGINAL,
  type AttributeValue,
  type BodyMap,
  type BodyValue,
  type Outcome,
  REPLY_DELIVERY,
  RPC_CALL,
} from "../event/index.ts";
import { AuditError, messageOf } from "../lib/errors.ts";
import { type CallFields, type CallScope, draftOf, problemsOf } from "../record/index.ts";
import { type AddedByAction, type AddedFields, join, NOTHING_ADDED } from "./added-fields.ts";
import { type CallStatus, outcomeOfStatus } from "./call-status.ts";
import type { CallTally, CaptureTarget } from "./capture-target.ts";
import type { CallFacts, HandlerType } from "./grpc-types.ts";
import type { CallMessages } from "./message-path.ts";
import type { Peer } from "./peer.ts";
import type { Extracted, MethodPlan } from "./policy.ts";

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
  readonly startedMillis: number;
  readonly actorProblem: string | undefined;
  readonly request: BodyValue | undefined;
  readonly response: BodyValue | undefined;
  /** The first message of a stream of replies, where the level asks for it. */
  readonly firstReply: BodyValue | undefined;
  /** Carries the span that the records name. */
  readonly context: Context;
}

/** One action of a call, and what the policy took out of the messages for it. */
interface CallAction {
  readonly name: string;
  readonly isClosed: boolean;
  readonly extracted: Extracted;
}

/** What a record says of how the call ended. */
interface Ending {
  readonly status: CallStatus;
  /** What became of the action, where that is not what the status says. */
  readonly outcome: Outcome | undefined;
}

/**
 * Writes a result for every action whose condition holds; for the call itself when none does.
 *
 * @returns whether one of them is `closed`, and stands in the journal.
 */
export function writeResults(
  call: RecordedCall,
  status: CallStatus,
  outcome: Outcome | undefined,
): boolean {
  const actions = actionsOf(call, (mapping) => mapping.holds(messagesOf(call)));
  let isClosed = false;
  actions.forEach((action, at) => {
    const isWritten = writeResult(call, action, { status, outcome }, addedTo(call, actions, at));
    isClosed ||= isWritten && action.isClosed;
  });
  return isClosed;
}

function writeResult(
  call: RecordedCall,
  { name, extracted }: CallAction,
  ending: Ending,
  added: AddedFields,
): boolean {
  const { target, method } = call;
  try {
    const action = known(target, name);
    const event = eventOf(call, action.name, { extracted, added, ending });
    const problems = [
      ...added.problems,
      ...(event.outcome === "success" ? problemsOf(event, action) : []),
    ];
    const attributes = {
      ...callAttributes(call),
      ...endAttributes(call, ending.status),
      ...roleAttributes(call, event),
      // A captured call is never refused for what it lacks: it is recorded and marked.
      ...(problems.length > 0 ? { [ATTR_INCOMPLETE]: problems.join("; ") } : {}),
    };
    target.emit(draftOf(event, action, { attributes, context: call.context }));
    return true;
  } catch (error) {
    if (!isCounted(error)) {
      target.lost(`a ${name} of ${method} was not recorded: ${messageOf(error)}`);
    }
    return false;
  }
}

/** The `closed` actions that a call may turn out to be, as far as its request tells. */
export function closedIntents(call: RecordedCall): readonly CallAction[] {
  const { plan, request } = call;
  if (plan.failure === "open" && plan.mappings.every(({ failure }) => failure === "open")) {
    return [];
  }
  return possibleActions(call, request).filter(({ isClosed }) => isClosed);
}

/**
 * Writes an intent for every action that the call may turn out to be.
 *
 * @throws {AuditError} `write_failed` when the disk refuses.
 */
export function writeIntents(call: RecordedCall, actions?: readonly CallAction[]): void {
  for (const { name, extracted } of actions ?? possibleActions(call, call.request)) {
    const event: AnyEvent = {
      ...eventOf(call, name, { extracted, added: NOTHING_ADDED, ending: undefined }),
      outcome: "unknown",
    };
    const attributes = { ...callAttributes(call), ...roleAttributes(call, event) };
    const draft = draftOf(event, known(call.target, name), {
      kind: "intent",
      attributes,
      context: call.context,
    });
    call.target.emit(draft);
  }
}

/** Writes that the reply did not reach the client. */
export function writeDelivery(
  call: RecordedCall,
  told: CallStatus | undefined,
  isComplete: boolean,
): void {
  const why =
    told === undefined
      ? "the call was over before there was a reply"
      : isComplete
        ? `the client was told ${told.name}${told.message === undefined ? "" : `: ${told.message}`}`
        : "the connection ended before the reply had left";
  const event: AnyEvent = {
    actor: call.scope.actor,
    source: call.scope.source,
    action: REPLY_DELIVERY,
    outcome: "failure",
    error: why,
  };
  const status = told !== undefined && isComplete ? told.name : "CANCELLED";
  const attributes = {
    ...callAttributes(call),
    [ATTR_RPC_STATUS_CODE]: status,
    [ATTR_ERROR_TYPE]: status,
  };
  const action = { ...known(call.target, RPC_CALL), name: REPLY_DELIVERY };
  call.target.emit(draftOf(event, action, { kind: "delivery", attributes, context: call.context }));
}

function possibleActions(
  call: RecordedCall,
  request: BodyValue | undefined,
): readonly CallAction[] {
  // A stream that has not said anything yet may turn out to be anything.
  return actionsOf(call, (mapping) => request === undefined || mapping.mayHold({ request }));
}

type Mapping = RecordedCall["plan"]["mappings"][number];

function actionsOf(call: RecordedCall, applies: (mapping: Mapping) => boolean): CallAction[] {
  const { plan } = call;
  const messages = messagesOf(call);
  const held = plan.mappings.filter(applies);
  if (held.length === 0) {
    const isClosed = plan.failure === "closed";
    return [{ name: RPC_CALL, isClosed, extracted: plan.extract(messages) }];
  }
  return held.map(({ action, failure, extract }) => ({
    name: action,
    isClosed: failure === "closed",
    extracted: extract(messages),
  }));
}

function messagesOf({ request, response }: RecordedCall): CallMessages {
  return {
    ...(request === undefined ? {} : { request }),
    ...(response === undefined ? {} : { response }),
  };
}

/** What a handler added to an action; what it added to none of them stands as a problem in the first. */
function addedTo(call: RecordedCall, actions: readonly CallAction[], at: number): AddedFields {
  const own = call.added.get(actions[at]?.name) ?? NOTHING_ADDED;
  if (at > 0) return own;
  const strays = [...call.added.keys()].filter(
    (name) => name !== undefined && actions.every((action) => action.name !== name),
  );
  const problems = strays.map((name) => `set(): this call is no ${String(name)}`);
  const unnamed = call.added.get(undefined) ?? NOTHING_ADDED;
  return join(unnamed, { fields: own.fields, problems: [...own.problems, ...problems] });
}

interface EventParts {
  readonly extracted: Extracted;
  readonly added: AddedFields;
  /** Undefined: the call is still running. */
  readonly ending: Ending | undefined;
}

function eventOf(call: RecordedCall, action: string, parts: EventParts): AnyEvent {
  const { extracted, added, ending } = parts;
  const said: CallFields = added.fields;
  const { outcome: _outcome, error: _error, ...rest } = { ...extracted, ...said };
  return {
    actor: call.scope.actor,
    source: call.scope.source,
    ...rest,
    action,
    details: { ...excerpts(call), ...extracted.details, ...said.details },
    ...(ending === undefined ? {} : endingOf(ending, extracted, said)),
  };
}

/** The handler knows best, then the reply itself, then the status. */
function endingOf(
  { status, outcome: seen }: Ending,
  extracted: Extracted,
  said: CallFields,
): Pick<AnyEvent, "outcome" | "error"> {
  const found = seen ?? extracted.outcome ?? outcomeOfStatus(status);
  // As in record(): an error is a failure where nobody says what it is.
  const outcome =
    said.outcome ?? (said.error !== undefined && found === "success" ? "failure" : found);
  const error =
    said.error ?? (extracted.outcome === undefined ? undefined : extracted.error) ?? status.message;
  return { outcome, ...(outcome === "success" || error === undefined ? {} : { error }) };
}

/** The messages themselves, where the level asks for them. */
function excerpts({ plan, request, response, firstReply }: RecordedCall): BodyMap {
  if (plan.level === "metadata") return {};
  const reply = plan.level === "request" ? undefined : (response ?? firstReply);
  return {
    ...(request === undefined ? {} : { request }),
    ...(reply === undefined ? {} : { response: reply }),
  };
}

function callAttributes(call: RecordedCall): Record<string, AttributeValue> {
  const { peer, facts, actorProblem } = call;
  const userAgent = facts.metadata.get("user-agent")[0]?.toString();
  return {
    [ATTR_CALL_ID]: call.scope.callId,
    [ATTR_RPC_SYSTEM_NAME]: "grpc",
    [ATTR_RPC_METHOD]: call.method,
    ...(actorProblem === undefined ? {} : { [ATTR_ACTOR_AUTHENTICATION_ERROR]: actorProblem }),
    ...(peer.address === undefined ? {} : { [ATTR_CLIENT_ADDRESS]: peer.address }),
    ...(peer.port === undefined ? {} : { [ATTR_CLIENT_PORT]: peer.port }),
    ...(userAgent === undefined ? {} : { [ATTR_USER_AGENT_ORIGINAL]: userAgent }),
  };
}

function endAttributes(call: RecordedCall, { name }: CallStatus): Record<string, AttributeValue> {
  const { type, tally } = call;
  const millis = call.target.clock.monotonicMillis() - call.startedMillis;
  return {
    [ATTR_RPC_STATUS_CODE]: name,
    [ATTR_CALL_DURATION]: Math.round(millis * 1000) / 1000,
    ...(name === "OK" ? {} : { [ATTR_ERROR_TYPE]: name }),
    ...(type === "clientStream" || type === "bidi"
      ? { [ATTR_REQUEST_COUNT]: tally.requests, [ATTR_REQUEST_BYTES]: tally.requestBytes }
      : {}),
    ...(type === "serverStream" || type === "bidi"
      ? { [ATTR_RESPONSE_COUNT]: tally.responses, [ATTR_RESPONSE_BYTES]: tally.responseBytes }
      : {}),
  };
}

/** Recorded, not enforced: a permission that a role should not have had stands out. */
function roleAttributes(call: RecordedCall, { actor, action }: AnyEvent): Record<string, boolean> {
  const role = typeof actor === "object" ? actor.role : undefined;
  const isPermitted = call.target.policy.isPermitted(role, action);
  return isPermitted === undefined ? {} : { [ATTR_ACTOR_ROLE_PERMITTED]: isPermitted };
}

function known(target: CaptureTarget, name: string): Action {
  const action = target.catalogue.find(name);
  if (action === undefined) throw new AuditError("unknown_action", `unknown action ${name}`);
  return action;
}

/** What the journal counts, and what closing the audit log has said, is not counted again. */
function isCounted(error: unknown): boolean {
  return error instanceof AuditError && (error.code === "write_failed" || error.code === "closed");
}
