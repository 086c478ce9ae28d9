/**
 * The few parts of grpc-js that capture touches, by shape: any copy of the library fits, and ours
 * never imports one.
 */

/** The kinds of calls, as grpc-js names them. */
export type HandlerType = "unary" | "clientStream" | "serverStream" | "bidi";

/** Whether the client sends one message only. */
export function hasSingleRequest(type: HandlerType): boolean {
  return type === "unary" || type === "serverStream";
}

/** Whether the handler answers through a callback. */
export function hasCallback(type: HandlerType): boolean {
  return type === "unary" || type === "clientStream";
}

/** The metadata of a call, as far as it is read. */
export interface GrpcMetadata {
  readonly get: (key: string) => readonly (string | Buffer)[];
}

/** What is known of a call before its handler runs. */
export interface CallFacts {
  readonly metadata: GrpcMetadata;
  readonly getPeer: () => string;
  /** grpc-js >= 1.14. */
  readonly getAuthContext?: () => { readonly sslPeerCertificate?: unknown };
  /** The call below, down to the HTTP/2 stream; grpc-js keeps it to itself. */
  readonly call?: WireCall;
}

/** What a handler is called with. */
export interface GrpcCall extends CallFacts {
  /** The decoded request, where there is a single one. */
  readonly request?: unknown;
  emit: (event: string | symbol, ...args: unknown[]) => boolean;
  prependListener?: (event: string, listener: (...args: unknown[]) => void) => unknown;
  push?: (message: unknown, ...rest: unknown[]) => boolean;
  /** Whether a stream of replies was ended by its handler. */
  readonly writableEnded?: boolean;
  _final?: (callback: (error?: Error | null) => void) => void;
}

/** How a unary or client-streaming handler answers. */
export type GrpcCallback = (error: unknown, value?: unknown, ...rest: unknown[]) => void;

/** A service handler of any kind. */
export type GrpcHandler = (call: GrpcCall, callback?: GrpcCallback) => unknown;

/** What a server interceptor's call tells its listener (gRFC A87, "Server interceptors"). */
export interface WireListener {
  onReceiveMetadata: (metadata: GrpcMetadata) => void;
  onReceiveMessage: (message: unknown) => void;
  onReceiveHalfClose: () => void;
  onCancel: () => void;
}

/** The status that ends a call. */
export interface WireStatus {
  readonly code: number;
  readonly details: string;
  readonly metadata?: unknown;
}

/** The HTTP/2 stream under a call, which grpc-js keeps to itself: it may be missing. */
export interface WireStream {
  readonly once: (event: "close", listener: () => void) => unknown;
  /** HTTP/2 error code (RFC 9113, section 7); 0 for a stream that ended well. */
  readonly rstCode?: number;
}

/** A call as server interceptors see it. Everything that leaves goes through it, also what grpc-js says itself. */
export interface WireCall {
  start: (listener: WireListener) => void;
  sendMessage: (message: unknown, callback: () => void) => void;
  sendStatus: (status: WireStatus) => void;
  readonly getPeer: () => string;
  readonly getAuthContext?: () => { readonly sslPeerCertificate?: unknown };
  /** The call below, where this one belongs to another interceptor. */
  readonly nextCall?: WireCall;
  readonly stream?: WireStream;
  /** As the client sent it; grpc-js keeps it to itself. */
  readonly metadata?: GrpcMetadata;
}

/** A server interceptor of grpc-js >= 1.10. */
export type WireInterceptor = (method: { readonly path: string }, call: WireCall) => WireCall;

/** `Server.prototype`, as far as it is patched. */
export interface GrpcServerPrototype {
  register: (name: string, handler: GrpcHandler, ...rest: unknown[]) => boolean;
  bindAsync: (...args: unknown[]) => unknown;
  /** For connections that something else accepted; grpc-js >= 1.12. */
  createConnectionInjector?: (...args: unknown[]) => unknown;
}

/** The grpc-js module, or anything that carries its `Server`. */
export interface GrpcModule {
  readonly Server: { readonly prototype: object };
}
