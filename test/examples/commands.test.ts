/** docs/commands.md: every command stands there, with what its --help says and what it prints. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { SCREENS } from "../../docs/questions/screens.ts";
import { namedCommands, screensOf, sectionHead } from "../../docs/questions/write-commands.ts";

const page = readFileSync(join(import.meta.dirname, "../../docs/commands.md"), "utf8");
const commands = await namedCommands();

test("every command has its place, and no other", () => {
  const headings = [...page.matchAll(/^## otel-audit (.+)$/gm)].map(([, name]) => name);
  expect(headings).toEqual(commands.map(({ name }) => name));
  expect(Object.keys(SCREENS).filter((name) => !headings.includes(name))).toEqual([]);
});

test.each(commands.map((named) => [named.name, named] as const))(
  "%s (npm run docs:commands writes what it says)",
  (_, named) => {
    expect(page).toContain([sectionHead(named), ...screensOf(named)].join("\n\n"));
  },
);
