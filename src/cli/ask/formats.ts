/** Output formats of records. */
export const RECORD_FORMATS = ["table", "json", "jsonl", "csv", "markdown"] as const;

/** One of them. */
export type RecordFormat = (typeof RECORD_FORMATS)[number];
