import { Command, Option } from "commander";
import { type AccessOptions, addPurpose } from "./ask/access.ts";
import type { Lines } from "./lines.ts";

/** What every command of it takes. */
export interface QuarantineOptions extends AccessOptions {
  readonly directory?: string;
  readonly output: "table" | "json" | "jsonl";
}

const HELP = `
A record stands in quarantine when a receiver refused it for good (400, 413 or rejected) and took
others; it stays in the journal as well. Repair what refused it, then send it again with retry.`;

const RETRY_HELP = `
Sends to where the service sends: AUDIT_OTLP_ENDPOINT and the other AUDIT_OTLP_* variables, or
AUDIT_SHIP=otel. What the receiver takes leaves the quarantine; the rest stays. Safe while a service
runs.

Exit: 0 all taken; 1 nothing found; 2 wrong usage; 3 no such directory, or something in
it cannot be read; 4 not all taken.`;

/** `otel-audit quarantine …`. */
export function quarantineCommand(print: Lines["print"], warn: Lines["warn"]): Command {
  const lines = { print, warn };
  const command = new Command("quarantine")
    .description("records that a receiver refused for good")
    .addHelpText("after", HELP);
  addPurpose(add(command, "list", "show what is there, and why"))
    .addHelpText(
      "after",
      "\nExit: 0 there is something; 1 nothing; 2 wrong usage; 3 no such directory, or something in it\ncannot be read.",
    )
    .action(async (options: QuarantineOptions) => (await actions()).listRecords(options, lines));
  addPurpose(add(command, "show", "show one record whole"))
    .argument("<record-id>", "as list shows it")
    .addHelpText(
      "after",
      "\nExit: 0 found; 1 not there; 2 wrong usage; 3 no such directory, or\nsomething in it cannot be read.",
    )
    .action(async (id: string, options: QuarantineOptions) =>
      (await actions()).showRecord(id, options, lines),
    );
  add(command, "retry", "send records again")
    .argument("[record-id...]", "as list shows them")
    .option("--all", "all of them")
    .addHelpText("after", RETRY_HELP)
    .action(
      async (ids: readonly string[], options: QuarantineOptions & { readonly all?: boolean }) =>
        (await actions()).retryQuarantined(ids, options, lines),
    );
  return command;
}

function add(command: Command, name: string, description: string): Command {
  return command
    .command(name)
    .description(description)
    .option("-d, --directory <path>", "the audit directory (default: AUDIT_LOG_DIR)")
    .addOption(
      new Option("-o, --output <format>", "output format")
        .choices(["table", "json", "jsonl"])
        .default("table"),
    );
}

/** What ships takes time to load, and only these commands need it. */
const actions = (): Promise<typeof import("./quarantine-actions.ts")> =>
  import("./quarantine-actions.ts");
