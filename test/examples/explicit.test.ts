/** The example as its README says. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { recordsIn } from "../support/journal-records.ts";
import { startProgram } from "../support/program.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

test("examples/explicit records what its README says", async () => {
  const directory = temporaryDirectory();
  const server = await startProgram("examples/explicit/server.ts", {
    env: { PORT: "0", AUDIT_LOG_DIR: directory },
    ready: /listening on (127\.0\.0\.1:\d+)/,
  });
  const client = join(import.meta.dirname, "../../examples/explicit/client.ts");
  const { stdout } = await promisify(execFile)(process.execPath, [client, server.ready]);
  expect(stdout.split("\n")).toEqual([
    "ann Grant: OK",
    "bob Grant: 7 PERMISSION_DENIED: bob is no administrator",
    "ann Publish: OK",
    "ann Publish: 3 INVALID_ARGUMENT: a data set needs a license",
    "",
  ]);
  expect(await server.end("SIGTERM")).toBe(0);
  const records = recordsIn(directory).map(({ attributes, body }) => [
    attributes["audit.record.kind"],
    attributes["audit.action"],
    attributes["audit.actor.id"],
    attributes["audit.target.id"],
    attributes["audit.outcome"],
    attributes["exception.message"],
    body,
  ]);
  const purged = (count: number): object => ({
    scope: "samples",
    until: "2024-01-01",
    records_affected: count,
  });
  const change = { before: { role: "none" }, after: { role: "annotator" } };
  expect(records).toEqual([
    ["intent", "retention_purge", "nightly-purge", "d-1", "unknown", undefined, {}],
    ["result", "retention_purge", "nightly-purge", "d-1", "success", undefined, purged(3)],
    ["result", "retention_purge", "nightly-purge", "d-2", "denied", "legal hold", purged(0)],
    ["intent", "permission_change", "ann", "bob", "unknown", undefined, {}],
    ["result", "permission_change", "ann", "bob", "success", undefined, change],
    ["intent", "permission_change", "bob", "bob", "unknown", undefined, {}],
    ["result", "permission_change", "bob", "bob", "denied", "bob is no administrator", {}],
    ["result", "dataset_publish", "ann", "d-7", "success", undefined, { license: "CC-BY-4.0" }],
    [
      "result",
      "dataset_publish",
      "ann",
      "d-8",
      "failure",
      "a data set needs a license",
      expect.anything(),
    ],
  ]);
});
