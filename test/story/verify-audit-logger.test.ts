/** Directories that AuditLogger and the processor of one's own SDK write verify like those of createAudit. */
import { join } from "node:path";
import { LoggerProvider } from "@opentelemetry/sdk-logs";
import { AuditLogger } from "otel-audit";
import { createJournalLogProcessor } from "otel-audit/processors";
import { expect, test } from "vitest";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import { allProven, runCli, verified } from "../support/verdicts.ts";
import { ODD_DETAILS } from "../support/odd-details.ts";

/** Its journal is closed. */
async function loggedDirectory(): Promise<string> {
  const directory = join(temporaryDirectory(), "audit");
  const logger = new AuditLogger(directory, { format: "both" });
  for (const details of ODD_DETAILS) await logger.logEvent("hp_change", "success", details);
  await logger.close();
  return directory;
}

test("the views of AuditLogger, which hold no record ids, are passed over with a note", async () => {
  const directory = await loggedDirectory();
  const journal = await verified([join(directory, "journal")]);
  expect(journal).toEqual(allProven(journal.read));
  expect(await verified([directory])).toEqual(allProven(journal.read, ["view_passed_over"]));
  const { status, stdout } = runCli(["verify", directory]);
  expect(status).toBe(0);
  expect(stdout).toMatch(/^verified, /);
  expect(stdout.match(/^note: .*audit_log\.(json|csv).*five/gm)).toHaveLength(2);
});

test.each(["audit_log.json", "audit_log.csv"])(
  "%s alone: nothing can be verified",
  async (name) => {
    const directory = await loggedDirectory();
    expect(await verified([join(directory, name)])).toMatchObject({
      verdict: "unreadable",
      exitCode: 3,
      codes: ["view_passed_over"],
    });
  },
);

test("what the processor of one's own SDK wrote is proven", async () => {
  const directory = join(temporaryDirectory(), "audit");
  const provider = new LoggerProvider({ processors: [createJournalLogProcessor({ directory })] });
  const logger = provider.getLogger("otel-audit");
  for (const body of ODD_DETAILS)
    logger.emit({
      eventName: "audit.restart_instance",
      attributes: { "audit.actor.id": "ann" },
      body,
    });
  await provider.shutdown();
  const outcome = await verified([directory]);
  expect(outcome.read).toBeGreaterThan(ODD_DETAILS.length);
  expect(outcome).toEqual(allProven(outcome.read));
});
