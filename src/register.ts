/**
 * Zero code: `node --import otel-audit/register server.js`, for ESM and CommonJS.
 *
 * In: the environment. Out: every grpc-js server of the process is audited. A process that starts no
 * server pays for one load hook and a few small modules; it gets no file, no thread and no key.
 */
// By its name `registerHooks` would be a SyntaxError in an old Node.
import nodeModule, { createRequire, type LoadFnOutput } from "node:module";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import { whyNodeIsTooOld } from "./lib/node-version.ts";
import { isOwnWorker } from "./lib/own-worker.ts";
import { captureOnUse } from "./setup/capture-on-use.ts";
import type * as ZeroCode from "./setup/zero-code.ts";

/** The entry module of any grpc-js copy. */
const GRPC_ENTRY = /[\\/]@grpc[\\/]grpc-js[\\/]build[\\/]src[\\/]index\.js$/;
/** Called by a grpc-js copy with its exports, when it has loaded. */
const LOADED = Symbol.for("otel-audit.grpc-loaded");
const ANNOUNCEMENT =
  '\n;globalThis[Symbol.for("otel-audit.grpc-loaded")]?.(module.exports, __filename);\n';

type Globals = typeof globalThis & { [LOADED]?: (exports: unknown, filename: string) => void };

const require = createRequire(import.meta.url);

/** Loaded when it is needed: a process that never serves gRPC does not pay for it. */
function zeroCode(): typeof ZeroCode {
  return require(`./setup/zero-code${extname(fileURLToPath(import.meta.url))}`) as typeof ZeroCode;
}

function announceGrpcCopies(): void {
  const globals = globalThis as Globals;
  if (globals[LOADED] !== undefined) return;
  globals[LOADED] = (exports, filename) => {
    const capture = (): void => zeroCode().grpcLoaded(exports, filename);
    if (!captureOnUse(exports, capture)) capture();
  };
  nodeModule.registerHooks({
    load(url, context, nextLoad) {
      const isGrpc = GRPC_ENTRY.test(url);
      // An imported copy is required first: OpenTelemetry's instrumentation watches `require`, and
      // the import then finds this very module in the cache.
      // (A list or, in Node 22, a set.)
      if (isGrpc && [...context.conditions].includes("import")) createRequire(url)(filenameOf(url));
      const loaded = nextLoad(url, context);
      if (!isGrpc || loaded.source === null || loaded.source === undefined) return loaded;
      return { ...loaded, source: textOf(loaded.source) + ANNOUNCEMENT };
    },
  });
  // Copies that were loaded before us do not announce themselves.
  for (const [filename, module] of Object.entries(require.cache)) {
    if (GRPC_ENTRY.test(filename) && module !== undefined) {
      zeroCode().grpcLoadedBefore(module.exports, filename);
    }
  }
}

function filenameOf(url: string): string {
  return url.startsWith("file:") ? fileURLToPath(url) : url;
}

function textOf(source: NonNullable<LoadFnOutput["source"]>): string {
  return typeof source === "string" ? source : new TextDecoder().decode(source);
}

const problem = whyNodeIsTooOld();
// As a missing policy does: a service that nobody audits must not look like one that is.
if (problem !== undefined) throw new Error(problem);
if (!isOwnWorker()) {
  announceGrpcCopies();
  if (process.env["AUDIT_OTEL_SDK"] !== undefined) zeroCode().startSdkIfWanted();
}
