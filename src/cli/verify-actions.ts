/** What `otel-audit verify` does; loaded when it runs. */
import { styleText } from "node:util";
import { counted, verbFor } from "../lib/counted.ts";
import type { Lines } from "./lines.ts";
import { tableLines, withoutControls } from "./table.ts";
import { pathsOrDefault } from "./default-paths.ts";
import { evidenceOf, verifyWithProgress } from "./verify-paths.ts";
import type { VerifyOptions } from "./verify-command.ts";
import type { Finding, StreamSummary, VerificationReport } from "../verify/index.ts";
import { jsonText } from "../lib/visible-text.ts";

/** Verifies, prints the report, and sets the exit code. */
export async function verifyPaths(
  given: readonly string[],
  options: VerifyOptions,
  { print, warn }: Lines,
): Promise<void> {
  const paths = pathsOrDefault([...(options.trail ?? []), ...given], "nothing to verify");
  const report = await verifyWithProgress(paths, await evidenceOf(options, warn));
  process.exitCode = report.exitCode;
  if (options.output === "json") return print(jsonText(report, 2));
  for (const line of reportLines(report)) print(line);
}

/** More streams than this are not listed one by one. */
const MAX_STREAMS = 20;
const MAX_FINDINGS = 50;
const HEADING = ["STREAM", "RECORDS", "PROVEN", "ADOPTED", "UNSIGNED", "MISSING", "END", "UNTIL"];

function* reportLines(report: VerificationReport): Generator<string> {
  const { headline, findings, streams, keys, redactions, gaps } = report;
  yield styleText("bold", headline, { stream: process.stdout });
  const bad = findings.filter(({ severity }) => severity !== "note");
  const notes = findings.filter(({ severity }) => severity === "note");
  if (bad.length > 0) yield "";
  for (const finding of bad.slice(0, MAX_FINDINGS)) yield findingLine(finding);
  const unlisted = bad.length - Math.min(bad.length, MAX_FINDINGS) + report.unlisted;
  if (unlisted > 0) yield `  and ${unlisted} more: -o json lists them`;
  if (streams.length > 0) yield "";
  const shown = streams.slice(0, MAX_STREAMS);
  if (shown.length > 0) yield* tableLines(HEADING, shown.map(streamRow), process.stdout);
  if (streams.length > shown.length)
    yield `and ${counted(streams.length - shown.length, "more stream")}`;
  const redacted = Object.entries(redactions);
  if (redacted.length + gaps.length + notes.length + keys.length > 0) yield "";
  for (const { key, isTrusted, isInMemory } of keys) {
    const about = `${isTrusted ? ", trusted" : ""}${isInMemory ? ", only in memory" : ""}`;
    yield withoutControls(`key: ${key}${about}`);
  }
  if (redacted.length > 0) {
    yield `redacted after they were sealed: ${redacted.map(([key, count]) => `${key} (${count})`).join(", ")}`;
  }
  for (const { record, action, count, why } of gaps) {
    const lost = `${verbFor(count, "was")} lost`;
    const what = action === "records_lost" ? lost : "may not survive a power loss";
    yield withoutControls(`gap: ${counted(count, "record")} ${what}, as ${record} says: ${why}`);
  }
  for (const { message } of notes) yield withoutControls(`note: ${message}`);
}

function findingLine({ severity, message, file, line }: Finding): string {
  const place = file === undefined || message.startsWith(file) ? "" : ` (${file}:${line ?? 0})`;
  const colour = severity === "tampered" ? "red" : "yellow";
  const word = styleText(colour, severity.toUpperCase(), { stream: process.stdout });
  return `  ${word} ${withoutControls(message + place)}`;
}

function streamRow(stream: StreamSummary): readonly string[] {
  const { records, proven, adopted, unsigned, missing, isClosed, until } = stream;
  return [
    stream.stream,
    ...[records, proven, adopted, unsigned, missing].map(String),
    isClosed ? "closed" : "open",
    until ?? "",
  ];
}
