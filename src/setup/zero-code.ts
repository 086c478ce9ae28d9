import { ProxyTracerProvider, trace } from "@opentelemetry/api";
import { type CaptureTarget, isGrpcModule, patchGrpc } from "../capture/index.ts";
import { AuditError, messageOf } from "../lib/errors.ts";
import { createRedactor, type Redactor } from "../redact/index.ts";
import { captureTargetOf, openResolved } from "./create-audit.ts";
import { createLineWriter } from "./line-writer.ts";
import { isSdkWanted, resolveOptions, resolveRedaction } from "./options.ts";
import { loadPolicy } from "./policy.ts";
import { openRedactor } from "./redaction.ts";
import { startSdk } from "./sdk.ts";

const report = createLineWriter(createRedactor().redactText);

/** The one audit log of the process; undefined until the first server listens. */
let target: CaptureTarget | null | undefined;

/** Whether an OpenTelemetry SDK of ours runs. */
let isSdkStarted = false;

/** A grpc-js copy has loaded: its servers will be audited. */
export function grpcLoaded(exports: unknown, filename: string): void {
  if (!isGrpcModule(exports)) {
    report(
      `NOT AUDITED: ${filename} does not look like @grpc/grpc-js; its servers are not recorded`,
    );
    return;
  }
  patchGrpc(exports, { targetOf: targetOfCall, beforeListen, report });
}

/** A grpc-js copy was there before us: servers that listen already cannot be audited. */
export function grpcLoadedBefore(exports: unknown, filename: string): void {
  report(
    `@grpc/grpc-js was loaded before otel-audit (${filename}): servers that listen already are NOT audited, ` +
      "and records of services that were added already may lack their span. Put --import otel-audit/register first.",
  );
  grpcLoaded(exports, filename);
}

/** Starts an OpenTelemetry SDK where AUDIT_OTEL_SDK=on says so. */
export function startSdkIfWanted(): void {
  if (!isSdkWanted() || isSdkStarted) return;
  isSdkStarted = true;
  startSdk(redactorOfSpans(), report);
}

/** A policy that cannot be used keeps the server from listening later; until then spans have the built-in rules. */
function redactorOfSpans(): Redactor {
  try {
    return openRedactor(resolveRedaction(), undefined, () => {});
  } catch {
    return createRedactor();
  }
}

/** A server that is fed connections by hand never binds: the audit log is opened with its first call. */
function targetOfCall(): CaptureTarget | null {
  if (target !== undefined) return target;
  try {
    beforeListen();
  } catch (error) {
    report(`NOTHING IS AUDITED: ${messageOf(error)}`);
    target = null;
  }
  return target ?? null;
}

/** What is thrown here keeps the server from listening: wrong options, an unusable policy. */
function beforeListen(): void {
  if (target !== undefined) return;
  target = open();
  if (target !== null && !hasTracerProvider()) {
    report(
      "no OpenTelemetry tracer provider is registered: records carry no trace ids. Start your SDK before the " +
        "server, or set AUDIT_OTEL_SDK=on",
    );
  }
}

function open(): CaptureTarget | null {
  const options = resolveOptions({});
  const isRequired = loadPolicy(options, report).document.required ?? false;
  if (options.directory === undefined && options.format !== "none") {
    const problem = "AUDIT_LOG_DIR is not set: nothing is audited";
    if (isRequired)
      throw new AuditError(
        "invalid_option",
        `${problem}, but the audit policy says required: true`,
      );
    report(problem);
    return null;
  }
  // An unusable directory stops only a service whose policy says so; wrong options stop every one.
  return captureTargetOf(openResolved(options, { whenUnusable: isRequired ? "throw" : "refuse" }));
}

function hasTracerProvider(): boolean {
  const provider = trace.getTracerProvider();
  if (!(provider instanceof ProxyTracerProvider)) return true;
  return provider.getDelegateTracer("otel-audit") !== undefined;
}
