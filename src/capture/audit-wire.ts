/**
 * Watches a call where it enters and leaves the server.
 *
 * In: the call below all interceptors, through which everything passes, also what grpc-js says
 * itself. Out: an audit that begins with the call's headers, and the same call. What it adds to the
 * way of a call is waiting: for the signature of a token, and for the disk where an action is
 * `closed`.
 */
import { messageOf } from "../lib/errors.ts";
import { runInCall } from "../record/index.ts";
import { type AuditPlan, beginCallAudit, type CallAudit } from "./call-audit.ts";
import { type CallStatus, statusName, UNAVAILABLE } from "./call-status.ts";
import type { CaptureTarget } from "./capture-target.ts";
import {
  type CallFacts,
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

const audits = new WeakMap<object, CallAudit>();

/** The audit that the wire began for the call that runs in this scope. */
export function auditOfScope(scope: object | undefined): CallAudit | undefined {
  return scope === undefined ? undefined : audits.get(scope);
}

/** Who records a call of a method, and how; null: nobody does. */
export function planOfCall(
  method: AuditedMethod,
): { readonly target: CaptureTarget; readonly plan: AuditPlan } | null {
  const target = method.targetOf();
  const plan = target?.policy.planOf(method.name);
  return target === null || plan?.kind !== "audit" ? null : { target, plan };
}

/** Watches one call of a method, from the moment its headers arrived. Never throws. */
export function watchWire(call: WireCall, method: AuditedMethod): void {
  let planned: ReturnType<typeof planOfCall>;
  try {
    planned = planOfCall(method);
  } catch {
    // The handler is going to meet the same problem, and says it.
    return;
  }
  if (planned !== null) watchBase(lowest(call), method, planned.target, planned.plan);
}

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
  let audit: CallAudit | undefined;
  const { start } = base;
  base.start = (listener) => {
    start.call(
      base,
      watchInbound(base, listener, {
        isSingle: hasSingleRequest(method.type),
        target,
        begin(metadata) {
          const facts = factsOf(base, metadata);
          const begun = beginCallAudit(target, plan, {
            facts,
            method: method.name,
            type: method.type,
          });
          audits.set(begun.scope, begun);
          watchClose(base, begun);
          audit = begun;
          return begun;
        },
      }),
    );
  };
  watchOutbound(base, () => audit);
}

interface Inbound {
  readonly isSingle: boolean;
  readonly target: CaptureTarget;
  readonly begin: (metadata: GrpcMetadata) => CallAudit;
}

/** What the client sends. Everything behind a wait arrives behind it too: grpc-js reads on demand. */
function watchInbound(base: WireCall, listener: WireListener, inbound: Inbound): WireListener {
  const { isSingle, target, begin } = inbound;
  let audit: CallAudit | undefined;
  let isCancelled = false;

  /** Goes on inside of the call, at once or when the action may begin. */
  function proceed(running: CallAudit, isAdmission: boolean, next: () => void): void {
    const admission = isAdmission && !running.isFinished() ? running.admit() : undefined;
    if (admission === undefined) {
      runInCall(running.scope, next);
      return;
    }
    void admission.then((refusal) => {
      if (isCancelled) running.finish(NEVER_CALLED, { isUnanswered: true });
      else if (refusal === undefined) runInCall(running.scope, next);
      else refuse(base, running, target, refusal);
    });
  }

  return {
    onReceiveMetadata(metadata) {
      try {
        audit = begin(metadata);
      } catch (error) {
        target.lost(`a call is not audited: ${messageOf(error)}`);
        listener.onReceiveMetadata(metadata);
        return;
      }
      const running = audit;
      const goOn = (): void => {
        proceed(running, !isSingle, () => listener.onReceiveMetadata(metadata));
      };
      if (running.identified === undefined) goOn();
      else void running.identified.then(goOn);
    },
    onReceiveMessage(message) {
      if (audit === undefined) {
        listener.onReceiveMessage(message);
        return;
      }
      audit.tally.requests++;
      audit.tally.requestBytes += messageBytes(message);
      audit.sawRequest(message);
      runInCall(audit.scope, () => listener.onReceiveMessage(message));
    },
    onReceiveHalfClose() {
      if (audit === undefined) listener.onReceiveHalfClose();
      else proceed(audit, isSingle, () => listener.onReceiveHalfClose());
    },
    onCancel() {
      isCancelled = true;
      if (audit === undefined) listener.onCancel();
      else runInCall(audit.scope, () => listener.onCancel());
    },
  };
}

/** No audit, no action. The handler has not been called. */
function refuse(base: WireCall, audit: CallAudit, target: CaptureTarget, why: string): void {
  target.refused(audit.method, why);
  audit.finish(
    { name: statusName(UNAVAILABLE), message: `not audited: ${why}` },
    { isRefusal: true },
  );
  base.sendStatus({ code: UNAVAILABLE, details: REFUSED, metadata: null });
}

/** What the client is told, by the handler, by an interceptor or by grpc-js itself. */
function watchOutbound(base: WireCall, auditOf: () => CallAudit | undefined): void {
  const { sendMessage, sendStatus } = base;
  base.sendMessage = (message, callback) => {
    const audit = auditOf();
    whenFree(audit, () => {
      sendMessage.call(base, message, callback);
      if (audit === undefined) return;
      audit.tally.responses++;
      audit.tally.responseBytes += messageBytes(message);
      audit.sawReplyMessage(message);
    });
  };
  base.sendStatus = (status) => {
    const audit = auditOf();
    if (audit !== undefined) noteStatus(audit, status);
    whenFree(audit, () => sendStatus.call(base, status));
  };
}

function noteStatus(audit: CallAudit, { code, details }: WireStatus): void {
  const status = { name: statusName(code), ...(code === 0 ? {} : { message: details }) };
  // No handler will answer: an interceptor refused the call, or its request cannot be decoded.
  if (!audit.isEntered()) audit.finish(status);
  audit.tell(status);
}

/** At once, or when the result of a `closed` action is durable. */
function whenFree(audit: CallAudit | undefined, send: () => void): void {
  const held = audit?.held();
  if (held === undefined) send();
  else void held.then(send);
}

function watchClose({ stream }: WireCall, audit: CallAudit): void {
  stream?.once("close", () => {
    if (!audit.isEntered()) audit.finish(NEVER_CALLED, { isUnanswered: true });
    audit.hangUp(stream.rstCode === 0);
  });
}

function factsOf(base: WireCall, metadata: GrpcMetadata): CallFacts {
  const { getAuthContext } = base;
  return {
    metadata,
    call: base,
    getPeer: () => base.getPeer(),
    ...(getAuthContext === undefined ? {} : { getAuthContext: () => getAuthContext.call(base) }),
  };
}
