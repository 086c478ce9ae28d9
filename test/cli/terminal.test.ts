/** Nothing in a record steers the terminal of whoever looks at it, whatever the command and the format. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { encodeJsonLine } from "../../src/format/index.ts";
import { COMMAND } from "../support/command-line.ts";
import { newRoot, otelAudit, removeRoot, STEERING } from "../support/command-trail.ts";
import { resultRecord } from "../support/records.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const STREAM = "AbCdEfGhIjKlMnOp";
/** Controls of all kinds, but line ends; and what turns text around. */
const STEERS = /(?![\t\n\r])[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;

/** @param directory is there. */
function hostile(directory: string): string {
  const file = join(directory, "audit.jsonl");
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

const TEXT = `${STEERING}\u001b]0;title\u0007`;

/** Two runs that hostile records changed, in a file whose name is hostile, with a line that is no record. */
function hostileRuns(root: string): string {
  const directory = join(root, "runs");
  mkdirSync(directory);
  const lines = [1, 2].map((sequence) => {
    const record = resultRecord(STREAM, sequence, {
      "audit.actor.type": "user",
      "audit.actor.id": TEXT,
      "audit.action": "hp_change",
      "audit.reason": TEXT,
      "audit.outcome": "success",
      "audit.target.type": "experiment",
      "audit.target.id": `${sequence}${TEXT}`,
      "service.name": TEXT,
    });
    const body = {
      details: { [TEXT]: TEXT },
      before: { [TEXT]: TEXT },
      after: { [TEXT]: sequence },
    };
    return encodeJsonLine({ ...record, body });
  });
  writeFileSync(join(directory, "l\u001b[32mred.jsonl"), `${lines.join("\n")}\n{"${TEXT}\n`);
  return directory;
}

/** Figures in columns of hostile names. */
function hostileMetrics(root: string): string {
  const file = join(root, "m\u001b[32m.csv");
  writeFileSync(
    file,
    `time,"${TEXT}","other ${TEXT}"\n2026-01-01T00:00:00Z,1,x\n${TEXT},2,y\n2026-01-02T00:00:00Z,3,z\n`,
  );
  return file;
}

const OVER_TRAILS: readonly (readonly string[])[] = [
  ...["release", "incident", "exclusions", "decisions"].flatMap((kind) =>
    ["markdown", "csv", "html"].map((format) => ["report", kind, "-o", format]),
  ),
  ["report", "release", "-o", "csv", "--pseudonyms"],
  ...["table", "json", "csv"].flatMap((format) => [
    ["history", `1${TEXT}`, "-o", format],
    ["around", `${STREAM}.1`, "-o", format, "--metrics", "METRICS"],
  ]),
  ["around", STREAM],
  ["around", `${STREAM}.1`, "--metrics", "METRICS", "--metric", "none"],
  ["show", STREAM],
  ["reproduce"],
  ["reproduce", "-o", "json"],
  ["reproduce", "--run", `1${TEXT}`],
  ["stats"],
  ["stats", "-o", "json"],
  ["verify"],
  ["verify", "-o", "json"],
  ["gaps"],
  ["gaps", "-o", "json"],
  ["query", "--sql", `select "${TEXT}" from records`],
];

/** What a terminal is given, of stdout and stderr. */
async function onTerminal(args: readonly string[]): Promise<string> {
  const line = [process.execPath, COMMAND, ...args].map((word) => `'${word}'`).join(" ");
  const child = spawn("script", ["-qec", line, "/dev/null"], {
    env: { ...process.env, NO_COLOR: "1", PAGER: "cat", TERM: "xterm", AUDIT_POLICY_FILE: "" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (part: string) => (text += part));
  await once(child, "close");
  // How far it has come, and what takes that away, are ours.
  return text.replace(/\r\d+ % of \d+ MB /g, "").replaceAll("\r\u001b[K", "");
}

describe.runIf(process.platform === "linux")("on a terminal", () => {
  // One for all: they run beside each other.
  const root = newRoot();
  afterAll(() => removeRoot(root));
  const [file, runs, metrics] = [hostile(root), hostileRuns(root), hostileMetrics(root)];

  test.concurrent.each(COMMANDS.map((args) => [args.join(" "), args] as const))(
    "%s",
    async (_, args) => {
      const shown = await onTerminal([...args, "-t", file]);
      expect(shown).toContain("red");
      expect(shown).not.toMatch(STEERS);
    },
  );

  test.concurrent.each(
    OVER_TRAILS.map((args, at) => [at, args.join(" ").replaceAll(TEXT, "…"), args] as const),
  )("%i %s", async (_, __, args) => {
    const words = args.map((word) => (word === "METRICS" ? metrics : word));
    const shown = await onTerminal([...words, "-t", runs]);
    // It names streams and files.
    if (args[0] !== "gaps") expect(shown).toContain("red");
    expect(shown).not.toMatch(STEERS);
  });

  test("a file that is not there", async () => {
    const shown = await onTerminal(["query", "-t", `/no/${TEXT}`]);
    expect(shown).toContain("red");
    expect(shown).not.toMatch(STEERS);
  });

  test("what a server answers", async () => {
    const server = createServer((_, response) => response.writeHead(500).end(`sorry\n${TEXT}`));
    await once(server.listen(0, "127.0.0.1"), "listening");
    const { port } = server.address() as AddressInfo;
    const shown = await onTerminal(["query", "--from", `http://127.0.0.1:${port}`]);
    server.close();
    expect(shown).toContain("sorry\r\n");
    expect(shown).not.toMatch(STEERS);
  });
});

test.each(
  COMMANDS.filter((args) => args.includes("json") && args[0] !== "inspect").map(
    (args) => [args.join(" "), args] as const,
  ),
)("%s is the same for a program", (_, args) => {
  const { out } = otelAudit([...args, "-t", hostile(temporaryDirectory())]);
  expect(out).not.toMatch(STEERS);
  expect(JSON.stringify(JSON.parse(out))).toContain("\u009b2J \u202eback");
});

test("a file of CSV has what there is", () => {
  const { out } = otelAudit([
    "query",
    "-o",
    "csv",
    "--columns",
    "actor",
    "-t",
    hostile(temporaryDirectory()),
  ]);
  expect(out).toContain(STEERING);
});

const WRONG: readonly (readonly [args: readonly string[], text: string])[] = [
  [[TEXT], "unknown command"],
  [["help", TEXT], "Usage: otel-audit"],
  [[`--${TEXT}`], "unknown option"],
  [["query", "--order", TEXT], "red"],
  [["query", `--${TEXT}`], "unknown option"],
  [["query", "--limit", TEXT], "red"],
  [["report", TEXT], "red"],
  [["completion", TEXT], "red"],
  [["keys", TEXT], "unknown command"],
  [["keys", "show", TEXT], "too many arguments"],
  [["keys", "show", `--${TEXT}`], "unknown option"],
  [["quarantine", "list", "-o", TEXT], "red"],
  [["collector", "run", `--${TEXT}`], "unknown option"],
];

test.each(WRONG.map(([args, text]) => [args.join(" ").replaceAll(TEXT, "…"), args, text] as const))(
  "what is wrong with a command line steers nothing: %s",
  (_, args, text) => {
    const { code, out, err } = otelAudit(args);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toContain(text);
    expect(err).not.toMatch(STEERS);
  },
);
