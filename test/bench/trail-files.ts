import { join } from "node:path";

/** Files of one trail in the forms that are verified. */
export interface TrailFiles {
  /** Audit directory with a journal and the CSV view. */
  readonly audit: string;
  /** The directory of the journal. */
  readonly journal: string;
  readonly csv: readonly string[];
  /** OTLP JSON, as the Collector's file exporter writes it. */
  readonly otlp: string;
  /** The lines of the journal, each with a hash and a signature: see checked-line.ts. */
  readonly checked: string;
  /** PEM of the key of those signatures. */
  readonly checkedKey: string;
}

/** Where they are below the directory of a trail. */
export function trailFiles(directory: string): TrailFiles {
  const audit = join(directory, "audit");
  return {
    audit,
    journal: join(audit, "journal"),
    csv: [join(audit, "audit_log.csv"), join(audit, "audit_checkpoints.jsonl")],
    otlp: join(directory, "collector.jsonl"),
    checked: join(directory, "checked.jsonl"),
    checkedKey: join(directory, "checked.pem"),
  };
}
