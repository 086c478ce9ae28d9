/** docs/questions.md: every command on it prints what stands there, and answers for any week's trail. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { QUESTIONS } from "../../docs/questions/questions.ts";
import { screenOf, screenText } from "../../docs/questions/write-questions.ts";
import { newRoot, removeRoot } from "../support/command-trail.ts";

const root = join(import.meta.dirname, "../..");
const page = readFileSync(join(root, "docs/questions.md"), "utf8");
const blocks = [...page.matchAll(/^```text\n(.*?)\n```$/gms)].map(([, text]) => text);
const questions = QUESTIONS.flatMap((entry) => ("heading" in entry ? [] : [entry]));

describe("docs/questions.md", () => {
  test("has a block for every question", () => {
    expect(blocks).toHaveLength(questions.length);
    for (const { ask } of questions) expect(page).toContain(`**${ask}**`);
  });

  test.each(questions.map((question, at) => [question.ask, question, blocks[at]] as const))(
    "%s (npm run docs:questions writes what it prints)",
    (_, question, block) => {
      const screen = screenOf(question);
      expect(screenText(screen)).toBe(block);
      expect(screen.code).toBe(0);
    },
  );
});

describe("a week that is played now", () => {
  let week = "";
  beforeAll(() => {
    const directory = newRoot();
    week = join(directory, "audit");
    execFileSync(
      process.execPath,
      ["-C", "@otel-audit/source", join(root, "examples/release-week/play-week.ts"), week],
      { env: { ...process.env, XDG_STATE_HOME: join(directory, "state") }, stdio: "ignore" },
    );
    return () => removeRoot(directory);
  });

  // Those that name no record of the trail beside the page.
  test.each(
    questions
      .filter(({ command }) => !command.includes("{stream}"))
      .map((question) => [question.ask, question] as const),
  )("%s", (_, question) => {
    const { code, output } = screenOf(question, week);
    expect({ code, isEmpty: output === "" }).toEqual({ code: 0, isEmpty: false });
  });
});
