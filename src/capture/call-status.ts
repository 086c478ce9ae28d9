import type { Outcome } from "../event/index.ts";
import { statusName } from "../lib/grpc-status.ts";

/** Number of the status that says: nothing was done, try again. */
export const UNAVAILABLE = 14;

/** How a call ended, as far as somebody decided it. */
export interface CallStatus {
  /** A name of the gRPC status codes. */
  readonly name: string;
  /** The error's text; absent when the call ended well. */
  readonly message?: string;
}

/** A call that ended well. */
export const OK: CallStatus = { name: "OK" };

/**
 * The status that grpc-js would send for what a handler gave it: no integer `code` means UNKNOWN.
 * Never throws, whatever was thrown.
 */
export function statusOfError(thrown: unknown): CallStatus {
  try {
    return readStatus(thrown);
  } catch {
    return { name: "UNKNOWN", message: "an error that cannot be read" };
  }
}

function readStatus(thrown: unknown): CallStatus {
  const error = (typeof thrown === "object" && thrown !== null ? thrown : {}) as {
    readonly code?: unknown;
    readonly details?: unknown;
    readonly message?: unknown;
  };
  const { code, details, message } = error;
  const name = Number.isInteger(code) ? statusName(Number(code)) : "UNKNOWN";
  const text = [details, message, thrown].find(
    (each): each is string => typeof each === "string" && each !== "",
  );
  return { name, ...(text === undefined ? {} : { message: text }) };
}

/** What a status says of the action, where the reply itself says nothing. */
export function outcomeOfStatus({ name }: CallStatus): Outcome {
  if (name === "OK") return "success";
  return name === "PERMISSION_DENIED" || name === "UNAUTHENTICATED" ? "denied" : "failure";
}
