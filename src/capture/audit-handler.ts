import { types } from "node:util";
import { messageOf } from "../lib/errors.ts";
import { runInCall } from "../record/index.ts";
import { beginCallAudit, type CallAudit, type CaptureTarget } from "./call-audit.ts";
import {
  type CallStatus,
  type GrpcCall,
  type GrpcCallback,
  type GrpcHandler,
  type HandlerType,
  statusOfError,
} from "./grpc-types.ts";

/** A cancelled handler that has not answered by then is recorded as unknown: it will hardly answer. */
const LATE_ANSWER_MILLIS = 10_000;
const OK: CallStatus = { name: "OK" };
const CANCELLED: CallStatus = {
  name: "CANCELLED",
  message: "cancelled before the handler answered",
};

/**
 * Wraps one handler. The wrapped handler answers exactly what the original answers; the record is
 * written before the reply leaves.
 *
 * @param targetOf gives what to record to, or null while nothing is audited.
 */
export function auditHandler(
  handler: GrpcHandler,
  method: string,
  type: HandlerType,
  targetOf: () => CaptureTarget | null,
): GrpcHandler {
  const hasCallback = type === "unary" || type === "clientStream";
  return function auditedHandler(this: unknown, call, callback) {
    const audit = begin(targetOf, call, method);
    if (audit === null) return handler.call(this, call, callback);
    watchMessages(call, audit, type);
    const end = watchEnd(call, audit, hasCallback);
    const answer = callback === undefined ? undefined : auditCallback(audit, callback);
    return runInCall(audit.scope, () => {
      try {
        const returned = handler.call(this, call, answer);
        return types.isPromise(returned) ? watchPromise(returned, audit, end) : returned;
      } catch (error) {
        audit.finish({ ...statusOfError(error), name: "UNKNOWN" });
        throw error;
      }
    });
  };
}

/** Auditing never ends a call: where it cannot begin, the call goes on without it, and that is said. */
function begin(
  targetOf: () => CaptureTarget | null,
  call: GrpcCall,
  method: string,
): CallAudit | null {
  const target = targetOf();
  if (target === null) return null;
  try {
    const plan = target.policy.planOf(method);
    return plan.kind === "exempt" ? null : beginCallAudit(target, plan, call, method);
  } catch (error) {
    target.report(`a call of ${method} is not audited: ${messageOf(error)}`);
    return null;
  }
}

function auditCallback(audit: CallAudit, callback: GrpcCallback): GrpcCallback {
  return (error, value, ...rest) => {
    if (error) audit.finish(statusOfError(error));
    else audit.finish(OK, value);
    callback(error, value, ...rest);
  };
}

/** Sees the request messages where grpc-js hands them over, without making the stream flow. */
function watchMessages(call: GrpcCall, audit: CallAudit, type: HandlerType): void {
  if (type === "unary" || type === "serverStream") {
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
interface CallEnd {
  readonly isCancelled: () => boolean;
}

/**
 * Watches every end that does not go through the callback. The trailers leave in `_final`, which is
 * the last moment before the client learns the outcome; an error has been seen by then, because our
 * listener stands before the one of grpc-js. Unary and client-streaming calls end this way too,
 * where the handler emits an error instead of answering. Handlers of the call's events run inside
 * of the call.
 */
function watchEnd(call: GrpcCall, audit: CallAudit, hasCallback: boolean): CallEnd {
  let failed: CallStatus | undefined;
  let isCancelled = false;
  const finishCancelled = (): void => audit.finish(failed ?? CANCELLED, undefined, "unknown");
  const final = call._final;
  if (final !== undefined) {
    // grpc-js < 1.14 reads client streams from a Readable: there our listener would hide an error
    // that nobody else listens for.
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
        if (!hasCallback) finishCancelled();
        else if (!audit.isFinished()) setTimeout(finishCancelled, LATE_ANSWER_MILLIS).unref();
      }
    }
  };
  return { isCancelled: () => isCancelled };
}

/** A handler that is an async function: a rejection is an ending, and stays the application's. */
async function watchPromise(
  returned: PromiseLike<unknown>,
  audit: CallAudit,
  end: CallEnd,
): Promise<unknown> {
  try {
    const value = await returned;
    // It has returned, nobody waits, and it did not answer: it gave up.
    if (end.isCancelled()) audit.finish(CANCELLED, undefined, "unknown");
    return value;
  } catch (error) {
    audit.finish({ ...statusOfError(error), name: "UNKNOWN" }, undefined, "unknown");
    throw error;
  }
}
