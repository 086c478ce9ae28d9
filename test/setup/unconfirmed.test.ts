import { expect, onTestFinished, test, vi } from "vitest";
import { createOpenCalls } from "../../src/capture/index.ts";
import { AuditError } from "../../src/lib/errors.ts";
import { type OpenAudit, openAudit } from "../../src/setup/pipeline.ts";
import { resolveOptions } from "../../src/setup/options.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

/** A disk whose answer can be held back cannot be had here. */
function opened(
  directory: string,
  synced: () => Promise<void>,
  report: (line: string) => void = () => {},
): OpenAudit {
  return openAudit(
    resolveOptions({ directory, format: "journal", policy: { version: 1 } }, {}),
    directory,
    {
      surroundings: {
        journal: {
          stream: "AaaaaaaaaaaaaaaA",
          append() {},
          synced,
          problem: () => undefined,
          unconfirmed: () => 0,
          confirmed: () => 0,
          close() {},
        },
        openCalls: createOpenCalls(() => performance.now()),
        report,
      },
    },
  );
}

const MODES = ["a disk that answers", "a disk that fails", "a disk that hangs"] as const;

test.each(MODES)("%s: the start waits for it, and no longer than 5 s", async (mode) => {
  const { promise: synced, resolve: answer, reject: fail } = Promise.withResolvers<void>();
  const said: string[] = [];
  const { audit, ready } = opened(
    temporaryDirectory(),
    () => synced,
    (line) => said.push(line),
  );
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  onTestFinished(() => void vi.useRealTimers());
  let isReady = false;
  const started = ready().then(() => (isReady = true));
  await vi.advanceTimersByTimeAsync(4999);
  expect(isReady).toBe(false);
  if (mode === "a disk that answers") answer();
  else if (mode === "a disk that fails") fail(new AuditError("sync_failed", "no room"));
  else await vi.advanceTimersByTimeAsync(1);
  await started;
  expect(vi.getTimerCount()).toBe(0);
  const why = "the disk did not confirm within 5000 ms";
  expect(audit.health().problems).toEqual(mode === "a disk that hangs" ? [why] : []);
  expect(said).toEqual(
    mode === "a disk that hangs" ? [`the start record is not known to be durable: ${why}`] : [],
  );
});

test("health is red while the disk does not answer, and not any longer once it did, well or badly", async () => {
  const directory = temporaryDirectory();
  let answer = Promise.withResolvers<void>();
  const { audit, target } = opened(directory, () => answer.promise);
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
