/** The mark of a prototype that is audited already; also in capture/audit-grpc.ts, which is not to be loaded here. */
const PATCHED = Symbol.for("otel-audit.capture");

type Method = (this: unknown, ...args: unknown[]) => unknown;

interface ServerMethods {
  register: Method;
  bindAsync: Method;
}

/**
 * Puts off the patching of a grpc-js copy until its first server gets a service or listens: a client
 * pays for nothing.
 *
 * @param capture patches the copy.
 * @returns false where the copy does not look as expected, and nothing was put off.
 */
export function captureOnUse(exports: unknown, capture: () => void): boolean {
  const prototype = serverPrototypeOf(exports);
  if (prototype === undefined) return false;
  putOff(prototype, capture);
  return true;
}

function putOff(prototype: ServerMethods, capture: () => void): void {
  const original = methodsOf(prototype);
  let patched: ServerMethods | undefined;

  /** Ours stay innermost: who wrapped us in the meantime keeps their place. */
  function patchedMethods(): ServerMethods {
    if (patched !== undefined) return patched;
    // By auditGrpc in the meantime: what it says counts.
    if (PATCHED in prototype) return (patched = original);
    const outer = methodsOf(prototype);
    Object.assign(prototype, original);
    try {
      capture();
      patched = methodsOf(prototype);
    } finally {
      Object.assign(prototype, outer);
    }
    return patched;
  }

  prototype.register = function register(...args) {
    return Reflect.apply(patchedMethods().register, this, args);
  };
  prototype.bindAsync = function bindAsync(...args) {
    return Reflect.apply(patchedMethods().bindAsync, this, args);
  };
}

function methodsOf({ register, bindAsync }: ServerMethods): ServerMethods {
  return { register, bindAsync };
}

function serverPrototypeOf(exports: unknown): ServerMethods | undefined {
  if (typeof exports !== "object" || exports === null || !("Server" in exports)) return undefined;
  const { Server } = exports;
  if (typeof Server !== "function") return undefined;
  const prototype = Server.prototype as Partial<ServerMethods> | undefined;
  return typeof prototype?.register === "function" && typeof prototype.bindAsync === "function"
    ? (prototype as ServerMethods)
    : undefined;
}
