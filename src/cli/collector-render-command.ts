import { Command } from "commander";
import type { RenderOptions } from "./collector-render-actions.ts";
import type { Lines } from "./lines.ts";

/** `--check` found another redaction than the policy's. */
const EXIT_STALE = 1;

const HELP = `
With FILE the lines between its two marks are written anew; nothing else of it changes:

      # >>> redaction: written by \`otel-audit collector render\`, not by hand
      # <<< redaction

Without FILE the processors are printed, as a configuration to give the Collector beside another:

  otel-audit collector render --policy redaction.yaml > redaction-overlay.yaml
  otelcol-contrib --config config.yaml --config redaction-overlay.yaml

With --merge it is the whole audit trail, for a Collector that has a configuration and keeps it: under
names and at ports that yours has not. yours.yaml is read, not written; one line that it needs is
said on stderr.

  otel-audit collector render --merge yours.yaml > audit-trail.yaml
  otelcol-contrib --config yours.yaml --config audit-trail.yaml

What the Collector does otherwise than the process (checks of sums, pseudonyms, rules of single
actions) is listed in what is written and on stderr, with what happens instead: it masks more.

Exit: 0 written, or nothing to write; 1 --check: the file is stale; 2 wrong usage, an invalid
policy, or --merge and a name in both; 3 a file cannot be read or written, or has no marks.`;

/** `otel-audit collector render`. */
export function collectorRenderCommand(lines: Lines): Command {
  return new Command("render")
    .description("write the redaction of redaction.yaml into a Collector's configuration")
    .argument("[file]", "the configuration; without one, print the processors")
    .option(
      "-p, --policy <file>",
      "the redaction policy (default: AUDIT_REDACTION_FILE, else redaction.yaml if it is there, else the built-in rules)",
    )
    .option(
      "--merge <yours>",
      "write all of our configuration, to be merged behind this one; may be given again",
      (value: string, before: readonly string[] | undefined) => [...(before ?? []), value],
    )
    .option("--check", "write nothing; exit 1 when the file is stale")
    .option("-q, --quiet", "do not list what the Collector does otherwise")
    .addHelpText("after", HELP)
    .action(async (file: string | undefined, options: RenderOptions) => {
      // Policies take time to load, and only this command needs them.
      const { renderCollector, renderMerge } = await import("./collector-render-actions.ts");
      const policy = options.policy ?? (process.env["AUDIT_REDACTION_FILE"] || undefined);
      const known = policy === undefined ? options : { ...options, policy };
      const render = options.merge === undefined ? renderCollector : renderMerge;
      if (render(file, known, lines)) process.exitCode = EXIT_STALE;
    });
}
