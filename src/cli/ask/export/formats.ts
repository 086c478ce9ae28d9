/** Forms that records are exported in. */
export const EXPORT_FORMATS = ["jsonl", "json", "csv", "parquet"] as const;

/** One of them. */
export type ExportFormat = (typeof EXPORT_FORMATS)[number];
