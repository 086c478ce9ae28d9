/** Every ts block of the README runs as it stands, in an empty folder, and ends by itself. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { temporaryDirectory } from "./support/temporary-directory.ts";
import { namedCommands } from "../docs/questions/write-commands.ts";
import { COMMAND } from "./support/command-line.ts";

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
    timeout: 120_000,
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
      "src/cli/ask/access.ts",
      "src/cli/ask/trace-link.ts",
      "src/cli/collector-command.ts",
      "collector-config/config.yaml",
      ...readdirSync(join(root, "collector-config/overlays")).map(
        (file) => `collector-config/overlays/${file}`,
      ),
    ]
      .map((file) => readFileSync(join(root, file), "utf8"))
      .join("\n");
    const named = (text: string): string[] =>
      [
        ...new Set([...text.matchAll(/\bAUDIT_[A-Z0-9_]+[A-Z]\b/g)].map(([name]) => name)),
      ].toSorted();
    const ofTests = new Set(["AUDIT_REQUIRE"]);
    expect(named(readme).filter((name) => !ofTests.has(name))).toEqual(named(sources));
  });
});

describe("the commands", async () => {
  const named = await namedCommands();
  const commands = new Map(named.map(({ name, command }) => [`otel-audit ${name}`, command]));

  test("are those that --help lists", () => {
    const help = execFileSync(process.execPath, [COMMAND, "--help"], { encoding: "utf8" });
    const listed = [...help.slice(help.indexOf("Commands:")).matchAll(/^ {2}([a-z]+)/gm)];
    expect(listed.map(([, name]) => name)).toEqual([
      ...new Set(named.map(({ name }) => name.split(" ")[0])),
      "help",
    ]);
  });
  test("stand in the README, each with what its --help says", () => {
    const rows = [...readme.matchAll(/^\| `(otel-audit [a-z ]+)` +\| (.+?) +\|$/gm)];
    expect(rows.map(([, name, description]) => [name, description])).toEqual(
      [...commands].map(([name, command]) => [name, command.description()]),
    );
  });
  test.each([
    "README.md",
    "docs/collector-five-minutes.md",
    "docs/collector-kubernetes.md",
    "docs/tour-verify.md",
    "docs/keys.md",
    "collector-config/README.md",
  ])("%s gives them no other options", (file) => {
    const text = readFileSync(join(root, file), "utf8");
    const used = [...text.matchAll(/\botel-audit ([a-z]+(?: [a-z]+)?)([^`\n|>]*)/g)];
    const unknown = used.flatMap(([line, words = "", rest = ""]) => {
      const name = [words, words.split(" ")[0]].find((known) =>
        commands.has(`otel-audit ${known}`),
      );
      if (name === undefined) return [];
      const options = commands.get(`otel-audit ${name}`)?.options.map(({ long }) => long);
      return [...rest.matchAll(/--[a-z-]+/g)].flatMap(([option]) =>
        options?.includes(option) === true ? [] : [`${option} in: ${line}`],
      );
    });
    expect(used.length).toBeGreaterThan(0);
    expect(unknown).toEqual([]);
  });
});

test("a block that fails is noticed", () => {
  expect(() => run("throw new Error('planted')", "planted")).toThrow(/planted/);
});
