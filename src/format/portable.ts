/** The part of this room that runs in a browser too: reading a flat record, and its columns. */
export { ATTRIBUTE_COLUMNS, COLUMNS } from "./columns.ts";
export { type FlatRecord, fromFlat, SHOWN_ELSEWHERE, type Status, statusOf } from "./flat.ts";
export { isFlatRecord } from "./flat-check.ts";
export { startOfGlued } from "./glued-line.ts";
export { parseFlatLine } from "./json-line.ts";
