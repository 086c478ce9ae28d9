/**
 * Reading an audit trail.
 *
 * In: journals, views, files of a Collector, answers of backends. Out: records, with what their text
 * says in contradiction, and everything that is no record, by file and line. Nothing is written.
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
} from "../event/index.ts";
export { type FlatRecord, type Status, toFlat } from "../format/index.ts";
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
export { blocksOf } from "./blocks-of.ts";
export { decodeBlock } from "./decode-block.ts";
export { filesOf } from "./files-of.ts";
export { type ReadRecord, readRecords } from "./read-records.ts";
export { type JournalEntry, readJournal } from "./journal-reader.ts";
