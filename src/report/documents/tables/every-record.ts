/** All records that a document is about, one by one. */
import {
  matchingRecords,
  parseQuery,
  type Query,
  type ScanOptions,
  type TrailSource,
} from "../../../read/index.ts";
import type { Renaming } from "../names/renaming.ts";
import type { RecordsOf } from "./tables.ts";

/** How they are gone through. */
export interface Going {
  /** Gives them other names. */
  readonly rename?: Renaming["record"] | undefined;
  readonly scan: ScanOptions;
}

/** As they are read: within a stream in its order. What is no record is passed over. */
export function everyRecord(
  sources: readonly TrailSource[],
  { terms }: Query,
  { rename = (record) => record, scan }: Going,
): RecordsOf {
  return async function* records(action) {
    const own = action === undefined ? [] : parseQuery(`action:${action}`).terms;
    for await (const found of matchingRecords(sources, { terms: [...terms, ...own] }, scan))
      if (found.kind === "record") yield rename(found.record);
  };
}
