/** Counts what stands in the files of an audit directory. */
import { createReadStream, existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { parse } from "csv-parse";

/** Numbers of records. */
export interface Written {
  /** Journal lines whose kind is result. */
  readonly results: number;
  readonly intents: number;
  /** Rows of the CSV view without its header. */
  readonly csvRows: number;
  /** Records of the JSON view, all its parts. */
  readonly jsonRecords: number;
}

/** What is looked at in a line of the journal. */
export interface JournalLine {
  readonly kind: string;
  readonly details: { readonly step?: number };
}

/** Reads everything. Throws on a line or a view that does not parse. */
export async function countWritten(directory: string): Promise<Written> {
  let results = 0;
  let intents = 0;
  for await (const { kind } of journalLines(directory)) {
    if (kind === "result") results++;
    if (kind === "intent") intents++;
  }
  return {
    results,
    intents,
    csvRows: await countCsvRows(join(directory, "audit_log.csv")),
    jsonRecords: countJsonRecords(directory),
  };
}

/** Every line of every journal. Throws on one that does not parse. */
export async function* journalLines(directory: string): AsyncGenerator<JournalLine> {
  const journal = join(directory, "journal");
  for (const stream of readdirSync(journal)) {
    const segments = readdirSync(join(journal, stream)).filter((name) => name.endsWith(".jsonl"));
    for (const segment of segments.toSorted((left, right) => parseInt(left) - parseInt(right))) {
      const file = createReadStream(join(journal, stream, segment));
      for await (const line of createInterface({ input: file, crlfDelay: Infinity })) {
        yield JSON.parse(line) as JournalLine;
      }
    }
  }
}

async function countCsvRows(path: string): Promise<number> {
  if (!existsSync(path)) return 0;
  let rows = -1;
  for await (const _row of createReadStream(path).pipe(parse())) rows++;
  return rows;
}

function countJsonRecords(directory: string): number {
  return readdirSync(directory)
    .filter((name) => /^audit_log(-\d+)?\.json$/.test(name))
    .map((name) => JSON.parse(readFileSync(join(directory, name), "utf8")) as unknown[])
    .reduce((sum, records) => sum + records.length, 0);
}
