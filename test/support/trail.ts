/** Everything that stands in an audit directory, read back from the files. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readJournal } from "otel-audit/read";
import { CSV_HEADER, decodeCsvRows } from "../../src/format/index.ts";

/** A result in a journal. */
export interface TrailResult {
  readonly id: string;
  readonly target: string;
}

/** The journals of a directory. */
export interface Trail {
  readonly streams: readonly string[];
  /** Those whose numbers count from 1 without gaps and without doubles. */
  readonly gaplessStreams: readonly string[];
  readonly results: readonly TrailResult[];
  /** Targets of the intents. */
  readonly intents: ReadonlySet<string>;
  /** All record ids. */
  readonly ids: readonly string[];
  /** What gap records add up to. */
  readonly lost: number;
  /** Lines that are no records; the cut last line of a stream that was killed is none of them. */
  readonly problems: readonly string[];
}

/** Reads all journals of a directory in which nobody writes any more. */
export async function readTrail(directory: string): Promise<Trail> {
  const streams = new Map<string, number[]>();
  const results: TrailResult[] = [];
  const intents = new Set<string>();
  const ids: string[] = [];
  const problems: string[] = [];
  let lost = 0;
  for await (const entry of readJournal(directory)) {
    if (entry.kind === "problem") {
      if (!entry.message.includes("has no end"))
        problems.push(`${entry.file}:${entry.line}: ${entry.message}`);
      continue;
    }
    const { attributes } = entry.record;
    const id = String(attributes["audit.record.id"]);
    const [stream = ""] = id.split(".");
    const target = String(attributes["audit.target.id"]);
    ids.push(id);
    streams.set(stream, [
      ...(streams.get(stream) ?? []),
      Number(attributes["audit.sequence.number"]),
    ]);
    const kind = attributes["audit.record.kind"];
    if (kind === "result") results.push({ id, target });
    if (kind === "intent") intents.add(target);
    if (kind === "gap" && attributes["audit.action"] === "records_lost")
      lost += Number(attributes["audit.count"]);
  }
  const isGapless = (numbers: readonly number[]): boolean =>
    numbers.every((number, at) => number === at + 1);
  return {
    streams: [...streams.keys()],
    gaplessStreams: [...streams].flatMap(([stream, all]) => (isGapless(all) ? [stream] : [])),
    results,
    intents,
    ids,
    lost,
    problems,
  };
}

/** Views that were taken for somebody else's. */
export function foreignViewsIn(directory: string): readonly string[] {
  return readdirSync(directory).filter((name) => name.includes(".foreign"));
}

/** Record ids of the results in each view, sorted. */
export function viewsOf(directory: string): {
  readonly csv: readonly string[];
  readonly json: readonly string[];
} {
  const text = readFileSync(join(directory, "audit_log.csv"), "utf8");
  const rows = decodeCsvRows(text.slice(CSV_HEADER.length)).map(({ record }) => ({
    record_id: String(record.attributes["audit.record.id"]),
    kind: String(record.attributes["audit.record.kind"]),
  }));
  const parts = readdirSync(directory).filter((name) => /^audit_log(-\d+)?\.json$/.test(name));
  return {
    csv: resultsOf(rows),
    json: resultsOf(parts.flatMap((name) => rowsIn(join(directory, name)))),
  };
}

/** The newest part of the JSON view; undefined before there is one. Throws when it does not parse. */
export function newestPart(directory: string): readonly ViewRow[] | undefined {
  const path = join(directory, "audit_log.json");
  return existsSync(path) ? rowsIn(path) : undefined;
}

interface ViewRow {
  readonly record_id: string;
  readonly kind: string;
}

function rowsIn(path: string): readonly ViewRow[] {
  return JSON.parse(readFileSync(path, "utf8")) as ViewRow[];
}

function resultsOf(rows: readonly ViewRow[]): readonly string[] {
  return rows
    .filter(({ kind }) => kind === "result")
    .map(({ record_id }) => record_id)
    .toSorted();
}
