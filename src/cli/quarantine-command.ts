import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { Command, Option } from "commander";
import { listQuarantineFiles, readQuarantineFile } from "../deliver/index.ts";
import type { QuarantineEntry } from "../format/index.ts";
import { AuditError } from "../lib/errors.ts";
import { resolveShipping } from "../setup/shipping-options.ts";
import { type Retried, retryRecords } from "./quarantine-retry.ts";
import { tableLines } from "./table.ts";

/** No such record, or none at all. */
const EXIT_NOTHING = 1;
/** Some of it, not all. */
const EXIT_INCOMPLETE = 4;

/** A record in quarantine, and the file that it stands in. */
export interface FoundEntry extends QuarantineEntry {
  readonly file: string;
}

interface CommonOptions {
  readonly directory?: string;
  readonly output: "table" | "json" | "jsonl";
}

interface Lines {
  readonly print: (line: string) => void;
  readonly warn: (line: string) => void;
}

const HELP = `
A record stands in quarantine when a receiver refused it for good (400, 413 or rejected) and took
others; it stays in the journal as well. Repair what refused it, then send it again with retry.`;

const RETRY_HELP = `
Sends to where the service sends: AUDIT_OTLP_ENDPOINT and the other AUDIT_OTLP_* variables, or
AUDIT_SHIP=otel. What the receiver takes leaves the quarantine; the rest stays. Safe while a service
runs.

Exit: 0 all taken; 1 nothing found, or nothing taken; 2 wrong usage; 3 no such directory, or it
cannot be used; 4 some taken, some not.`;

/** `otel-audit quarantine …`. */
export function quarantineCommand(print: Lines["print"], warn: Lines["warn"]): Command {
  const lines = { print, warn };
  const command = new Command("quarantine")
    .description("records that a receiver refused for good")
    .addHelpText("after", HELP);
  add(command, "list", "show what is there, and why")
    .addHelpText(
      "after",
      "\nExit: 0 there is something; 1 nothing; 2 wrong usage; 3 no such directory.",
    )
    .action((options: CommonOptions) => list(options, lines));
  add(command, "show", "show one record whole")
    .argument("<record-id>", "as list shows it")
    .addHelpText("after", "\nExit: 0 found; 1 not there; 2 wrong usage; 3 no such directory.")
    .action((id: string, options: CommonOptions) => show(id, options, lines));
  add(command, "retry", "send records again")
    .argument("[record-id...]", "as list shows them")
    .option("--all", "all of them")
    .addHelpText("after", RETRY_HELP)
    .action((ids: readonly string[], options: CommonOptions & { readonly all?: boolean }) =>
      retry(ids, options, lines),
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

function list(options: CommonOptions, { print, warn }: Lines): void {
  const found = entriesOf(directoryOf(options), warn);
  if (found.length === 0) return nothing("the quarantine is empty", options, { print, warn });
  printEntries(found, options.output, print);
}

function show(id: string, options: CommonOptions, { print, warn }: Lines): void {
  const found = entriesOf(directoryOf(options), warn).filter((entry) => idOf(entry) === id);
  if (found.length === 0) {
    const message = `no record ${JSON.stringify(id)} is in quarantine: otel-audit quarantine list shows those that are`;
    return nothing(message, options, { print, warn });
  }
  if (options.output !== "table") return printEntries(found, options.output, print);
  for (const { text } of found) print(JSON.stringify(JSON.parse(text), null, 2));
}

async function retry(
  ids: readonly string[],
  options: CommonOptions & { readonly all?: boolean },
  { print, warn }: Lines,
): Promise<void> {
  if (ids.length === 0 && options.all !== true) {
    throw new AuditError("invalid_option", "name records, or say --all");
  }
  if (ids.length > 0 && options.all === true) {
    throw new AuditError("invalid_option", "name records or say --all, not both");
  }
  const shipping = resolveShipping({}, process.env);
  if (shipping === undefined) {
    throw new AuditError(
      "invalid_option",
      "nowhere to send to: set AUDIT_OTLP_ENDPOINT as it is set for the service, or AUDIT_SHIP=otel",
    );
  }
  const directory = directoryOf(options);
  const all = entriesOf(directory, warn);
  const found = options.all === true ? all : all.filter((entry) => ids.includes(idOf(entry)));
  const missing = ids.filter((id) => !all.some((entry) => idOf(entry) === id));
  for (const id of missing) warn(`no record ${JSON.stringify(id)} is in quarantine`);
  if (found.length === 0) return nothing("nothing to send", options, { print, warn });
  const result = await retryRecords(directory, found, shipping);
  printRetried(result, options.output, print);
  const { host } = new URL(shipping.url);
  const taken = result.retried.filter(({ isTaken }) => isTaken).length;
  if (result.wait !== undefined) warn(`${host} does not take records now: ${result.wait}`);
  warn(
    `${host} took ${taken} of ${found.length} records; ${found.length - taken} stay in quarantine`,
  );
  const isComplete = taken === found.length && missing.length === 0;
  if (!isComplete) process.exitCode = taken === 0 ? EXIT_NOTHING : EXIT_INCOMPLETE;
}

function directoryOf({ directory = process.env["AUDIT_LOG_DIR"] ?? "" }: CommonOptions): string {
  if (directory === "") {
    throw new AuditError("invalid_option", "no directory: pass --directory or set AUDIT_LOG_DIR");
  }
  const path = resolve(directory);
  if (!existsSync(path)) {
    throw new AuditError("unreadable", `${path} is not there: name an audit directory`);
  }
  return path;
}

function entriesOf(directory: string, warn: Lines["warn"]): readonly FoundEntry[] {
  return listQuarantineFiles(directory).flatMap((file) =>
    readQuarantineFile(directory, file, warn).map((entry) => ({ ...entry, file })),
  );
}

function idOf({ flat }: QuarantineEntry): string {
  return flat.record_id;
}

function nothing(message: string, { output }: CommonOptions, { print, warn }: Lines): void {
  if (output === "json") print("[]");
  warn(message);
  process.exitCode = EXIT_NOTHING;
}

const HEADING = ["RECORD", "ACTION", "SINCE", "RECEIVER", "REASON"];

function printEntries(
  found: readonly FoundEntry[],
  output: CommonOptions["output"],
  print: Lines["print"],
): void {
  if (output === "jsonl") return found.forEach(({ text }) => print(text));
  if (output === "json")
    return print(
      JSON.stringify(
        found.map(({ text }): unknown => JSON.parse(text)),
        null,
        2,
      ),
    );
  const rows = found.map(({ flat, time, endpoint, reason }) => [
    flat.record_id,
    flat.action_type,
    time,
    endpoint,
    reason,
  ]);
  tableLines(HEADING, rows, process.stdout).forEach(print);
}

function printRetried(
  { retried }: Retried,
  output: CommonOptions["output"],
  print: Lines["print"],
): void {
  const rows = retried.map(({ id, isTaken, reason }) => ({
    record: id,
    taken: isTaken,
    ...(reason === undefined ? {} : { reason }),
  }));
  if (output === "json") return print(JSON.stringify(rows, null, 2));
  if (output === "jsonl") return rows.forEach((row) => print(JSON.stringify(row)));
  const cells = retried.map(({ id, isTaken, reason }) => [
    id,
    isTaken ? "yes" : "no",
    reason ?? "",
  ]);
  tableLines(["RECORD", "TAKEN", "REASON"], cells, process.stdout).forEach(print);
}
