import { type Context, context, type Span, trace } from "@opentelemetry/api";
import {
  type Action,
  type Actor,
  ANONYMOUS,
  type AnyEvent,
  ATTR_CALL_DURATION,
  ATTR_CALL_ID,
  ATTR_CLIENT_ADDRESS,
  ATTR_CLIENT_PORT,
  ATTR_ERROR_TYPE,
  ATTR_INCOMPLETE,
  ATTR_RPC_METHOD,
  ATTR_RPC_STATUS_CODE,
  ATTR_RPC_SYSTEM_NAME,
  ATTR_USER_AGENT_ORIGINAL,
  type AttributeValue,
  type BodyValue,
  type Catalogue,
  newId,
  normaliseValue,
  type Outcome,
  type RecordAttributes,
  RPC_CALL,
} from "../event/index.ts";
import type { Clock } from "../lib/clock.ts";
import { AuditError, messageOf } from "../lib/errors.ts";
import {
  type CallFields,
  type CallScope,
  type Draft,
  draftOf,
  problemsOf,
} from "../record/index.ts";
import type { FindActor } from "./actor.ts";
import { type AddedFields, readAddedFields } from "./added-fields.ts";
import type { CallStatus, GrpcCall } from "./grpc-types.ts";
import type { CallMessages } from "./message-path.ts";
import { parsePeer, type Peer } from "./peer.ts";
import type { AuditPolicy, MethodPlan } from "./policy.ts";
import type { Extracted } from "./policy-extract.ts";

/** What capture writes to, and asks. */
export interface CaptureTarget {
  readonly policy: AuditPolicy;
  readonly findActor: FindActor;
  readonly catalogue: Catalogue;
  readonly clock: Clock;
  /** Redacts and writes; throws when the disk refuses, which is counted and reported already. */
  readonly emit: (draft: Draft) => string;
  readonly report: (line: string) => void;
  /** Ends the calls that are running when the audit log closes: nobody knows how they end. */
  readonly openCalls: Set<() => void>;
}

/** The audit of one call that is running. */
export interface CallAudit {
  readonly scope: CallScope;
  /** Notes the request: the only one, or the first of an RPC stream. */
  readonly sawRequest: (message: unknown) => void;
  /** Whether the call is recorded. */
  readonly isFinished: () => boolean;
  /** Records the call, once: later endings are not endings. Never throws. */
  readonly finish: (status: CallStatus, response?: unknown, outcome?: Outcome) => void;
}

/** What stands in the record of a call that the audit log does not see the end of. */
const ABANDONED: CallStatus = {
  name: "UNKNOWN",
  message: "still running when the audit log was closed",
};

type AuditPlan = MethodPlan & { readonly kind: "audit" };

/** Begins the audit of a call, in the context that its server span is active in. */
export function beginCallAudit(
  target: CaptureTarget,
  plan: AuditPlan,
  call: GrpcCall,
  method: string,
): CallAudit {
  const started = target.clock.monotonicMillis();
  const callId = newId();
  const peer = parsePeer(call.getPeer());
  const found = target.findActor(call, method, peer);
  const actor: Actor = found instanceof Promise ? { id: ANONYMOUS, type: "user" } : found.actor;
  const active = context.active();
  linkSpan(trace.getSpan(active), callId);
  const added: AddedFields[] = [];
  let request: BodyValue | undefined;
  let isFinished = false;

  const scope: CallScope = {
    callId,
    actor,
    source: sourceOf(peer),
    set(fields, options) {
      if (!isFinished) added.push(readAddedFields(fields, options?.action));
    },
  };

  function finish(status: CallStatus, response?: unknown, outcome?: Outcome): void {
    if (isFinished) return;
    isFinished = true;
    target.openCalls.delete(abandon);
    try {
      const plainResponse =
        response === undefined || !plan.readsMessages ? undefined : normaliseValue(response);
      const messages: CallMessages = {
        ...(request === undefined ? {} : { request }),
        ...(plainResponse === undefined ? {} : { response: plainResponse }),
      };
      const attributes = {
        ...callAttributes(call, method, peer, callId),
        [ATTR_RPC_STATUS_CODE]: status.name,
        [ATTR_CALL_DURATION]: roundMillis(target.clock.monotonicMillis() - started),
        ...(status.name === "OK" ? {} : { [ATTR_ERROR_TYPE]: status.name }),
      };
      writeRecords({ target, plan, scope, added, messages, status, outcome, attributes, active });
    } catch (error) {
      target.report(`a call of ${method} was not recorded: ${messageOf(error)}`);
    }
  }

  function abandon(): void {
    finish(ABANDONED, undefined, "unknown");
  }
  target.openCalls.add(abandon);

  return {
    scope,
    sawRequest(message) {
      if (plan.readsMessages) request ??= normaliseValue(message) ?? {};
    },
    isFinished: () => isFinished,
    finish,
  };
}

interface FinishedCall {
  readonly target: CaptureTarget;
  readonly plan: AuditPlan;
  readonly scope: CallScope;
  readonly added: readonly AddedFields[];
  readonly messages: CallMessages;
  readonly status: CallStatus;
  readonly outcome: Outcome | undefined;
  readonly attributes: RecordAttributes;
  readonly active: Context;
}

/** A record for every action whose condition holds; the call itself when none does. */
function writeRecords(call: FinishedCall): void {
  const { plan, messages, added } = call;
  const held = plan.mappings.filter((mapping) => mapping.holds(messages));
  const actions =
    held.length > 0
      ? held.map(({ action, extract }) => ({ action, extracted: extract(messages) }))
      : [{ action: RPC_CALL, extracted: plan.extract(messages) }];
  actions.forEach(({ action, extracted }, at) => {
    const own = added.filter(
      (entry) => entry.action === action || (entry.action === undefined && at === 0),
    );
    writeRecord(call, action, extracted, own);
  });
}

function writeRecord(
  call: FinishedCall,
  name: string,
  extracted: Extracted,
  added: readonly AddedFields[],
): void {
  const { target, status } = call;
  const action = target.catalogue.find(name);
  if (action === undefined) return;
  try {
    target.emit(draftOfCall(call, action, extracted, added));
  } catch (error) {
    // The journal counts and reports what the disk refuses; the call goes on.
    if (!isReported(error)) {
      target.report(`a ${name} of status ${status.name} was not recorded: ${messageOf(error)}`);
    }
  }
}

function draftOfCall(
  call: FinishedCall,
  action: Action,
  extracted: Extracted,
  added: readonly AddedFields[],
): Draft {
  const event = eventOf(call, action.name, extracted, added);
  const problems = [
    ...added.flatMap((entry) => entry.problems),
    ...(event.outcome === "success" ? problemsOf(event, action) : []),
  ];
  const extras: Record<string, AttributeValue> = { ...call.attributes };
  // A captured call is never refused for what it lacks: it is recorded and marked.
  if (problems.length > 0) extras[ATTR_INCOMPLETE] = problems.join("; ");
  return draftOf(event, action, { attributes: extras, context: call.active });
}

/** What the journal counts, and what closing the audit log has said, is not said again for every call. */
function isReported(error: unknown): boolean {
  return error instanceof AuditError && (error.code === "write_failed" || error.code === "closed");
}

function eventOf(
  call: FinishedCall,
  action: string,
  extracted: Extracted,
  added: readonly AddedFields[],
): AnyEvent {
  const { scope, status } = call;
  const fields = added.map((entry) => entry.fields);
  const said: CallFields = Object.assign({}, ...fields) as CallFields;
  const details = Object.assign(
    {},
    extracted.details,
    ...fields.map((entry) => entry.details ?? {}),
  ) as object;
  const seen = call.outcome ?? extracted.outcome ?? outcomeOfStatus(status);
  // As in record(): an error is a failure where nobody says what it is.
  const outcome =
    said.outcome ?? (said.error !== undefined && seen === "success" ? "failure" : seen);
  const error =
    said.error ?? (extracted.outcome === undefined ? undefined : extracted.error) ?? status.message;
  const { outcome: _outcome, error: _error, ...rest } = { ...extracted, ...said };
  return {
    actor: scope.actor,
    source: scope.source,
    ...rest,
    action,
    details,
    outcome,
    ...(outcome === "success" || error === undefined ? {} : { error }),
  };
}

function outcomeOfStatus({ name }: CallStatus): Outcome {
  if (name === "OK") return "success";
  return name === "PERMISSION_DENIED" || name === "UNAUTHENTICATED" ? "denied" : "failure";
}

function callAttributes(
  call: GrpcCall,
  method: string,
  peer: Peer,
  callId: string,
): Record<string, AttributeValue> {
  const userAgent = call.metadata.get("user-agent")[0]?.toString();
  return {
    [ATTR_CALL_ID]: callId,
    [ATTR_RPC_SYSTEM_NAME]: "grpc",
    [ATTR_RPC_METHOD]: method,
    ...(peer.address === undefined ? {} : { [ATTR_CLIENT_ADDRESS]: peer.address }),
    ...(peer.port === undefined ? {} : { [ATTR_CLIENT_PORT]: peer.port }),
    ...(userAgent === undefined ? {} : { [ATTR_USER_AGENT_ORIGINAL]: userAgent }),
  };
}

function sourceOf(peer: Peer): CallScope["source"] {
  return peer.address === undefined ? {} : { id: peer.address, type: "ip" };
}

/** From the span in a trace viewer to the records of its call. */
function linkSpan(span: Span | undefined, callId: string): void {
  if (span?.isRecording() === true) span.setAttribute(ATTR_CALL_ID, callId);
}

function roundMillis(millis: number): number {
  return Math.round(millis * 1000) / 1000;
}
