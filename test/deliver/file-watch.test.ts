/** What a watch tells of a file that is gone before it was looked at. */
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { createFileWatch, type FileWatch } from "../../src/deliver/views/file-watch.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

interface Watched {
  readonly path: string;
  readonly watch: FileWatch;
}

function watchFile(): Watched {
  const path = join(temporaryDirectory(), "view");
  const watch = createFileWatch(path, { seesRewriting: true });
  onTestFinished(watch.close);
  return { path, watch };
}

test("deleted between writing and remembering: it is told, until it is remembered or forgotten", () => {
  const { path, watch } = watchFile();
  writeFileSync(path, "ours");
  rmSync(path);
  watch.remember();
  expect(watch.find()).toEqual({ change: "deleted", sizeThere: undefined });
  writeFileSync(path, "theirs");
  expect(watch.find()).toEqual({ change: "replaced", sizeThere: 6 });
  watch.remember();
  expect(watch.find()).toBe(undefined);
  rmSync(path);
  watch.remember();
  watch.forget();
  expect(watch.find()).toBe(undefined);
});

test("before a file was ever there, none is missing", () => {
  const { path, watch } = watchFile();
  expect(watch.find()).toBe(undefined);
  writeFileSync(path, "theirs");
  expect(watch.find()).toEqual({ change: "foreign", sizeThere: 6 });
});
