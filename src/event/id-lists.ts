/**
 * Long lists of ids: the first ones, how many there were, and a digest of all of them.
 *
 * Whoever holds the list can show that it is the one the record speaks of: docs/format.md says how.
 */
import { createHash } from "node:crypto";
import type { BodyValue } from "./record.ts";

/** So many ids stay; a person reads no more, and a record has its place for other things. */
export const MAX_LISTED_IDS = 100;
/** Put behind the name of a shortened list: how many ids there were. */
export const ID_COUNT_SUFFIX = "_count";
/** Put behind the name of a shortened list: SHA-256 of the whole list. */
export const ID_DIGEST_SUFFIX = "_digest";

const ID_LIST_NAME = /(?:^|_)ids$|[a-z0-9]Ids$|^origins$/;

/** Whether a field of this name holds ids: `ids`, `sample_ids`, `sampleIds`; `origins`, which goes along with them. */
export function isIdListName(name: string): boolean {
  // The regular expression is asked only where the last letter fits: this runs for every key.
  return name.endsWith("s") && ID_LIST_NAME.test(name);
}

/** SHA-256, hex, of the list as JSON without white space (RFC 8785), in UTF-8. */
export function digestOfIds(ids: readonly BodyValue[]): string {
  return createHash("sha256").update(JSON.stringify(ids)).digest("hex");
}
