/**
 * Watches a call where it enters and leaves the server.
 *
 * In: the call below all interceptors, through which everything passes, also what grpc-js says
 * itself. Out: an audit that begins with the call, and the same call. What it adds to the way of a
 * call is waiting: for the signature of a token, and for the disk where an action is `closed`.
 * Promise: a call that is over, or was refused, does not reach its handler any more.
 */
import { messageOf } from "../lib/errors.ts";
import { statusName } from "../lib/grpc-status.ts";
import { type CountedCall, runInCall } from "../record/index.ts";
import { type AuditPlan, beginCallAudit, type CallAudit } from "./call-audit.ts";
import { type CallStatus, UNAVAILABLE } from "./call-status.ts";
import type { CaptureTarget } from "./capture-target.ts";
import {
  type CallFacts,
  type GrpcCall,
  type GrpcMetadata,
  type HandlerType,
  hasSingleRequest,
  type WireCall,
  type WireListener,
  type WireStatus,
} from "./grpc-types.ts";
import { messageBytes } from "./message-bytes.ts";

/** A method of a server, as it was registered. */
export interface AuditedMethod {
  /** `package.Service/Method`. */
  readonly name: string;
  readonly type: HandlerType;
  readonly targetOf: () => CaptureTarget | null;
}

const NEVER_CALLED: CallStatus = {
  name: "CANCELLED",
  message: "cancelled before the handler was called",
};

/** What the caller of a refused action is told. */
const REFUSED =
  "the action was not carried out because it could not be audited; trying again is safe";

const NO_METADATA: GrpcMetadata = { get: () => [] };

/** On the call below all interceptors, whose async context may be that of another call. A weak map would cost every garbage collection. */
const AUDIT: unique symbol = Symbol("otel-audit.call");

const COUNTED: unique symbol = Symbol("otel-audit.counted");

type WatchedCall = WireCall & { [AUDIT]?: CallAudit; [COUNTED]?: CountedCall };

/** The audit that the wire began for the call that a handler gets. */
export function auditOfWire({ call }: GrpcCall): CallAudit | undefined {
  return call === undefined ? undefined : (lowest(call) as WatchedCall)[AUDIT];
}

/** Who records a call of a method, and how; null: nobody does. */
export function planOfCall(
  method: AuditedMethod,
): { readonly target: CaptureTarget; readonly plan: AuditPlan } | null {
  const target = method.targetOf();
  const plan = target?.policy.planOf(method.name);
  return target === null || plan?.kind !== "audit" ? null : { target, plan };
}

/** The place of a call in the totals: the same one, wherever and however often its audit is begun. */
export function countedCall(
  call: WireCall | undefined,
  { name }: AuditedMethod,
  target: CaptureTarget,
): CountedCall {
  if (call === undefined) return target.calls.begin(name);
  const base: WatchedCall = lowest(call);
  return (base[COUNTED] ??= target.calls.begin(name));
}

/**
 * Watches one call of a method, before anything of it has been read. Never throws: a call that
 * cannot be watched is audited where its handler is.
 */
export function watchWire(call: WireCall, method: AuditedMethod, report: Report): void {
  try {
    const planned = planOfCall(method);
    if (planned !== null) watchBase(lowest(call), method, planned.target, planned.plan);
  } catch (error) {
    report(`a call of ${method.name} is not watched on its way: ${messageOf(error)}`);
    countAtClose(lowest(call), method);
  }
}

/** A call that cannot be watched counts all the same, also where it comes to no handler. */
function countAtClose(base: WireCall, method: AuditedMethod): void {
  const target = method.targetOf();
  if (target === null) return;
  const counted = countedCall(base, method, target);
  base.stream?.once("close", () => counted.handled());
}

type Report = (line: string) => void;

/** Interceptors of credentials stand below those of the server: only the last call sees all. */
function lowest(call: WireCall): WireCall {
  let base = call;
  while (base.nextCall !== undefined) base = base.nextCall;
  return base;
}

function watchBase(
  base: WireCall,
  method: AuditedMethod,
  target: CaptureTarget,
  plan: AuditPlan,
): void {
  const { start } = base;
  const { name, type } = method;
  const counted = countedCall(base, method, target);
  const audit = beginCallAudit(target, plan, { facts: factsOf(base), method: name, type, counted });
  watchOutbound(base, audit);
  base.start = (listener) => {
    start.call(
      base,
      watchInbound(base, audit, listener, { target, isSingle: hasSingleRequest(type) }),
    );
  };
  (base as WatchedCall)[AUDIT] = audit;
  watchClose(base, audit);
}

interface Inbound {
  readonly isSingle: boolean;
  readonly target: CaptureTarget;
}

/** What the client sends. What comes behind a wait arrives behind it too: grpc-js reads on demand. */
function watchInbound(
  base: WireCall,
  audit: CallAudit,
  listener: WireListener,
  { isSingle, target }: Inbound,
): WireListener {
  let isCancelled = false;

  /** The one place that decides whether something more of a call may come to its handler. */
  function pass(next: () => void): void {
    if (audit.isEntered() || !(isCancelled || audit.isFinished())) {
      runInCall(audit.scope, next);
    } else {
      audit.finish(NEVER_CALLED, { isUnanswered: true, isRefusal: true });
    }
  }

  /** Passes it when the action may begin: at once, or when its intent is durable. */
  function passAdmitted(goOn: () => void): void {
    const isOver = isCancelled || audit.isFinished();
    const admission = isOver || audit.isEntered() ? undefined : audit.admit();
    if (admission === undefined) {
      pass(goOn);
      return;
    }
    void admission.then((refusal) => {
      if (refusal === undefined || isCancelled || audit.isFinished()) pass(goOn);
      else refuse(base, audit, target, refusal);
    });
  }

  return {
    onReceiveMetadata(metadata) {
      const next = (): void => listener.onReceiveMetadata(metadata);
      const goOn = (): void => {
        if (isSingle) pass(next);
        else passAdmitted(next);
      };
      if (audit.identified === undefined) goOn();
      else void audit.identified.then(goOn);
    },
    onReceiveMessage(message) {
      audit.tally.requests++;
      audit.tally.requestBytes += messageBytes(message);
      audit.sawRequest(message);
      pass(() => listener.onReceiveMessage(message));
    },
    onReceiveHalfClose() {
      const next = (): void => listener.onReceiveHalfClose();
      if (isSingle) passAdmitted(next);
      else pass(next);
    },
    onCancel() {
      isCancelled = true;
      runInCall(audit.scope, () => listener.onCancel());
    },
  };
}

/** No audit, no action. The handler has not been called. */
function refuse(base: WireCall, audit: CallAudit, target: CaptureTarget, why: string): void {
  target.refused(audit.method, why);
  const status = { name: statusName(UNAVAILABLE), message: `not audited: ${why}` };
  audit.finish(status, { isRefusal: true });
  base.sendStatus({ code: UNAVAILABLE, details: REFUSED, metadata: null });
}

/** What the client is told, by the handler, by an interceptor or by grpc-js itself. */
function watchOutbound(base: WireCall, audit: CallAudit): void {
  const { sendMessage, sendStatus } = base;
  base.sendMessage = (message, callback) => {
    whenFree(audit, () => {
      sendMessage.call(base, message, callback);
      audit.tally.responses++;
      audit.tally.responseBytes += messageBytes(message);
      audit.sawReplyMessage(message);
    });
  };
  base.sendStatus = (status) => {
    noteStatus(audit, status);
    whenFree(audit, () => sendStatus.call(base, status));
  };
}

function noteStatus(audit: CallAudit, { code, details }: WireStatus): void {
  const status = { name: statusName(code), ...(code === 0 ? {} : { message: details }) };
  // No handler will answer: an interceptor refused the call, or its request cannot be decoded. Such
  // a status waits for nothing: it is what closes the call.
  if (!audit.isEntered()) audit.finish(status, { isUnanswered: true, isRefusal: true });
  audit.tell(status);
}

/** At once, or when the result of a `closed` action is durable. */
function whenFree(audit: CallAudit, send: () => void): void {
  const held = audit.held();
  if (held === undefined) send();
  else void held.then(send);
}

function watchClose({ stream }: WireCall, audit: CallAudit): void {
  stream?.once("close", () => {
    if (!audit.isEntered()) audit.finish(NEVER_CALLED, { isUnanswered: true, isRefusal: true });
    audit.hangUp(stream.rstCode === 0);
  });
}

function factsOf(base: WireCall): CallFacts {
  const { getAuthContext } = base;
  return {
    metadata: base.metadata ?? NO_METADATA,
    call: base,
    getPeer: () => base.getPeer(),
    ...(getAuthContext === undefined ? {} : { getAuthContext: () => getAuthContext.call(base) }),
  };
}
