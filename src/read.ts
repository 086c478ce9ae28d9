/**
 * Asking a trail in code, with the answers that the command line gives: `otel-audit/read`.
 *
 * In: files and directories of any form that is known, or a VictoriaLogs, and a query. Out: records, each
 * once, and every place that holds none, by file and line. Nothing is written. Times are ISO 8601 UTC with
 * six digits.
 *
 * @example
 * const sources = await sourcesOf(["./audit"]);
 * const query = parseQuery("actor:ann outcome:denied created:>=2026-10-01");
 * const { records, total, problems } = await searchTrail(sources, query, { limit: 20 });
 */
export {
  type Action,
  type AttributeValue,
  type AuditRecord,
  type BodyMap,
  type BodyValue,
  type Catalogue,
  createCatalogue,
  type DetailsSchema,
  type DetailsValidation,
  type FailurePolicy,
  type Impact,
  type Outcome,
  type RecordAttributes,
  type RecordKind,
  type RequirableField,
  sentenceOf,
} from "./event/index.ts";
export { type FlatRecord, type Status, toFlat } from "./format/index.ts";
export {
  AuditError,
  type AuditErrorCode,
  type Block,
  type BlockOptions,
  countTrail,
  createFollower,
  EVERYTHING,
  type Field,
  FIELDS,
  type FieldValue,
  type FileProblem,
  type Followed,
  type Follower,
  type Form,
  type FoundRecord,
  type GroupCount,
  type GroupCounts,
  type GroupKey,
  type Interval,
  type JournalEntry,
  matcherOf,
  type Matching,
  matchingRecords,
  type NumberRange,
  type Order,
  parseQuery,
  type Problem,
  type QueriedRecord,
  type Query,
  type ReadingProblems,
  readJournal,
  type ReadRecord,
  readRecords,
  type RecordTest,
  type ScanOptions,
  type SearchOptions,
  type SearchResult,
  searchTrail,
  sourcesOf,
  type Term,
  type TimeRange,
  type TimeReading,
  type TrailSource,
  type ValueTest,
  type VictoriaLogsOptions,
  victoriaLogsSource,
  type WantedText,
} from "./read/index.ts";
