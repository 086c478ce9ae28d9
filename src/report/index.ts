/**
 * What records say together: counts, rates, documents.
 *
 * In: records, or the sources of a trail and a query. Out: data, and documents as text. Nothing is written.
 */
export { summariseTrail, type Total, type TrailSummary } from "./summary.ts";
export { countRates, type RateInterval, type Rates, type RateSeries } from "./rates.ts";
export { ratesSvg } from "./rates-svg.ts";
export { REPORT_KINDS, type ReportDocument, type ReportKind } from "./documents/document.ts";
export { makeReport } from "./documents/make-report.ts";
export type { ReportFrame, ReportMaterial } from "./documents/material.ts";
export { type MaterialOptions, readMaterial } from "./documents/read-material.ts";
export { documentCsv } from "./documents/to-csv.ts";
export { documentHtml } from "./documents/to-html.ts";
export { documentMarkdown } from "./documents/to-markdown.ts";
