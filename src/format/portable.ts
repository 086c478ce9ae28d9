/** The part of this room that runs in a browser too: the JSON line, and the columns of a flat record. */
export { type Column, COLUMNS, NUMERIC_COLUMNS } from "./columns.ts";
export {
  type FlatRecord,
  fromFlat,
  SHOWN_ELSEWHERE,
  type Status,
  statusOf,
  toFlat,
} from "./flat.ts";
export { isFlatRecord } from "./flat-check.ts";
export { startOfGlued } from "./glued-line.ts";
export { decodeJsonLine, encodeJsonLine, parseFlatLine, tryParseFlatLine } from "./json-line.ts";
