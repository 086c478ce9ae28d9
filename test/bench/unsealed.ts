import type { Audit, AuditOptions } from "otel-audit";
import { builtModule } from "./built-module.ts";

/**
 * An audit log as `createAudit` opens it, whose records are not sealed: the other side of what sealing
 * costs. Needs the package as it was built.
 *
 * @throws as `createAudit` does, as a rejection.
 */
export async function openUnsealed(options: AuditOptions): Promise<Audit> {
  const { admit } =
    await builtModule<typeof import("../../src/setup/create-audit.ts")>("setup/create-audit");
  const { resolveOptions } =
    await builtModule<typeof import("../../src/setup/options.ts")>("setup/options");
  const { openAudit } =
    await builtModule<typeof import("../../src/setup/pipeline.ts")>("setup/pipeline");
  const resolved = resolveOptions(options);
  const { directory } = resolved;
  if (directory === undefined) throw new Error("no audit directory");
  const opened = openAudit(resolved, directory, { isUnsealedForBenchmark: true });
  await opened.ready();
  return admit(opened);
}
