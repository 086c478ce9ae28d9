/** Ways to verify or read one trail, each in a process of its own. */
import { join } from "node:path";
import { type OwnUsage, runMeasured } from "./measured-process.ts";
import { COMMAND } from "../support/command-line.ts";
import { trailFiles } from "./trail-files.ts";

/** What is compared. */
export const WAYS = ["journal", "csv", "otlp", "parse", "chain", "signatures"] as const;
/** One of {@link WAYS}. */
export type Way = (typeof WAYS)[number];

const CHECK_LINES = join(import.meta.dirname, "programs/check-lines.ts");

/** One way over one trail. */
export interface Verified extends OwnUsage {
  /** Lines of the journal, or rows of the view and its checkpoints. */
  readonly records: number;
}

/** A trail on disk. */
export interface Trail {
  readonly directory: string;
  readonly events: number;
  /** File of the key that signed its checkpoints. */
  readonly publicKey: string;
}

/** Of `otel-audit verify -o json`, what is looked at. */
interface Report {
  readonly verdict: string;
  readonly headline: string;
  readonly trust: string;
  readonly records: { readonly read: number; readonly missing: number };
}

/** Runs one way. @throws {Error} as a rejection, unless every record was found to be as it was written. */
export async function runWay(way: Way, trail: Trail): Promise<Verified> {
  const files = trailFiles(trail.directory);
  const run = await runMeasured(programOf(way, files, trail));
  const records = isOurs(way)
    ? recordsOf(way, JSON.parse(run.stdout) as Report)
    : Number(run.stdout);
  if (!(records >= trail.events))
    throw new Error(`${way}: ${records} records, of at least ${trail.events}`);
  return { ...run, records };
}

/** Whether it is `otel-audit verify`. */
export function isOurs(way: Way): boolean {
  return way === "journal" || way === "csv" || way === "otlp";
}

function programOf(
  way: Way,
  files: ReturnType<typeof trailFiles>,
  { publicKey }: Trail,
): readonly string[] {
  const verify = [COMMAND, "verify", "-o", "json", "--public-key", publicKey];
  switch (way) {
    case "journal":
      return [...verify, files.journal];
    case "csv":
      return [...verify, ...files.csv];
    case "otlp":
      return [...verify, files.otlp];
    default:
      return [CHECK_LINES, way, files.checked, files.checkedKey];
  }
}

function recordsOf(way: Way, { verdict, headline, trust, records }: Report): number {
  if (verdict !== "verified" || trust !== "pinned" || records.missing > 0)
    throw new Error(`${way}: ${headline}`);
  return records.read;
}
