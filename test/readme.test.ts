/** Every ts block of the README runs as it stands, in an empty folder, and ends by itself. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { temporaryDirectory } from "./support/temporary-directory.ts";

const root = join(import.meta.dirname, "..");
// Inside of the package, so that the package's own name resolves.
const work = mkdtempSync(join(root, ".readme-"));
afterAll(() => rmSync(work, { recursive: true }));

/** The code of every ts block of a Markdown text. */
function blocksOf(markdown: string): string[] {
  return [...markdown.matchAll(/^```ts\n(.*?)^```$/gms)].map((match) => match[1] ?? "");
}

function run(code: string, name: string): void {
  const file = join(work, `${name}.ts`);
  writeFileSync(file, code);
  execFileSync(process.execPath, ["-C", "@otel-audit/source", file], {
    cwd: temporaryDirectory(),
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    timeout: 30_000,
  });
}

const readme = readFileSync(join(root, "README.md"), "utf8");

describe("README.md", () => {
  const blocks = blocksOf(readme).map((code, at) => ({ code, name: `block-${at + 1}` }));
  test("has examples", () => expect(blocks.length).toBeGreaterThan(0));
  test.each(blocks)("$name runs", ({ code, name }) => run(code, name));
  test("shows the two commands", () => {
    expect(readme).toContain("npm ci && npm run demo");
    expect(readme).toContain("npm ci && npm test");
  });
  test("names every variable that the code reads, and no other of ours", () => {
    const sources = [
      "src/setup/shipping-options.ts",
      "src/setup/journal-options.ts",
      "src/setup/seal-options.ts",
      "src/setup/options.ts",
      "src/register.ts",
      "src/cli/collector-command.ts",
      "collector-config/config.yaml",
      "collector-config/backend.yaml",
    ]
      .map((file) => readFileSync(join(root, file), "utf8"))
      .join("\n");
    const named = (text: string): string[] =>
      [...new Set([...text.matchAll(/\bAUDIT_[A-Z_]+[A-Z]\b/g)].map(([name]) => name))].toSorted();
    const ofTests = new Set(["AUDIT_REQUIRE"]);
    expect(named(readme).filter((name) => !ofTests.has(name))).toEqual(named(sources));
  });
});

test("a block that fails is noticed", () => {
  expect(() => run("throw new Error('planted')", "planted")).toThrow(/planted/);
});
