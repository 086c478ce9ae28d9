/** Shapes that once took the square of their size: growth is compared, not time. */
import { expect, test } from "vitest";
import { createRedactor } from "../../src/redact/index.ts";

const { redactText, redactValue } = createRedactor();

function growth(run: (size: number) => void, small: number): number {
  const millisOf = (size: number): number => {
    const started = performance.now();
    run(size);
    return performance.now() - started;
  };
  millisOf(small);
  const base = Math.min(millisOf(small), millisOf(small), millisOf(small));
  return Math.min(millisOf(small * 8), millisOf(small * 8)) / Math.max(base, 0.01);
}

test.each<[name: string, run: (size: number) => void, small: number]>([
  [
    "names that all become the mask",
    (size) => {
      redactValue(
        Object.fromEntries(Array.from({ length: size }, (_, at) => [`u${at}@x.org`, at])),
      );
    },
    1500,
  ],
  [
    "headers whose value is masked already",
    (size) => redactText(`authorization:****${",".repeat(24)}`.repeat(size)),
    300,
  ],
  [
    "percent-encoded values that are masked already",
    (size) => redactText(`password%3D****${",".repeat(24)}`.repeat(size)),
    300,
  ],
])("%s: eight times the size costs far less than its square", (_name, run, small) => {
  expect(growth(run, small)).toBeLessThan(32);
});

test("names that all become the mask stay apart", () => {
  const redacted = redactValue(
    Object.fromEntries(Array.from({ length: 100 }, (_, at) => [`u${at}@x.org`, at])),
  );
  expect(Object.values(redacted ?? {})).toHaveLength(100);
  expect(Object.keys(redacted ?? {}).slice(0, 3)).toEqual(["****", "**** (2)", "**** (3)"]);
});
