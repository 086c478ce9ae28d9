import { expect, test } from "vitest";
import { createResendProgress } from "../../src/cli/resend-progress.ts";

test("shows records, rate and what is left on a terminal, after a second", () => {
  let now = 0;
  const written: string[] = [];
  const stream = { isTTY: true, write: (text: string) => written.push(text) > 0 };
  const progress = createResendProgress(stream, () => now);
  progress.show({ sent: 10, readBytes: 10, allBytes: 100 });
  now = 2000;
  progress.show({ sent: 3000, readBytes: 50, allBytes: 100 });
  progress.show({ sent: 3001, readBytes: 50, allBytes: 100 });
  progress.end();
  progress.end();
  expect(written).toEqual(["\r3000 records, 1500/s, 50 %, about 2 s left\u001b[K", "\r\u001b[K"]);
});

test("shows nothing elsewhere", () => {
  const written: string[] = [];
  const stream = { isTTY: false, write: (text: string) => written.push(text) > 0 };
  const progress = createResendProgress(stream, () => 1e6);
  progress.show({ sent: 1, readBytes: 1, allBytes: 1 });
  progress.end();
  expect(written).toEqual([]);
});
