/**
 * Reading an audit trail: the door of the room, for the others. What users of the package get is in `read.ts`.
 *
 * In: journals, views, files of a Collector, answers of backends. Out: records, with what their text
 * says in contradiction, and everything that is no record, by file and line. Nothing is written.
 */
export { AuditError, type AuditErrorCode } from "../lib/errors.ts";
export {
  type Block,
  type FileProblem,
  type Form,
  type Found,
  type FoundRecord,
  type Problem,
} from "./block.ts";
export type { BlockOptions } from "./block-cutter.ts";
export { blocksOf, type FileBlockOptions } from "./blocks-of.ts";
export { type ForeignEntry } from "./foreign/foreign-entry.ts";
export { type ForeignLog, readForeignLog } from "./foreign/foreign-log.ts";
export { decodeBlock } from "./decode-block.ts";
export { filesOf, journalStreamOf } from "./files-of.ts";
export { type ReadRecord, readRecords, recordsIn } from "./read-records.ts";
export { copyPipes } from "./pipe-copies.ts";
export { isGone, type PipeCopies, type TrailFile, trailFilesOf } from "./trail-files.ts";
export { type JournalEntry, readJournal } from "./journal-reader.ts";
export { victoriaLogsSource, type VictoriaLogsOptions } from "./backends/victoria-logs-source.ts";
export { createFollower, type Followed, type Follower } from "./follow/follow-trail.ts";
export { fieldOf, FIELDS, type Field, type FieldValue } from "./query/fields.ts";
export { fieldValueOf, matcherOf, type RecordTest } from "./query/match-query.ts";
export { JOINING, joiningWordIn } from "./query/joining-words.ts";
export { parseQuery } from "./query/parse-query.ts";
export {
  EVERYTHING,
  type NumberRange,
  type QueriedRecord,
  type Query,
  type Term,
  type TimeRange,
  type ValueTest,
  type WantedText,
} from "./query/query.ts";
export {
  checkZone,
  TIME_EXAMPLES,
  type TimeReading,
  type TimeSpan,
  timeSpanOf,
} from "./query/time-span.ts";
export {
  createProblemList,
  type ProblemList,
  type ReadingProblems,
} from "./search/problem-list.ts";
export { type JournalStarts, readPlaces, type TakePlace } from "./search/read-places.ts";
export { type ScanOptions } from "./search/scan-trail.ts";
export { type GroupKey, type Interval, type Order } from "./search/scanned-block.ts";
export { ANY_KIND, textTerm, timeTerm } from "./query/terms.ts";
export {
  countTrail,
  countTrailWays,
  type GroupCount,
  type GroupCounts,
  type Matching,
  matchingRecords,
  type SearchOptions,
  type SearchResult,
  searchTrail,
  sortTrail,
  type WaysCounted,
} from "./search/search.ts";
export { sourcesOf, type TrailSource } from "./search/sources.ts";
