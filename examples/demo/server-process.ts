import { join } from "node:path";
import { ROOT } from "./paths.ts";
import type { Program, Programs } from "./programs.ts";

const READY = /training service listening on (127\.0\.0\.1:\d+)/;

/** The training service with its audit trail. */
export interface AuditedService extends Program {
  /** host:port of its gRPC server. */
  readonly address: string;
}

/** Where the service writes, and what a demo adds. */
export interface ServiceOptions {
  /** AUDIT_LOG_DIR. */
  readonly auditDirectory: string;
  readonly logFile: string;
  /** More variables. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts the training service, which has no audit code, with `--import otel-audit/register`. */
export async function startAuditedService(
  programs: Programs,
  { auditDirectory, logFile, env = {} }: ServiceOptions,
): Promise<AuditedService> {
  const program = await programs.start(process.execPath, {
    name: "the training service",
    // Node's own options are handed on: with `-C @otel-audit/source` both run from src/.
    args: [
      ...process.execArgv,
      "--import",
      "otel-audit/register",
      "examples/training-service/server.ts",
    ],
    cwd: ROOT,
    env: {
      PORT: "0",
      AUDIT_LOG_DIR: auditDirectory,
      AUDIT_POLICY_FILE: join(ROOT, "examples/training-service/audit.yaml"),
      AUDIT_OTEL_SDK: "on",
      OTEL_SERVICE_NAME: "training-service",
      OTEL_TRACES_EXPORTER: "console",
      ...env,
    },
    logFile,
    isReady: (output) => READY.test(output),
  });
  return { ...program, address: READY.exec(program.output())?.[1] ?? "" };
}

/** Ends the service as an operator would. @throws Error if it does not end well. */
export async function endService(service: AuditedService): Promise<void> {
  const code = await service.end();
  if (code !== 0) throw new Error(`the training service ended with ${code} after SIGTERM, not 0`);
}
