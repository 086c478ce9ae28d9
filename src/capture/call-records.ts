/** The records of one call: what becomes of what was seen of it. */
import {
  type Action,
  type AnyEvent,
  ATTR_ERROR_TYPE,
  ATTR_INCOMPLETE,
  ATTR_RPC_STATUS_CODE,
  type BodyValue,
  type Outcome,
  REPLY_DELIVERY,
  RPC_CALL,
} from "../event/index.ts";
import { AuditError, messageOf } from "../lib/errors.ts";
import {
  type AddedFields,
  draftOf,
  joinFields,
  NOTHING_ADDED,
  problemsOf,
} from "../record/index.ts";
import { callAttributes, endAttributes } from "./call-attributes.ts";
import { type Ending, eventOf } from "./call-event.ts";
import type { CallStatus } from "./call-status.ts";
import type { CaptureTarget } from "./capture-target.ts";
import type { CallMessages } from "./message-path.ts";
import type { Extracted } from "./policy-extract.ts";
import type { RecordedCall } from "./recorded-call.ts";

/** One action of a call, and what the policy took out of the messages for it. */
interface CallAction {
  readonly name: string;
  readonly isClosed: boolean;
  readonly extracted: Extracted;
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
    const isWritten = writeResult(call, action, {
      ending: { status, outcome },
      added: addedTo(call, actions, at),
      isFollowed: at + 1 < actions.length,
    });
    isClosed ||= isWritten && action.isClosed;
  });
  return isClosed;
}

interface ResultParts {
  readonly ending: Ending;
  readonly added: AddedFields;
  readonly isFollowed: boolean;
}

function writeResult(
  call: RecordedCall,
  { name, isClosed, extracted }: CallAction,
  { ending, added, isFollowed }: ResultParts,
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
      // A captured call is never refused for what it lacks: it is recorded and marked.
      ...(problems.length > 0 ? { [ATTR_INCOMPLETE]: problems.join("; ") } : {}),
    };
    const failure = isClosed ? "closed" : "open";
    const hasIntent = call.intended.size > 0;
    const { context, counted } = call;
    const extras = { attributes, context, failure, hasIntent, call: counted, isFollowed } as const;
    target.emit(draftOf(event, action, extras));
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
 * Writes an intent for every action that the call may turn out to be, and that has none yet.
 *
 * @throws {AuditError} `write_failed` when the disk refuses.
 */
export function writeIntents(call: RecordedCall, actions?: readonly CallAction[]): void {
  for (const { name, isClosed, extracted } of actions ?? possibleActions(call, call.request)) {
    if (call.intended.has(name)) continue;
    const event: AnyEvent = {
      ...eventOf(call, name, { extracted, added: NOTHING_ADDED, ending: undefined }),
      outcome: "unknown",
    };
    const draft = draftOf(event, known(call.target, name), {
      kind: "intent",
      attributes: callAttributes(call),
      context: call.context,
      failure: isClosed ? "closed" : "open",
    });
    call.target.emit(draft);
    call.intended.add(name);
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

/** What a call may turn out to be, as far as its request tells. */
function possibleActions(
  call: RecordedCall,
  request: BodyValue | undefined,
): readonly CallAction[] {
  const messages = request === undefined ? {} : { request };
  // A stream that has not said anything yet may turn out to be anything.
  const possible = actionsOf(call, (mapping) => request === undefined || mapping.mayHold(messages));
  const isCertain = call.plan.mappings.some((mapping) => mapping.mustHold(messages));
  return isCertain ? possible : withFallback(call, possible);
}

/** None of the actions may hold in the end: then the call itself is recorded. */
function withFallback(call: RecordedCall, actions: readonly CallAction[]): readonly CallAction[] {
  if (actions.some(({ name }) => name === RPC_CALL)) return actions;
  return [...actions, fallbackOf(call)];
}

function fallbackOf(call: RecordedCall): CallAction {
  const { plan } = call;
  const isClosed = plan.failure === "closed";
  return { name: RPC_CALL, isClosed, extracted: plan.extract(messagesOf(call)) };
}

type Mapping = RecordedCall["plan"]["mappings"][number];

function actionsOf(call: RecordedCall, applies: (mapping: Mapping) => boolean): CallAction[] {
  const { plan } = call;
  const messages = messagesOf(call);
  const held = plan.mappings.filter(applies);
  if (held.length === 0) return [fallbackOf(call)];
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
  if (call.added.size === 0) return NOTHING_ADDED;
  const own = call.added.get(actions[at]?.name) ?? NOTHING_ADDED;
  if (at > 0) return own;
  const strays = [...call.added.keys()].filter(
    (name) => name !== undefined && actions.every((action) => action.name !== name),
  );
  const problems = strays.map((name) => `set(): this call is no ${name ?? ""}`);
  const unnamed = call.added.get(undefined) ?? NOTHING_ADDED;
  return joinFields(unnamed, { fields: own.fields, problems: [...own.problems, ...problems] });
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
