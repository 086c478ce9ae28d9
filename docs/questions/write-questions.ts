/**
 * Writes docs/questions.md: every question with the command that answers it, and what it printed.
 *
 *     npm run docs:questions               writes the page
 *
 * The trail is docs/questions/trail, which examples/release-week wrote.
 */
import { spawnSync } from "node:child_process";
import {
  closeSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { QUESTIONS, type Question } from "./questions.ts";

const ROOT = join(import.meta.dirname, "../..");
const TRAIL = "docs/questions/trail";
const PAGE = join(ROOT, "docs/questions.md");
const COMMAND = join(ROOT, "dist/cli/main.js");
const [STREAM = ""] = readdirSync(join(ROOT, TRAIL, "journal"));

/** What a shell on the page shows. */
export interface Screen {
  readonly command: string;
  readonly output: string;
  readonly code: number | null;
}

/** Runs the command of a question over a trail. */
export function screenOf({ command }: Pick<Question, "command">, trail: string = TRAIL): Screen {
  const typed = command.replaceAll("{stream}", STREAM);
  const folder = mkdtempSync(join(tmpdir(), "otel-audit-questions-"));
  try {
    const file = join(folder, "screen");
    const screen = openSync(file, "w");
    // What a shell makes of it; `otel-audit` is the command that was built.
    const script = typed.replaceAll(/(^|\| )otel-audit /g, `$1"$NODE" "$OTEL_AUDIT" `);
    const { status } = spawnSync("sh", ["-c", script], {
      cwd: ROOT,
      stdio: ["ignore", screen, screen],
      env: {
        PATH: process.env["PATH"] ?? "",
        NODE: process.execPath,
        OTEL_AUDIT: COMMAND,
        AUDIT_LOG_DIR: trail,
        TZ: "UTC",
        NO_COLOR: "1",
      },
    });
    closeSync(screen);
    return { command: typed, output: readFileSync(file, "utf8"), code: status };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What stands in the block of a question. */
export function screenText({ command, output }: Screen): string {
  const lines = output.trimEnd().split("\n");
  return [`$ ${command}`, ...lines.map((line) => line.trimEnd())].join("\n");
}

/** The page as it should be. */
function questionsPage(): string {
  const parts = QUESTIONS.map((question) =>
    "heading" in question
      ? `## ${question.heading}`
      : `**${question.ask}**\n\n\`\`\`text\n${screenText(screenOf(question))}\n\`\`\``,
  );
  return `${HEAD}\n\n${parts.join("\n\n")}\n`;
}

const HEAD = `# Questions and their commands

Every question below is answered by one command; what it printed is what it prints. The trail is a release week of a team
that labels street signs ([examples/release-week](../examples/release-week/week.ts)); \`npm run docs:questions\` writes this
page, and a test fails when it is stale. \`AUDIT_LOG_DIR\` names the trail; \`--trail\` names another one, in any form: a
journal, \`audit_log.json\`, \`audit_log.csv\`, files of a Collector, exports of VictoriaLogs and Loki. \`--help\` of each command
has its terms and options.`;

if (import.meta.filename === process.argv[1]) writeFileSync(PAGE, questionsPage());
