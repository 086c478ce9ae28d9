/** What `otel-audit quarantine …` does; loaded when one of its commands runs. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { listQuarantineFiles, readQuarantineFile } from "../deliver/index.ts";
import { quarantineDirectory, type QuarantineEntry } from "../format/index.ts";
import { counted, verbFor } from "../lib/counted.ts";
import { AuditError } from "../lib/errors.ts";
import { resolveShipping } from "../setup/shipping-options.ts";
import { recordAccess } from "./ask/access.ts";
import type { Lines } from "./lines.ts";
import type { QuarantineOptions } from "./quarantine-command.ts";
import { type FoundEntry, type Retried, retryRecords } from "./quarantine-retry.ts";
import { tableLines } from "./table.ts";
import { jsonText, visibleJson } from "../lib/visible-text.ts";

/** No such record, or none at all. */
const EXIT_NOTHING = 1;
/** Something is there that cannot be read. */
const EXIT_UNREADABLE = 3;
/** Some of it, not all. */
const EXIT_INCOMPLETE = 4;

/** Prints what is there, and why. */
export async function listRecords(
  options: QuarantineOptions,
  { print, warn }: Lines,
): Promise<void> {
  const directory = directoryOf(options);
  const found = entriesOf(directory, warn);
  const scope = ["quarantine", "list"];
  await recordAccess({ scope, count: found.length }, { ...options, ...placesIn(directory) });
  if (found.length === 0) return nothing("the quarantine is empty", options, { print, warn });
  printEntries(found, options.output, print);
}

/** Prints one record whole. */
export async function showRecord(
  id: string,
  options: QuarantineOptions,
  { print, warn }: Lines,
): Promise<void> {
  const directory = directoryOf(options);
  const found = entriesOf(directory, warn).filter((entry) => idOf(entry) === id);
  const scope = ["quarantine", "show", id];
  await recordAccess({ scope, count: found.length }, { ...options, ...placesIn(directory) });
  if (found.length === 0) {
    const message = `no record ${JSON.stringify(id)} is in quarantine: otel-audit quarantine list shows those that are`;
    return nothing(message, options, { print, warn });
  }
  if (options.output !== "table") return printEntries(found, options.output, print);
  for (const { text } of found) print(jsonText(JSON.parse(text), 2));
}

/** Sends records again. */
export async function retryQuarantined(
  ids: readonly string[],
  options: QuarantineOptions & { readonly all?: boolean },
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
  const left = found.length - taken;
  warn(
    `${host} took ${taken} of ${counted(found.length, "record")}; ${left} ${verbFor(left, "stays")} in quarantine`,
  );
  const isComplete = taken === found.length && missing.length === 0;
  if (!isComplete) process.exitCode = EXIT_INCOMPLETE;
}

function directoryOf({
  directory = process.env["AUDIT_LOG_DIR"] ?? "",
}: QuarantineOptions): string {
  if (directory === "") {
    throw new AuditError("invalid_option", "no directory: pass --directory or set AUDIT_LOG_DIR");
  }
  const path = resolve(directory);
  if (!existsSync(path)) {
    throw new AuditError("unreadable", `${path} is not there: name an audit directory`);
  }
  return path;
}

/** What is read: the quarantine may be a link to that of another trail. */
function placesIn(directory: string): {
  readonly trail: readonly string[];
  readonly beside: readonly string[];
} {
  return { trail: [directory], beside: [quarantineDirectory(directory)] };
}

function entriesOf(directory: string, warn: Lines["warn"]): readonly FoundEntry[] {
  const onBad = (why: string): void => {
    warn(why);
    process.exitCode = EXIT_UNREADABLE;
  };
  return listQuarantineFiles(directory).flatMap((file) =>
    readQuarantineFile(directory, file, onBad).map((entry) => ({ ...entry, file })),
  );
}

function idOf({ flat }: QuarantineEntry): string {
  return flat.record_id;
}

function nothing(message: string, { output }: QuarantineOptions, { print, warn }: Lines): void {
  if (output === "json") print("[]");
  warn(message);
  process.exitCode ??= EXIT_NOTHING;
}

const HEADING = ["RECORD", "ACTION", "SINCE", "RECEIVER", "REASON"];

function printEntries(
  found: readonly FoundEntry[],
  output: QuarantineOptions["output"],
  print: Lines["print"],
): void {
  if (output === "jsonl") return found.forEach(({ text }) => print(visibleJson(text)));
  if (output === "json")
    return print(
      jsonText(
        found.map(({ text }): unknown => JSON.parse(text)),
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
  output: QuarantineOptions["output"],
  print: Lines["print"],
): void {
  const rows = retried.map(({ id, isTaken, reason }) => ({
    record: id,
    taken: isTaken,
    ...(reason === undefined ? {} : { reason }),
  }));
  if (output === "json") return print(jsonText(rows, 2));
  if (output === "jsonl") return rows.forEach((row) => print(jsonText(row)));
  const cells = retried.map(({ id, isTaken, reason }) => [
    id,
    isTaken ? "yes" : "no",
    reason ?? "",
  ]);
  tableLines(["RECORD", "TAKEN", "REASON"], cells, process.stdout).forEach(print);
}
