import { type CaptureTarget, type GrpcModule, isGrpcModule, patchGrpc } from "../capture/index.ts";
import type { Action, BuiltInAction } from "../event/index.ts";
import { AuditError } from "../lib/errors.ts";
import { type Audit, healthOf, type Receipt } from "../record/index.ts";
import { createRedactor } from "../redact/index.ts";
import { createLineWriter } from "./line-writer.ts";
import type { OpeningOptions } from "./opening-options.ts";
import { type AuditOptions, type ResolvedOptions, resolveOptions } from "./options.ts";
import { openAudit, type OpenAudit } from "./pipeline.ts";
import { loadPolicy } from "./policy.ts";

/** What capture needs of an audit log, hidden from its users. */
const openings = new WeakMap<object, OpenAudit>();

/**
 * Opens an audit log: journal, views and, where an endpoint is named, shipping. Waits up to 5 s until its
 * first record is on disk, and goes on without where the disk fails or hangs.
 *
 * @example
 * const audit = await createAudit({ directory: "./audit", policy: "./audit.yaml" });
 * @throws {AuditError} as a rejection: `invalid_option`, `invalid_policy`, `untrusted_file`,
 * `unreadable`, `directory_unusable`. After that nothing of otel-audit stops the service.
 */
export async function createAudit<A extends Action = never>(
  options: AuditOptions<A> = {},
): Promise<Audit<A | BuiltInAction>> {
  const audit = openResolved(resolveOptions(options));
  await openings.get(audit)?.ready();
  return audit;
}

/** The same, at once: a server that must not listen cannot wait for a promise. */
export function openResolved(
  resolved: ResolvedOptions,
  { whenUnusable = "throw" }: Pick<OpeningOptions, "whenUnusable"> = {},
): Audit {
  if (resolved.format === "none") return auditNothing(resolved);
  if (resolved.directory === undefined) {
    throw new AuditError(
      "invalid_option",
      "no audit directory: pass createAudit({ directory }) or set AUDIT_LOG_DIR",
    );
  }
  return admit(openAudit(resolved, resolved.directory, { whenUnusable }));
}

/** Lets capture find what it needs of an audit log. */
export function admit(opened: OpenAudit): Audit {
  openings.set(opened.audit, opened);
  return opened.audit;
}

/**
 * Audits every handler of every server of this grpc-js copy; call it before `addService`. Called
 * again, services that are added from then on record to the new audit log.
 *
 * @param grpc the module as the application imports it: `import * as grpc from "@grpc/grpc-js"`.
 * @throws {AuditError} `invalid_option` when it is not grpc-js.
 */
export function auditGrpc(grpc: GrpcModule, audit: Audit<never>): void {
  if (!isGrpcModule(grpc)) {
    throw new AuditError(
      "invalid_option",
      'auditGrpc(grpc, audit): the first argument is not @grpc/grpc-js; pass what import * as grpc from "@grpc/grpc-js" gives',
    );
  }
  const target = openings.get(audit)?.target ?? null;
  patchGrpc(grpc, {
    targetOf: () => target,
    beforeListen: () => {},
    report: target?.report ?? createLineWriter(createRedactor().redactText),
  });
}

/** What a call is recorded to, for the register hook. */
export function captureTargetOf(audit: Audit<never>): CaptureTarget | null {
  return openings.get(audit)?.target ?? null;
}

const NOTHING_COUNTED = {
  recorded: 0,
  written: 0,
  synced: 0,
  lost: 0,
  unconfirmed: 0,
  refused: 0,
  openCalls: 0,
  shipping: undefined,
} as const;
const NOT_RECORDED: Receipt = { recordId: "", written: false, synced: false };

/** AUDIT_LOG_FORMAT=none: no file, no thread, one line; an error where the policy says `required`. */
function auditNothing(resolved: ResolvedOptions): Audit {
  const report = createLineWriter(createRedactor().redactText);
  const { document, locate } = loadPolicy(resolved, report);
  if (document.required === true) {
    throw new AuditError(
      "invalid_option",
      `auditing is switched off (format none), but ${locate(["required"])} says required: true`,
    );
  }
  report("auditing is switched off (format none): nothing is recorded");
  return {
    record: async () => NOT_RECORDED,
    deny: async () => NOT_RECORDED,
    around: async (_event, run) => run({ set() {} }),
    flush: async () => {},
    close: async () => {},
    health: () =>
      healthOf({ isClosed: false, failing: "auditing is switched off", ...NOTHING_COUNTED }),
    stream: "",
    directory: resolved.directory ?? "",
  };
}
