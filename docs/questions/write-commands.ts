/**
 * Writes docs/commands.md: every command with its --help, and what it prints.
 *
 *     npm run docs:commands               writes the page
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { commandsOf } from "../../src/cli/commands.ts";
import { SCREENS } from "./screens.ts";
import { screenOf, screenText } from "./write-questions.ts";

const PAGE = join(import.meta.dirname, "../commands.md");
/** Where the commands of the page run; it is another place on every machine. */
const ROOT = join(import.meta.dirname, "../..");
/** Of a terminal, for texts that are folded. */
const WIDTH = 100;

/** One command that does something. */
interface NamedCommand {
  /** As it is typed, without `otel-audit`. */
  readonly name: string;
  readonly command: Command;
}

/** All of them, in the order in which help lists them. */
export async function namedCommands(): Promise<readonly NamedCommand[]> {
  const silent = (): void => {};
  const rooms = await commandsOf({ print: silent, warn: silent });
  return rooms.flatMap((room) => leavesOf(room, ""));
}

function leavesOf(command: Command, before: string): readonly NamedCommand[] {
  const name = `${before}${command.name()}`;
  if (command.commands.length === 0) return [{ name, command }];
  return command.commands.flatMap((part) => leavesOf(part, `${name} `));
}

/** What stands on the page of a command, its screens apart. */
export function sectionHead({ name, command }: NamedCommand): string {
  let help = "";
  command.configureOutput({ writeOut: (text) => (help += text), getOutHelpWidth: () => WIDTH });
  command.outputHelp();
  const [room] = name.split(" ");
  const typed = name === room ? "otel-audit" : `otel-audit ${room}`;
  const lines = help.trimEnd().replace("Usage: ", `Usage: ${typed} `).split("\n");
  const block = lines.map((line) => line.trimEnd()).join("\n");
  return `## otel-audit ${name}\n\n\`\`\`text\n${block}\n\`\`\``;
}

/** The screens of a command, each a block. */
export function screensOf({ name }: Pick<NamedCommand, "name">): readonly string[] {
  return (SCREENS[name] ?? []).map((command) => {
    const text = screenText(screenOf({ command })).replaceAll(ROOT, "/path/to");
    return `\`\`\`console\n${text}\n\`\`\``;
  });
}

const HEAD = `# Commands

What \`--help\` says of every command, and what those that ask print of the trail of [questions.md](questions.md)
(\`AUDIT_LOG_DIR\` names it). \`npm run docs:commands\` writes this page, and a test fails when it is stale. Commands that
need a service, a Collector or a key are walked through in [tour-verify.md](tour-verify.md), [keys.md](keys.md) and
[collector-five-minutes.md](collector-five-minutes.md).

Answers go to stdout, everything else to stderr. Colours, a pager and progress are for terminals (\`NO_COLOR\`, \`PAGER\`).
What Node compiled of a command is kept below \`XDG_CACHE_HOME\` or \`~/.cache\`, in \`otel-audit/compiled\`, so that the next one
starts sooner; \`NODE_DISABLE_COMPILE_CACHE=1\` keeps nothing.`;

if (import.meta.filename === process.argv[1]) {
  const commands = await namedCommands();
  const parts = commands.flatMap((named) => [sectionHead(named), ...screensOf(named)]);
  writeFileSync(PAGE, `${[HEAD, ...parts].join("\n\n")}\n`);
}
