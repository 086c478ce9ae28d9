/**
 * What records say that were imported from a log of somebody else: claims of a file that anybody could have
 * written. They are told, and no value and no count of originals is made of them.
 */
import { ATTR_IMPORT_FILE, ATTR_IMPORT_TIME } from "../event/index.ts";
import type { FlatRecord } from "../format/index.ts";
import type { Query } from "../read/index.ts";

/** Where a record is from that is no original. */
export interface ImportOrigin {
  readonly file: string;
  /** When the file says that it happened; undefined: it does not say. */
  readonly time: string | undefined;
}

/** Keeps originals only. */
export const ORIGINALS: Query["terms"][number] = {
  field: "attribute",
  path: ATTR_IMPORT_FILE,
  isNegated: true,
  test: { kind: "present" },
};

/** Undefined: it is an original. */
export function importOriginOf({ attributes }: FlatRecord): ImportOrigin | undefined {
  const { [ATTR_IMPORT_FILE]: file, [ATTR_IMPORT_TIME]: time } = attributes;
  if (file === undefined) return undefined;
  return { file: String(file), time: typeof time === "string" ? time : undefined };
}

/** Whether it is of a log that was imported. */
export function isImported(record: FlatRecord): boolean {
  return record.attributes[ATTR_IMPORT_FILE] !== undefined;
}

/** As in `audit_log.json says that it happened at 2026-05-27T14:30:00.123456Z`. */
export function originText({ file, time }: ImportOrigin): string {
  return time === undefined
    ? `${file}, which does not say when it happened`
    : `${file}, which says that it happened at ${time}`;
}
