/**
 * The few parts of grpc-js that capture touches, by shape: any copy of the library fits, and ours
 * never imports one.
 */

/** The kinds of calls, as grpc-js names them. */
export type HandlerType = "unary" | "clientStream" | "serverStream" | "bidi";

/** What a handler is called with. */
export interface GrpcCall {
  readonly metadata: { readonly get: (key: string) => readonly (string | Buffer)[] };
  /** The decoded request, where there is a single one. */
  readonly request?: unknown;
  readonly getPeer: () => string;
  /** grpc-js >= 1.14. */
  readonly getAuthContext?: () => { readonly sslPeerCertificate?: unknown };
  emit: (event: string | symbol, ...args: unknown[]) => boolean;
  prependListener?: (event: string, listener: (...args: unknown[]) => void) => unknown;
  push?: (message: unknown, ...rest: unknown[]) => boolean;
  _final?: (callback: (error?: Error | null) => void) => void;
}

/** How a unary or client-streaming handler answers. */
export type GrpcCallback = (error: unknown, value?: unknown, ...rest: unknown[]) => void;

/** A service handler of any kind. */
export type GrpcHandler = (call: GrpcCall, callback?: GrpcCallback) => unknown;

/** `Server.prototype`, as far as it is patched. */
export interface GrpcServerPrototype {
  register: (name: string, handler: GrpcHandler, ...rest: unknown[]) => boolean;
  bindAsync: (...args: unknown[]) => unknown;
}

/** The grpc-js module, or anything that carries its `Server`. */
export interface GrpcModule {
  readonly Server: { readonly prototype: object };
}

/** Names of the gRPC status codes, by number (grpc.io/docs/guides/status-codes). */
const STATUS_NAMES = [
  "OK",
  "CANCELLED",
  "UNKNOWN",
  "INVALID_ARGUMENT",
  "DEADLINE_EXCEEDED",
  "NOT_FOUND",
  "ALREADY_EXISTS",
  "PERMISSION_DENIED",
  "RESOURCE_EXHAUSTED",
  "FAILED_PRECONDITION",
  "ABORTED",
  "OUT_OF_RANGE",
  "UNIMPLEMENTED",
  "INTERNAL",
  "UNAVAILABLE",
  "DATA_LOSS",
  "UNAUTHENTICATED",
] as const;

/** Name of a status code; the number itself for one that gRPC does not know. */
export function statusName(code: number): string {
  return STATUS_NAMES[code] ?? String(code);
}

/** How a call ended, as far as the handler decided it. */
export interface CallStatus {
  /** A name of the gRPC status codes. */
  readonly name: string;
  /** The error's text; absent when the call ended well. */
  readonly message?: string;
}

/** The status that grpc-js would send for what a handler gave it: no integer `code` means UNKNOWN. */
export function statusOfError(thrown: unknown): CallStatus {
  const error = (typeof thrown === "object" && thrown !== null ? thrown : {}) as {
    readonly code?: unknown;
    readonly details?: unknown;
    readonly message?: unknown;
  };
  const name = Number.isInteger(error.code) ? statusName(Number(error.code)) : "UNKNOWN";
  const message =
    typeof error.details === "string" && error.details !== ""
      ? error.details
      : typeof error.message === "string"
        ? error.message
        : typeof thrown === "string"
          ? thrown
          : "";
  return { name, ...(message === "" ? {} : { message }) };
}
