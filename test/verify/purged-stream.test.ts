import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { createAudit } from "otel-audit";
import { verifyFiles } from "otel-audit/verify";
import { expect, test } from "vitest";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import { allProven, outcomeOf } from "../support/verdicts.ts";

test("a stream that retention deleted whole is counted as purged", async () => {
  const directory = join(temporaryDirectory(), "audit");
  const first = await createAudit({ directory, format: "journal" });
  for (let at = 0; at < 5; at++) await first.record({ action: "pause", actor: "ann" });
  await first.close();
  const [stream = ""] = readdirSync(join(directory, "journal"));
  const { read } = (await verifyFiles([directory])).records;
  const second = await createAudit({ directory, format: "journal" });
  await second.record({
    action: "retention_purge",
    actor: { id: "otel-audit", type: "system" },
    details: {
      scope: { segments: [`${stream}/1-1: 1-${read}`] },
      until: new Date().toISOString(),
      records_affected: read,
    },
  });
  await second.close();
  rmSync(join(directory, "journal", stream), { recursive: true });
  const report = await verifyFiles([directory]);
  const { proven } = report.records;
  expect(outcomeOf(report)).toEqual({ ...allProven(proven, ["records_purged"]), purged: read });
  expect(report.streams.find((one) => one.stream === stream)).toMatchObject({ purged: read });
});
