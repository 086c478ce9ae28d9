import { existsSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeDirectory, replaceFile } from "../../src/lib/files.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

test("a directory and its parents are made 0700, an existing one is left as it is", () => {
  const path = join(temporaryDirectory(), "a", "b", "c");
  makeDirectory(path);
  makeDirectory(path);
  expect(statSync(join(path, "..")).mode & 0o777).toBe(0o700);
});

test.runIf(existsSync("/proc/self"))(
  "a parent that takes no entries is an error, not a hang",
  () => {
    expect(() => makeDirectory("/proc/otel-audit/x")).toThrow(/ENOENT/);
  },
);

test("a file in the way is an error", () => {
  const file = join(temporaryDirectory(), "file");
  writeFileSync(file, "");
  expect(() => makeDirectory(file)).toThrow(/EEXIST/);
  expect(() => makeDirectory(join(file, "x"))).toThrow(/ENOTDIR/);
});

test("a replacement that fails half-way leaves the old file, and nothing else", () => {
  const path = join(temporaryDirectory(), "file");
  writeFileSync(path, "old");
  const broken = function* (): Generator<string> {
    yield "new";
    throw new Error("planted");
  };
  expect(() => replaceFile(path, broken())).toThrow("planted");
  expect(existsSync(`${path}.tmp`)).toBe(false);
  expect(statSync(path).size).toBe(3);
});
