/** Reading an audit trail: records from journals, in every form version 1 knows them. */
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
export { type JournalEntry, readJournal } from "./journal-reader.ts";
