import { Command } from "commander";
import type { RunOptions } from "./collector-run-actions.ts";
import type { Lines } from "./lines.ts";

const RUN_HELP = `
Prepares the directory (as otel-audit collector prepare), checks the configuration (as otel-audit
collector validate, which stops it where records would be lost or leak), and runs the Collector that is named with --binary, found on PATH (otelcol-audit, otelcol-contrib), or was built
with otel-audit collector build. Signals are passed on; its exit code is the one of this command.

  otel-audit collector run
  otel-audit collector run --overlay otlp --overlay alerts
  otel-audit collector run --config mine.yaml --overlay ./more.yaml --dry-run

The redaction policy that services have here (--policy, AUDIT_REDACTION_FILE, else ./redaction.yaml) is
put behind our configuration by an overlay in the directory; a configuration of your own has to have it
(otel-audit collector render), or is refused. A line at the start says which policy is in force.

The variables of collector-config/README.md count here too, AUDIT_COLLECTOR_DIR and the endpoints
among them.

Exit: that of the Collector, 128 and more after a signal; 2 wrong usage, an invalid policy, or
a configuration that loses or leaks, or has the redaction of another policy; 3 there is no Collector, it
refuses the configuration, runs already, or the directory cannot be used.`;

const BUILD_HELP = `
Needs Go on PATH and, the first time, a Go module proxy; takes minutes once, then nothing. Prints the
path of the binary. otel-audit collector run finds it there.

Exit: 0 built, or there already; 2 wrong usage; 3 no Go, an old one, or a build that fails.`;

/** `otel-audit collector run`. */
export function collectorRunCommand(lines: Lines): Command {
  return new Command("run")
    .description("prepare the directory, check the configuration and run a Collector with it")
    .option("-c, --config <file>", "the configuration (default: ours)")
    .option(
      "--overlay <name>",
      "an overlay on it: one of ours by its name, or a file; may be given again",
      collected,
      [],
    )
    .option(
      "-d, --directory <path>",
      "the Collector's directory (default: AUDIT_COLLECTOR_DIR, else /var/lib/otel-audit)",
    )
    .option(
      "-p, --policy <file>",
      "the redaction policy (default: AUDIT_REDACTION_FILE, else redaction.yaml if it is there, else the built-in rules)",
    )
    .option("-b, --binary <path>", "the Collector to run")
    .option(
      "--ignore <code>",
      "let pass what otel-audit collector validate finds under this code; may be given again",
      collected,
      [],
    )
    .option("--dry-run", "print the command that would be run, and do nothing")
    .addHelpText("after", RUN_HELP)
    .action(async (options: RunOptions) => {
      // What it writes with takes time to load, and only this command needs it.
      const { runCollector } = await import("./collector-run-actions.ts");
      process.exitCode = await runCollector(options, process.env, lines);
    });
}

/** `otel-audit collector build`. */
export function collectorBuildCommand(lines: Lines): Command {
  return new Command("build")
    .description("build a Collector with exactly the components of the audit pipeline")
    .option(
      "--cache <directory>",
      "where it goes (default: otel-audit in XDG_CACHE_HOME, else ~/.cache/otel-audit)",
    )
    .addHelpText("after", BUILD_HELP)
    .action(async ({ cache }: { readonly cache?: string }) => {
      const { buildOurs } = await import("./collector-run-actions.ts");
      await buildOurs(cache, process.env, lines);
    });
}

function collected(value: string, earlier: readonly string[]): readonly string[] {
  return [...earlier, value];
}
