/** What the policy of the training service makes of calls that its demo does not make. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { compilePolicy, parsePolicy } from "../../src/capture/index.ts";
import { createCatalogue } from "../../src/event/index.ts";

const path = join(import.meta.dirname, "../../examples/training-service/audit.yaml");
const policy = compilePolicy(parsePolicy(readFileSync(path, "utf8"), path), createCatalogue());

test.each<[name: string, method: string, request: object, actions: readonly string[]]>([
  ["a note", "WriteNote", { text: "dip" }, ["note_write write"]],
  ["an empty note", "WriteNote", { text: "" }, ["note_write write"]],
  ["a note that is not cleared", "WriteNote", { clear: false }, ["note_write write"]],
  ["a note that is cleared", "WriteNote", { clear: true }, ["note_write clear"]],
  ["neither", "WriteNote", {}, []],
  ["a checkpoint", "SaveCheckpoint", {}, ["checkpoint_save"]],
  ["a named one", "SaveCheckpoint", { label: "before v2" }, ["checkpoint_save"]],
  ["a version", "SaveCheckpoint", { label: "v2.1" }, ["version_snapshot", "checkpoint_save"]],
  ["a release", "SaveCheckpoint", { label: "release-7" }, ["version_snapshot", "checkpoint_save"]],
])("%s", (_name, method, request, actions) => {
  const plan = policy.planOf(`trainer.ExperimentService/${method}`);
  if (plan.kind !== "audit") return expect.fail("exempt");
  const messages = { request: request as Readonly<Record<string, string>> };
  const seen = plan.mappings
    .filter(({ holds }) => holds(messages))
    .map(({ action, extract }) => [action, extract(messages).details?.["operation"]]);
  expect(seen.map((words) => words.filter(Boolean).join(" "))).toEqual(actions);
});

test.each(["WatchMetrics", "ListRuns", "GetState"])("%s is exempt", (method) => {
  expect(policy.planOf(`trainer.ExperimentService/${method}`).kind).toBe("exempt");
});
