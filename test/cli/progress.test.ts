import { expect, test } from "vitest";
import { createProgress } from "../../src/cli/progress.ts";

test("shows how far it has come, after a second, and nothing once it has ended", () => {
  let now = 0;
  const written: string[] = [];
  const stream = { isTTY: true, write: (text: string) => written.push(text) > 0 };
  const progress = createProgress(stream, () => now);
  progress.show(1, 10_000_000);
  now = 2000;
  progress.show(5_000_000, 10_000_000);
  progress.end();
  now = 4000;
  progress.show(9_000_000, 10_000_000);
  expect(written).toEqual(["\r50 % of 10 MB ", "\r\u001b[K"]);
});
