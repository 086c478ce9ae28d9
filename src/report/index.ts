/**
 * Answers that are made of many records: one thing over time, counts, rates, documents.
 *
 * In: records, or the sources that they are read from and a query. Out: data, and documents as text. Nothing
 * is written, and nothing is judged: people do that.
 */
export {
  type Around,
  type AroundOptions,
  type EventAround,
  eventsAround,
  type MetricAround,
} from "./timeline/around.ts";
export type { Effect, Owner } from "./timeline/effects.ts";
export { explain, type Explanation, type Step } from "./timeline/explain.ts";
export type { FieldChange } from "./field-changes.ts";
export { gapText, type GapTotals } from "./gap-totals.ts";
export { type ImportOrigin, importOriginOf, originText } from "./imported.ts";
export { leavesOf } from "./leaves.ts";
export { findRecords, type FoundRecords, missingAt } from "./timeline/find-record.ts";
export {
  type History,
  type HistoryEntry,
  type HistoryOptions,
  historyOf,
} from "./timeline/history.ts";
export { type Metrics, type MetricsOptions, readMetrics } from "./timeline/metrics.ts";
export {
  type FoundMoment,
  type FoundWindow,
  type Moment,
  momentOf,
  type MomentWindow,
  momentWindow,
} from "./timeline/moment.ts";
export { type RecordDetail, recordDetail } from "./timeline/record-detail.ts";
export type { Contradiction, FieldState } from "./timeline/replay.ts";
export { reproduce, type ReproducedStep, type Reproduction } from "./timeline/reproduce.ts";
export { restoreText } from "./timeline/restores.ts";
export { type Runs, runsOf } from "./timeline/runs.ts";
export { type Role, ROLES } from "./timeline/roles.ts";
export type { SealState } from "./timeline/seal-state.ts";
export type { Side } from "./side.ts";
export { type Bearing, missingText, setBackText } from "./stream-clocks.ts";
export { groupTrail, type TrailGroups } from "./groups.ts";
export { summariseTrail, type Total, type TrailSummary } from "./summary.ts";
export { countRates, type RateInterval, type Rates, type RateSeries } from "./rates.ts";
export { ratesSvg } from "./rates-svg.ts";
export { REPORT_KINDS, type ReportDocument, type ReportKind } from "./documents/document.ts";
export { PSEUDONYMS } from "./documents/common-sections.ts";
export { makeReport } from "./documents/make-report.ts";
export { isFound, marksOf } from "./documents/marks.ts";
export type { ReportFrame, ReportMaterial } from "./documents/material.ts";
export { type MaterialOptions, readMaterial } from "./documents/read-material.ts";
export { documentCsv } from "./documents/forms/to-csv.ts";
export { documentHtml } from "./documents/forms/to-html.ts";
export { documentMarkdown } from "./documents/forms/to-markdown.ts";
