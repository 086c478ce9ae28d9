import { types } from "node:util";
import { messageOf } from "../lib/errors.ts";
import { runInCall } from "../record/index.ts";
import { type AuditedMethod, auditOfWire, countedCall, planOfCall } from "./audit-wire.ts";
import { beginCallAudit, type CallAudit } from "./call-audit.ts";
import { type CallStatus, OK, statusOfError } from "./call-status.ts";
import {
  type GrpcCall,
  type GrpcCallback,
  type GrpcHandler,
  hasCallback,
  hasSingleRequest,
} from "./grpc-types.ts";

/** A cancelled handler that has not answered by then is recorded as unknown: it will hardly answer. */
const LATE_ANSWER_MILLIS = 10_000;
const CANCELLED: CallStatus = {
  name: "CANCELLED",
  message: "cancelled before the handler answered",
};

/**
 * Wraps one handler. The wrapped handler answers exactly what the original answers; the record is
 * written before the reply leaves.
 */
export function auditHandler(handler: GrpcHandler, method: AuditedMethod): GrpcHandler {
  return function auditedHandler(this: unknown, call, callback) {
    const audit = auditOfCall(method, call);
    if (audit === null) return handler.call(this, call, callback);
    audit.enter();
    const end = watchEnd(call, audit, hasCallback(method.type));
    const answer = callback === undefined ? undefined : auditCallback(audit, callback);
    return runInCall(audit.scope, () => {
      try {
        const returned = handler.call(this, call, answer);
        return types.isPromise(returned) ? watchPromise(returned, call, audit, end) : returned;
      } catch (error) {
        audit.finish({ ...statusOfError(error), name: "UNKNOWN" });
        throw error;
      }
    });
  };
}

/**
 * The audit that the wire began; where there is no wire to watch, one that begins here. Auditing
 * never ends a call: where it cannot begin, the call goes on without it, and that is counted.
 */
function auditOfCall(method: AuditedMethod, call: GrpcCall): CallAudit | null {
  const begun = auditOfWire(call);
  // A handler that was wrapped twice is audited once.
  if (begun !== undefined) return begun.isEntered() ? null : begun;
  try {
    const planned = planOfCall(method);
    if (planned === null) return null;
    const { name, type } = method;
    const { target, plan } = planned;
    const counted = countedCall(call.call, method, target);
    const audit = beginCallAudit(target, plan, { facts: call, method: name, type, counted });
    watchMessages(call, audit, hasSingleRequest(type));
    return audit;
  } catch (error) {
    const target = method.targetOf();
    target?.lost(`a call of ${method.name} is not audited: ${messageOf(error)}`);
    // Whether the policy would have it recorded is not known where it is the policy that failed.
    if (target !== null) countedCall(call.call, method, target).handled();
    return null;
  }
}

function auditCallback(audit: CallAudit, callback: GrpcCallback): GrpcCallback {
  return (error, value, ...rest) => {
    if (error) audit.finish(statusOfError(error));
    else audit.finish(OK, { response: value });
    callback(error, value, ...rest);
  };
}

/** Sees the request messages where grpc-js hands them over, without making the stream flow. */
function watchMessages(call: GrpcCall, audit: CallAudit, isSingle: boolean): void {
  if (isSingle) {
    audit.sawRequest(call.request);
    return;
  }
  const push = call.push;
  if (push === undefined) return;
  call.push = (message, ...rest) => {
    if (message !== null) audit.sawRequest(message);
    return push.call(call, message, ...rest);
  };
}

/** What was seen of the end of a call so far. */
interface SeenEnd {
  readonly isCancelled: () => boolean;
}

/**
 * Watches every end that does not go through the callback. The trailers leave in `_final`, which is
 * the last moment before the client learns the outcome; an error has been seen by then, because our
 * listener stands before the one of grpc-js. Unary and client-streaming calls end this way too,
 * where the handler emits an error instead of answering. Handlers of the call's events run inside
 * of the call.
 */
function watchEnd(call: GrpcCall, audit: CallAudit, answersByCallback: boolean): SeenEnd {
  let failed: CallStatus | undefined;
  let isCancelled = false;
  /** Nobody answered; what grpc-js told the client (a deadline, an undecodable message) says why. */
  const endWithoutAnswer = (): CallStatus => failed ?? audit.told() ?? CANCELLED;
  const finishCancelled = (): void => {
    audit.finish(endWithoutAnswer(), { outcome: "unknown", isUnanswered: true });
  };
  const final = call._final;
  if (final !== undefined) {
    // A client stream that is a Readable would hide an error that nobody else listens for.
    call.prependListener?.("error", (error) => {
      failed ??= statusOfError(error);
    });
    call._final = (callback) => {
      if (isCancelled) finishCancelled();
      else audit.finish(failed ?? OK);
      final.call(call, callback);
    };
  }
  const emit = call.emit;
  call.emit = (event, ...args) => {
    if (event === "cancelled") isCancelled = true;
    try {
      return runInCall(audit.scope, () => emit.call(call, event, ...args));
    } finally {
      // Fires at the end of every call, where it finds the record written. A handler with a
      // callback may still do what it was asked for, and its answer tells.
      if (event === "cancelled") {
        if (!answersByCallback) finishCancelled();
        else audit.finishLater(endWithoutAnswer, LATE_ANSWER_MILLIS);
      }
    }
  };
  return { isCancelled: () => isCancelled };
}

/** A handler that is an async function: a rejection is an ending, and stays the application's. */
async function watchPromise(
  returned: PromiseLike<unknown>,
  call: GrpcCall,
  audit: CallAudit,
  end: SeenEnd,
): Promise<unknown> {
  try {
    const value = await returned;
    // It has returned, nobody waits, and it did not answer: it gave up.
    if (end.isCancelled()) {
      audit.finish(CANCELLED, { outcome: "unknown", isUnanswered: true });
    }
    return value;
  } catch (error) {
    // A stream that was ended goes on to its end, whatever became of the handler after that.
    if (call.writableEnded !== true) {
      const status = { ...statusOfError(error), name: "UNKNOWN" };
      audit.finish(status, { outcome: "unknown", isUnanswered: true });
    }
    throw error;
  }
}
