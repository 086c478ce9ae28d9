/**
 * Audits every handler of every server of a grpc-js copy.
 *
 * In: the grpc-js module. Out: for each finished call the records that the audit policy asks for.
 * `Server.prototype.register` is wrapped by plain assignment, so that other instrumentations may be
 * there before or come after; replies are never changed.
 */
import { auditHandler } from "./audit-handler.ts";
import type { CaptureTarget } from "./call-audit.ts";
import type { GrpcModule, GrpcServerPrototype, HandlerType } from "./grpc-types.ts";

/** Our mark on a patched prototype: from any copy of otel-audit, so that nothing is audited twice. */
const PATCHED = Symbol.for("otel-audit.capture");

/** Where the calls of a patched grpc-js copy go. */
export interface CaptureSwitch {
  /** What to record to; null while nothing is audited. */
  targetOf: () => CaptureTarget | null;
  /** Called before a server listens. What it throws stops the service. */
  beforeListen: () => void;
  readonly report: (line: string) => void;
}

type PatchedPrototype = GrpcServerPrototype & { [PATCHED]?: CaptureSwitch };

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
 */
export function patchGrpc(grpc: GrpcModule, capture: CaptureSwitch): void {
  const prototype = grpc.Server.prototype as PatchedPrototype;
  const patched = prototype[PATCHED];
  if (patched !== undefined) {
    patched.targetOf = capture.targetOf;
    patched.beforeListen = capture.beforeListen;
    return;
  }
  Object.defineProperty(prototype, PATCHED, { value: capture, enumerable: false });
  const audited = new WeakMap<object, Set<string>>();

  const register = prototype.register;
  prototype.register = function (this: object, name, handler, ...rest) {
    const paths = audited.get(this) ?? new Set();
    audited.set(this, paths.add(name));
    // The target of this moment: a service keeps the audit log that it was added under.
    const targetOf = capture.targetOf;
    const wrapped = auditHandler(handler, name.replace(/^\//, ""), handlerType(rest), targetOf);
    return register.call(this as GrpcServerPrototype, name, wrapped, ...rest);
  };

  const bindAsync = prototype.bindAsync;
  prototype.bindAsync = function (this: object, ...args) {
    capture.beforeListen();
    reportUnaudited(this, audited.get(this), capture.report);
    return bindAsync.call(this as GrpcServerPrototype, ...args);
  };
}

function handlerType(rest: readonly unknown[]): HandlerType {
  const type = rest[2];
  return type === "clientStream" || type === "serverStream" || type === "bidi" ? type : "unary";
}

/** Services that were added before the patch are served, and nobody records them: say so, loudly. */
function reportUnaudited(
  server: object,
  paths: ReadonlySet<string> | undefined,
  report: (line: string) => void,
): void {
  const handlers = "handlers" in server ? server.handlers : undefined;
  if (!(handlers instanceof Map)) return;
  const missing = [...handlers.keys()].map(String).filter((path) => paths?.has(path) !== true);
  if (missing.length === 0) return;
  report(
    `NOT AUDITED: ${missing.join(", ")}. @grpc/grpc-js was loaded and these services were added before ` +
      `otel-audit was: load it first (node --import otel-audit/register), or call auditGrpc(grpc, audit) before addService.`,
  );
}
