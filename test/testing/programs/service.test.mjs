import { beforeEach, test } from "node:test";
import { createTestAudit, expectNothingRecorded, expectRecorded } from "otel-audit/testing";

const audit = await createTestAudit();
beforeEach(() => audit.clear());

void test("a pause is recorded", async () => {
  expectNothingRecorded(audit);
  await audit.record({ action: "pause", actor: "ann" });
  expectRecorded(audit, { action: "pause", actor: "ann", outcome: "success" });
});

void test("this one is wrong", async () => {
  await audit.record({ action: "pause", actor: "ann" });
  expectRecorded(audit, { action: "pause", actor: "bob" });
});
