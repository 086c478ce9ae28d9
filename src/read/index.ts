/** Reading an audit trail: records from journals, in every form version 1 knows them. */
export type {
  AttributeValue,
  AuditRecord,
  BodyMap,
  BodyValue,
  Outcome,
  RecordAttributes,
  RecordKind,
} from "../event/index.ts";
export { type FlatRecord, type Status, toFlat } from "../format/index.ts";
export { AuditError, type AuditErrorCode } from "../lib/errors.ts";
export { type JournalEntry, readJournal } from "./journal-reader.ts";
