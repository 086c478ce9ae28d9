/** The three places behind the Collector, read back by what anybody has: JSON, CSV, HTTP. */
import { parse as parseCsv } from "csv-parse/sync";
import { existsSync, readFileSync } from "node:fs";
import { z } from "zod";
import type { CollectorPipeline } from "./collector-pipeline.ts";

const QUERY_LIMIT_MILLIS = 30_000;

/** A record as it stands in one place. */
export interface PlacedRecord {
  readonly recordId: string;
  /** As it stands there. */
  readonly text: string;
}

/** What stands in each place; a record that was sent twice stands there twice. */
export interface Places {
  readonly json: readonly PlacedRecord[];
  readonly csv: readonly PlacedRecord[];
  readonly backend: readonly PlacedRecord[];
}

/** Reads all three. @throws Error when one of them is there and cannot be understood. */
export async function readPlaces(
  { jsonFile, csvFile, backendUrl }: CollectorPipeline,
  signal: AbortSignal,
): Promise<Places> {
  return {
    json: existsSync(jsonFile) ? jsonRecords(readFileSync(jsonFile, "utf8")) : [],
    csv: csvRecords(readFileSync(csvFile, "utf8")),
    backend: await backendRecords(backendUrl, signal),
  };
}

const OtlpLine = z.object({
  resourceLogs: z.array(
    z.object({ scopeLogs: z.array(z.object({ logRecords: z.array(z.looseObject({})) })) }),
  ),
});
const LogRecord = z.object({
  attributes: z.array(z.object({ key: z.string(), value: z.looseObject({}) })),
});

/** OTLP JSON: a line for each request, with all its records. */
function jsonRecords(text: string): readonly PlacedRecord[] {
  return wholeLines(text).flatMap((line) =>
    OtlpLine.parse(JSON.parse(line))
      .resourceLogs.flatMap(({ scopeLogs }) => scopeLogs)
      .flatMap(({ logRecords }) => logRecords)
      .map((record) => ({ recordId: recordIdOf(record), text: JSON.stringify(record) })),
  );
}

function recordIdOf(record: unknown): string {
  const { attributes } = LogRecord.parse(record);
  const id = attributes.find(({ key }) => key === "audit.record.id");
  return z.object({ stringValue: z.string() }).parse(id?.value).stringValue;
}

const CsvRow = z.object({ record: z.object({ record_id: z.string() }), raw: z.string() });

function csvRecords(text: string): readonly PlacedRecord[] {
  // A row that is being written has no line end yet: the next look finds it whole.
  const whole = text.slice(0, text.lastIndexOf("\n") + 1);
  const rows: unknown = parseCsv(whole, { columns: true, raw: true });
  return z
    .array(CsvRow)
    .parse(rows)
    .map(({ record, raw }) => ({ recordId: record.record_id, text: raw.trimEnd() }));
}

const BackendRow = z.looseObject({ "audit.record.id": z.string() });

async function backendRecords(url: string, signal: AbortSignal): Promise<readonly PlacedRecord[]> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(QUERY_LIMIT_MILLIS)]);
  // What it has taken is visible only after a flush; that is otherwise a matter of seconds.
  await textFrom(`${url}/internal/force_flush`, limit);
  const text = await textFrom(`${url}/select/logsql/query?query=*`, limit);
  return wholeLines(text).map((line) => ({
    recordId: BackendRow.parse(JSON.parse(line))["audit.record.id"],
    text: line,
  }));
}

async function textFrom(url: string, signal: AbortSignal): Promise<string> {
  const response = await fetch(url, { signal });
  const text = await response.text();
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${text}`);
  return text;
}

/** Lines that have an end: the last one may be in the middle of being written. */
function wholeLines(text: string): readonly string[] {
  return text.split("\n").slice(0, -1);
}
