import { expect, test } from "vitest";
import { createOpenCalls } from "../../src/capture/index.ts";
import { AuditError } from "../../src/lib/errors.ts";
import { openAudit } from "../../src/setup/pipeline.ts";
import { resolveOptions } from "../../src/setup/options.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

test("health is red while the disk does not answer, and not any longer once it did, well or badly", async () => {
  const directory = temporaryDirectory();
  let answer = Promise.withResolvers<void>();
  // A disk whose answer can be held back cannot be had here.
  const { audit, target } = openAudit(
    resolveOptions({ directory, format: "journal", policy: { version: 1 } }, {}),
    directory,
    {
      surroundings: {
        journal: {
          stream: "AaaaaaaaaaaaaaaA",
          append() {},
          synced: () => answer.promise,
          problem: () => undefined,
          unconfirmed: () => 0,
          confirmed: () => 0,
          close() {},
        },
        openCalls: createOpenCalls(() => performance.now()),
        report() {},
      },
    },
  );
  expect(audit.health().state).toBe("green");
  target.unconfirmed("probe.Probe/Grant", "it takes longer than 2 s");
  expect(audit.health().problems).toEqual(["it takes longer than 2 s"]);
  answer.reject(new AuditError("sync_failed", "no room"));
  // What a failed sync leaves is said by the journal itself.
  await expect.poll(() => audit.health().state).toBe("green");

  answer = Promise.withResolvers();
  target.unconfirmed("probe.Probe/Grant", "it takes longer than 2 s");
  expect(audit.health().state).toBe("red");
  answer.resolve();
  await expect.poll(() => audit.health().state).toBe("green");
});
