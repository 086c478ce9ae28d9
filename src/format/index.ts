/**
 * The bytes that the write side and the read side agree on: JSON line and CSV row.
 *
 * In: records. Out: text, and back, without loss. docs/format.md is the contract.
 */

export { ATTRIBUTE_COLUMNS, type Column, COLUMNS, NUMERIC_COLUMNS } from "./columns.ts";
export { type CsvRows, createCsvRows } from "./csv-line.ts";
export {
  CSV_HEADER,
  decodeCsvRows,
  type DecodedRow,
  encodeCsvCell,
  encodeCsvRow,
  JSON_COLUMNS,
  unguardCsvCell,
} from "./csv-row.ts";
export {
  encodeFiveCsvRow,
  encodeFiveJson,
  FIVE_CSV_HEADER,
  FIVE_JSON_EMPTY,
  parseFiveJson,
} from "./five.ts";
export { type FlatRecord, fromFlat, type Status, toFlat } from "./flat.ts";
export { decodeJsonLine, encodeJsonLine, parseFlatLine, tryParseFlatLine } from "./json-line.ts";
export { columnAt, createLineScanner, type LineScanner } from "./line-scan.ts";
export {
  decodeQuarantineLine,
  encodeQuarantineLine,
  type QuarantinedRecord,
  type QuarantineEntry,
} from "./quarantine-line.ts";
export {
  isSegmentCopyFile,
  journalDirectory,
  listSegments,
  listStreams,
  quarantineDirectory,
  purgedFile,
  segmentCopyFile,
  segmentFile,
  stateDirectory,
  streamDirectory,
  streamLockFile,
} from "./journal-layout.ts";
export { startOfGlued } from "./glued-line.ts";
