import { onTestFinished } from "vitest";

/** Unhandled rejections of this test, which the test runner would take for failures. */
export function collectRejections(): unknown[] {
  const seen: unknown[] = [];
  const others = process.listeners("unhandledRejection");
  process.removeAllListeners("unhandledRejection");
  process.on("unhandledRejection", (reason) => seen.push(reason));
  onTestFinished(() => {
    process.removeAllListeners("unhandledRejection");
    for (const listener of others) process.on("unhandledRejection", listener);
  });
  return seen;
}
