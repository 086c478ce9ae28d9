/** Nothing in a record steers the terminal of whoever looks at it, whatever the command and the format. */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { encodeJsonLine } from "../../src/format/index.ts";
import { COMMAND } from "../support/command-line.ts";
import { otelAudit, STEERING } from "../support/command-trail.ts";
import { resultRecord } from "../support/records.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const STREAM = "AbCdEfGhIjKlMnOp";
/** Controls of all kinds, but line ends; and what turns text around. */
const STEERS = /(?![\t\n\r])[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;

function hostile(): string {
  const file = join(temporaryDirectory(), "audit.jsonl");
  const text = `${STEERING}\u001b]0;title\u0007`;
  const record = resultRecord(STREAM, 1, {
    "audit.actor.type": "user",
    "audit.actor.id": text,
    "audit.action": text,
    "audit.reason": text,
    [`audit.extra.${text}`]: text,
  });
  writeFileSync(
    file,
    `${encodeJsonLine({ ...record, body: { [text]: text, before: { [text]: 1 }, after: { [text]: 2 } } })}\n`,
  );
  return file;
}

const COMMANDS: readonly (readonly string[])[] = [
  ...["table", "json", "jsonl", "csv", "markdown"].flatMap((format) => [
    ["query", "-o", format],
    ["query", "-o", format, "--columns", "actor,action,details,attributes"],
    ["query", "-o", format, "--sql", "select actor_id, details from records"],
  ]),
  ...["table", "json", "csv"].flatMap((format) => [
    ["summary", "-o", format],
    ["summary", "--by", "actor", "-o", format],
  ]),
  ["tail"],
  ["tail", "-o", "jsonl"],
  ["export", "-o", "csv"],
  ["export", "-o", "json"],
  ["export", "-o", "jsonl"],
  ["show", `${STREAM}.1`],
  ["show", `${STREAM}.1`, "-o", "json"],
  ["explain", `${STREAM}.1`],
  ["inspect", `${STREAM}.1`],
  ["inspect", `${STREAM}.1`, "-o", "json"],
];

describe.runIf(process.platform === "linux")("on a terminal", () => {
  test.each(COMMANDS.map((args) => [args.join(" "), args] as const))("%s", (_, args) => {
    const words = [process.execPath, COMMAND, ...args, "-t", hostile()];
    const line = words.map((word) => `'${word}'`).join(" ");
    const { stdout } = spawnSync("script", ["-qec", `${line} 2>/dev/null`, "/dev/null"], {
      encoding: "utf8",
      env: { ...process.env, NO_COLOR: "1", PAGER: "cat", TERM: "xterm" },
    });
    expect(stdout).toContain("red");
    expect(stdout).not.toMatch(STEERS);
  });
});

test.each(
  COMMANDS.filter((args) => args.includes("json") && args[0] !== "inspect").map(
    (args) => [args.join(" "), args] as const,
  ),
)("%s is the same for a program", (_, args) => {
  const { out } = otelAudit([...args, "-t", hostile()]);
  expect(out).not.toMatch(STEERS);
  expect(JSON.stringify(JSON.parse(out))).toContain("\u009b2J \u202eback");
});

test("a file of CSV has what there is", () => {
  const { out } = otelAudit(["query", "-o", "csv", "--columns", "actor", "-t", hostile()]);
  expect(out).toContain(STEERING);
});
