/** A shipping thread that cannot be had. */
import { expect, onTestFinished, test, vi } from "vitest";
import { startShipThread } from "../../src/deliver/shipping/ship-thread.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

/** What starting a thread comes to; a process in which threads are forbidden cannot allow them later. */
let start: (onMessage: (answer: object) => void, onEnd: (why: string) => void) => object;
vi.mock("../../src/lib/own-worker.ts", () => ({
  startOwnWorker: (options: {
    onMessage: (answer: object) => void;
    onEnd: (why: string) => void;
  }) => start(options.onMessage, options.onEnd),
}));

test("is said once, not with every try; and again when there was one in between", async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const said: string[] = [];
  let tries = 0;
  const forbidden = (): never => {
    tries++;
    throw new Error("threads are forbidden");
  };
  start = forbidden;
  const thread = startShipThread({
    from: temporaryDirectory(),
    stream: "A",
    shipping: { url: "http://127.0.0.1:1" } as never,
    report: (line) => void said.push(line),
  });
  onTestFinished(() => thread.close());
  vi.advanceTimersByTime(300_000);
  expect(tries).toBe(11);
  expect(said).toEqual([expect.stringContaining("threads are forbidden")]);
  expect(thread.status().problem).toContain("threads are forbidden");

  let end: ((why: string) => void) | undefined;
  start = (onMessage, onEnd) => {
    end = onEnd;
    queueMicrotask(() => onMessage({ kind: "idle" }));
    return { unref() {}, ref() {}, postMessage() {} };
  };
  await vi.advanceTimersByTimeAsync(30_000);
  start = forbidden;
  end?.("threads are forbidden");
  expect(said).toHaveLength(2);
});
