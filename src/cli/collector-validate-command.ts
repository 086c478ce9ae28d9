import { Command, Option } from "commander";
import type { ValidateCommandOptions } from "./collector-validate-actions.ts";
import type { Lines } from "./lines.ts";

/** The configuration loses or leaks audit records. */
const EXIT_FOUND = 1;

const HELP = `
Several files are merged as the Collector merges them: maps key by key, everything else replaced by
the later file. A variable is its default (\${env:X:-default}); what only a start can tell, a variable
without a default or another file, is taken as right. Nothing is started, and no variable is read.

Checked are the pipelines of logs that carry audit records: those given with --pipeline, else those
whose name or components speak of audit, what leads there or comes from there, and what listens to
the same receivers, unless a filter or a route takes audit records out (a condition that asks for
their scope or their id, and for nothing else); where none does, all. What each code means stands in collector-config/README.md.

Exit: 0 nothing found (warnings count with --strict only); 1 found; 2 wrong usage, or no such
pipeline or code; 3 a file cannot be read.`;

/** `otel-audit collector validate`. */
export function collectorValidateCommand(lines: Lines): Command {
  return new Command("validate")
    .description(
      "check what a Collector's configuration does to audit records: what it loses, what it leaks",
    )
    .argument("<file...>", "the configuration, in the order of the Collector's --config")
    .addOption(
      repeated("--pipeline <name>", "a pipeline that carries audit records; may be repeated"),
    )
    .addOption(repeated("--ignore <code>", "a code that is not wanted; may be repeated"))
    .option("--strict", "warnings count as found")
    .addOption(
      new Option("-o, --output <format>", "output format")
        .choices(["text", "json"])
        .default("text"),
    )
    .addHelpText("after", HELP)
    .action(async (files: readonly string[], options: ValidateCommandOptions) => {
      // YAML takes time to load, and only this command needs it.
      const { validateCollectorConfig } = await import("./collector-validate-actions.ts");
      if (validateCollectorConfig(files, options, lines)) process.exitCode = EXIT_FOUND;
    });
}

/** An option that may be given more than once; files after it stay files. */
function repeated(flags: string, description: string): Option {
  return new Option(flags, description)
    .default([], "none")
    .argParser((value: string, before: readonly string[]) => [...before, value]);
}
