/** Arguments and options that every command over a trail takes. */
import { type Command, Option } from "commander";

const each = (value: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  value,
];

/** Every command that reads a trail takes it so. */
export interface TrailOptions {
  readonly trail?: readonly string[];
}

/** `-t, --trail`. */
export function trailOption(): Option {
  return new Option(
    "-t, --trail <path>",
    "files or directories of records, in any form; repeatable (default: AUDIT_LOG_DIR)",
  ).argParser(each);
}

/** Paths behind the command, of commands that take nothing else there; `-t` names them as everywhere. */
export function addPaths(command: Command): Command {
  return command
    .argument("[path...]", "files and directories, as with -t (default: AUDIT_LOG_DIR)")
    .addOption(trailOption());
}

/** The files and directories that hold the trail, and the keys that are trusted. */
export function addTrail(command: Command): Command {
  return addPaths(command).option(
    "--public-key <key>",
    "a key, or a file of keys, that is trusted; repeatable",
    each,
  );
}

/** Heads that were signed earlier. */
export function addAnchor(command: Command): Command {
  return command.option(
    "--anchor <file>",
    "what otel-audit anchor wrote earlier; repeatable",
    each,
  );
}

/** Redaction policies that were in force. */
export function addRedactionPolicy(command: Command): Command {
  return command.option(
    "--redaction-policy <file>",
    "what may have been redacted; repeatable",
    each,
  );
}

/** A piece of time; every command reads it by the same rules. */
export function addWindow(command: Command, zoneOf = "of times without an offset"): Command {
  return command
    .option("--since <time>", "only from then on: ISO 8601, or as in -3h; of a day its start")
    .option("--until <time>", "only before then; of a day its start")
    .option("--timezone <name>", zoneOf, "local");
}

/** For people, or for programs. */
export function addOutput(command: Command): Command {
  return command.addOption(
    new Option("-o, --output <format>", "output format")
      .choices(["table", "json"])
      .default("table"),
  );
}
