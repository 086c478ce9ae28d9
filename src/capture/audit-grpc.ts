/**
 * Audits every handler of every server of a grpc-js copy.
 *
 * In: the grpc-js module. Out: for each finished call the records that the audit policy asks for.
 * `Server.prototype.register` is wrapped by plain assignment, so that other instrumentations may be
 * there before or come after, and an interceptor of ours is put before all others. Replies are never
 * changed, except of `closed` actions that cannot be audited: they are refused.
 */
import { auditHandler } from "./audit-handler.ts";
import { type AuditedMethod, watchWire } from "./audit-wire.ts";
import type { CaptureTarget } from "./capture-target.ts";
import { checkCoverage } from "./coverage.ts";
import type {
  GrpcHandler,
  GrpcModule,
  GrpcServerPrototype,
  HandlerType,
  WireInterceptor,
} from "./grpc-types.ts";
import { measuredDeserializer, measuredSerializer } from "./message-bytes.ts";

/** Our mark on a patched prototype: from any copy of otel-audit, so that nothing is audited twice. */
const PATCHED = Symbol.for("otel-audit.capture");

/** Where the calls of a patched grpc-js copy go. */
export interface CaptureSwitch {
  /** What to record to; null while nothing is audited. */
  targetOf: () => CaptureTarget | null;
  /** Called before a server listens. What it throws stops the service. */
  beforeListen: () => void;
  report: (line: string) => void;
}

type PatchedPrototype = GrpcServerPrototype & { [PATCHED]?: CaptureSwitch };

/** The audited methods of one server, by the path that calls name. */
type Methods = Map<string, AuditedMethod>;

/** Whether a grpc-js module looks like one whose servers can be audited. */
export function isGrpcModule(module: unknown): module is GrpcModule {
  if (typeof module !== "object" || module === null || !("Server" in module)) return false;
  const { Server } = module;
  return (
    typeof Server === "function" &&
    // An arrow function has no prototype.
    typeof (Server.prototype as Partial<GrpcServerPrototype> | undefined)?.register === "function"
  );
}

/**
 * Patches a grpc-js copy, or redirects one that is patched already: services added from now on
 * record to the new target.
 *
 * @throws {AuditError} out of `bindAsync`: what `beforeListen` throws, and `invalid_policy` where
 * the policy's coverage is strict and a method is neither mapped nor exempt.
 */
export function patchGrpc(grpc: GrpcModule, capture: CaptureSwitch): void {
  const prototype = grpc.Server.prototype as PatchedPrototype;
  const patched = prototype[PATCHED];
  if (patched !== undefined) {
    Object.assign(patched, capture);
    return;
  }
  Object.defineProperty(prototype, PATCHED, { value: capture, enumerable: false });
  const servers = new WeakMap<object, Methods>();
  const listening = new WeakSet<object>();

  function methodsOf(server: object): Methods {
    const known = servers.get(server);
    if (known !== undefined) return known;
    const methods: Methods = new Map();
    servers.set(server, methods);
    watchServer(server, methods, (line) => capture.report(line));
    return methods;
  }

  const register = prototype.register;
  prototype.register = function (this: object, path, handler, ...rest) {
    const methods = methodsOf(this);
    // The target of this moment: a service keeps the audit log that it was added under.
    const method = { name: nameOf(path), type: handlerType(rest[2]), targetOf: capture.targetOf };
    const wrapped = auditHandler(handler, method);
    const isNew = register.call(this as GrpcServerPrototype, path, wrapped, ...measured(rest));
    if (isNew) methods.set(path, method);
    if (isNew && listening.has(this)) checkCoverage([method], "late", capture.report);
    return isNew;
  };

  /** A server is about to get calls. */
  function prepare(server: object): void {
    capture.beforeListen();
    const methods = methodsOf(server);
    auditEarlier(server, methods, capture);
    checkCoverage([...methods.values()], "listen", capture.report);
    listening.add(server);
  }

  const { bindAsync, createConnectionInjector } = prototype;
  prototype.bindAsync = function (this: object, ...args) {
    prepare(this);
    return bindAsync.call(this as GrpcServerPrototype, ...args);
  };
  if (createConnectionInjector === undefined) return;
  prototype.createConnectionInjector = function (this: object, ...args) {
    prepare(this);
    return createConnectionInjector.call(this as GrpcServerPrototype, ...args);
  };
}

/** Puts our interceptor before all others of a server. */
function watchServer(server: object, methods: Methods, report: (line: string) => void): void {
  const { interceptors } = server as { interceptors?: unknown };
  if (!Array.isArray(interceptors)) {
    report(
      "this version of @grpc/grpc-js is not known to otel-audit: calls that reach no handler, lost replies and " +
        "message sizes are NOT recorded, and `closed` actions do not wait for the disk. Use a version that package.json names.",
    );
    return;
  }
  const ours: WireInterceptor = ({ path }, call) => {
    const method = methods.get(path);
    if (method !== undefined) watchWire(call, method, report);
    return call;
  };
  Object.assign(server, { interceptors: [ours, ...(interceptors as readonly unknown[])] });
}

/** Services that were added before the patch: their handlers are wrapped where grpc-js keeps them. */
function auditEarlier(server: object, methods: Methods, capture: CaptureSwitch): void {
  const handlers = "handlers" in server ? server.handlers : undefined;
  if (!(handlers instanceof Map)) return;
  for (const [path, entry] of handlers as Map<unknown, unknown>) {
    if (typeof path !== "string" || methods.has(path) || !isEntry(entry)) continue;
    const { targetOf } = capture;
    const method = { name: nameOf(path), type: handlerType(entry.type), targetOf };
    entry.func = auditHandler(entry.func, method);
    methods.set(path, method);
  }
}

interface HandlerEntry {
  func: GrpcHandler;
  readonly type: unknown;
}

function isEntry(entry: unknown): entry is HandlerEntry {
  return (
    typeof entry === "object" &&
    entry !== null &&
    "func" in entry &&
    typeof entry.func === "function" &&
    "type" in entry
  );
}

/** The sizes of messages are asked for where a stream may have many of them. */
function measured([serialize, deserialize, type, ...rest]: readonly unknown[]): unknown[] {
  return [
    type === "serverStream" || type === "bidi" ? measuredSerializer(serialize) : serialize,
    type === "clientStream" || type === "bidi" ? measuredDeserializer(deserialize) : deserialize,
    type,
    ...rest,
  ];
}

function nameOf(path: string): string {
  return path.replace(/^\//, "");
}

function handlerType(type: unknown): HandlerType {
  return type === "clientStream" || type === "serverStream" || type === "bidi" ? type : "unary";
}
