/** The command line: all commands in one program. Data goes to stdout, the rest to stderr. */
import { createRequire } from "node:module";
import { Command, CommanderError } from "commander";
import { AuditError, messageOf } from "../lib/errors.ts";
import { visibleLines } from "../lib/visible-text.ts";
import { commandsOf } from "./commands.ts";
import { addAnswers, isCompletion } from "./completion.ts";

/** Exit codes of every command; what cannot be written is taken as what cannot be read. */
const EXIT_USAGE = 2;
const EXIT_UNREADABLE = 3;

const { version } = createRequire(import.meta.url)("../../package.json") as { version: string };

process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  // A reader that has seen enough (`| head`) is no error, and changes no verdict.
  if (error.code === "EPIPE") process.exit();
  process.stderr.write(`otel-audit: cannot write the output: ${messageOf(error)}\n`);
  process.exit(EXIT_UNREADABLE);
});
// Nobody can be told: the verdict stands.
process.stderr.on("error", () => {});

const program = new Command("otel-audit")
  .description("an audit trail for services, made of OpenTelemetry")
  .version(version)
  .showHelpAfterError("(add --help for the options)")
  // The words of whoever asks are in it. The commands below have it from here.
  .configureOutput({ outputError: (text, write) => write(visibleLines(text)) })
  .exitOverride();
const print = (line: string): void => void process.stdout.write(`${line}\n`);
// Names of files, columns and records, and what servers answer, are in it.
const warn = (text: string): void =>
  void process.stderr.write(`otel-audit: ${visibleLines(text)}\n`);
// What may follow is said by all of them.
const asked = isCompletion(process.argv) ? undefined : process.argv[2];
for (const room of await commandsOf({ print, warn }, asked)) {
  program.addCommand(room);
  for (const command of [room, ...room.commands]) command.copyInheritedSettings(program);
}

try {
  if (isCompletion(process.argv)) await addAnswers(program);
  await program.parseAsync(withTerms(process.argv));
} catch (error) {
  process.exitCode = exitCodeOf(error);
}

function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_USAGE;
  warn(messageOf(error));
  return error instanceof AuditError && ["invalid_option", "invalid_policy"].includes(error.code)
    ? EXIT_USAGE
    : EXIT_UNREADABLE;
}

/** `-outcome:success` is a term of a query and no option: behind a space it is taken for none. */
function withTerms(argv: readonly string[]): string[] {
  return argv.map((argument) =>
    /^-[\p{L}_][\p{L}\p{N}_.-]*:/u.test(argument) ? ` ${argument}` : argument,
  );
}
