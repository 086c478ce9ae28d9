/** What runs in a browser must not need Node, through any of its imports. */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { decodeBlock, type Form } from "../../src/read/index.ts";
import { decodeJsonBlock } from "../../src/read/portable.ts";
import { blockOf } from "../support/blocks.ts";
import { fullRecord } from "../support/records.ts";
import { TEXT_OF } from "../support/stored-forms.ts";

const src = join(import.meta.dirname, "../../src");

/** Everything that a source file imports when it runs, at any depth: files below src, and packages. */
function importsOf(entry: string): ReadonlySet<string> {
  const seen = new Set<string>();
  const waiting = [join(src, entry)];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (seen.has(file)) continue;
    seen.add(file);
    if (!file.endsWith(".ts")) continue;
    const text = readFileSync(file, "utf8");
    for (const [, type, target = ""] of text.matchAll(
      /^(?:import|export)\s+(type\s)?(?:[^;]*?from\s+)?"([^"]+)"/gm,
    ))
      if (type === undefined)
        waiting.push(target.startsWith(".") ? join(dirname(file), target) : target);
  }
  return seen;
}

const NODE_ONLY = /\b(?:Buffer[.(]|process\.|setImmediate\(|__dirname\b)/;

test.each(["read/portable.ts", "format/portable.ts", "verify/portable.ts"])(
  "%s needs no Node, and no package",
  (entry) => {
    const imports = [...importsOf(entry)];
    const packages = imports.filter((target) => !target.endsWith(".ts"));
    expect(packages).toEqual([]);
    const files = imports.filter((target) => target.endsWith(".ts"));
    expect(files.length).toBeGreaterThan(8);
    const withoutComments = (text: string): string => text.replaceAll(/\/\*[^]*?\*\/|\/\/.*/g, "");
    expect(
      files.filter((file) => NODE_ONLY.test(withoutComments(readFileSync(file, "utf8")))),
    ).toEqual([]);
  },
);

test("the walk itself goes red: CSV needs Node", () => {
  expect([...importsOf("read/decode-block.ts")]).toContain("node:module");
  expect([...importsOf("read/blocks-of.ts")]).toContain("node:fs/promises");
});

test.each(Object.keys(TEXT_OF) as readonly Form[])(
  "%s is read the same way, but for CSV",
  (form) => {
    const block = blockOf(form, TEXT_OF[form]([fullRecord]));
    const found = [...decodeJsonBlock(block)];
    if (form !== "csv") expect(found).toEqual([...decodeBlock(block)]);
    else expect(found).toEqual([{ kind: "problem", message: "CSV is not read here", line: 1 }]);
  },
);
