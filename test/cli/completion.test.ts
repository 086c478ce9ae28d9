import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { otelAudit } from "../support/command-trail.ts";

function answers(...words: readonly string[]): readonly string[] {
  const { code, out } = otelAudit(["complete", "--", ...words]);
  expect(code).toBe(0);
  return out
    .trimEnd()
    .split("\n")
    .slice(0, -1)
    .map((line) => line.split("\t")[0] ?? "");
}

describe("what may follow", () => {
  test.each<readonly [words: readonly string[], expected: readonly string[]]>([
    [["que"], ["query"]],
    [
      ["query", "outc"],
      ["outcome:", "outcome:success", "outcome:failure", "outcome:denied", "outcome:unknown"],
    ],
    [
      ["query", "action:checkpoint_"],
      ["action:checkpoint_save", "action:checkpoint_restore"],
    ],
    [
      ["query", "--output", ""],
      ["table", "json", "jsonl", "csv", "markdown"],
    ],
    [["query", "--ord"], ["--order"]],
    [
      ["tail", "imp"],
      ["impact:", "impact:high", "impact:normal", "impact:low"],
    ],
    [["keys", "cre"], ["create"]],
  ])("%j", (words, expected) => {
    expect(answers(...words)).toEqual(expect.arrayContaining([...expected]));
  });
});

describe("the script", () => {
  test.each(["bash", "zsh", "fish"])("of %s asks the program", (shell) => {
    const { code, out } = otelAudit(["completion", shell]);
    expect(code).toBe(0);
    expect(out).toContain("otel-audit complete --");
  });

  test("of bash is one", () => {
    const { out } = otelAudit(["completion", "bash"]);
    expect(spawnSync("bash", ["-n"], { input: out, encoding: "utf8" })).toMatchObject({
      status: 0,
      stderr: "",
    });
  });

  // Where the library has mended it, our mend can go.
  test.each([
    ["bash", '    __ltrim_colon_completions "$cur"\n}'],
    ["zsh", "comp=${comp//:/\\\\:}"],
  ])("of %s completes words with colons", (shell, line) => {
    expect(otelAudit(["completion", shell]).out.split(line)).toHaveLength(2);
  });

  test("of another shell there is none", () => {
    const { code, err } = otelAudit(["completion", "tcsh"]);
    expect(code).toBe(2);
    expect(err).toContain("Allowed choices are bash, zsh, fish");
  });
});
