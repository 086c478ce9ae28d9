/**
 * Long lists of ids: the first ones, how many there were, and a digest of all of them.
 *
 * Whoever holds the list can show that it is the one the record speaks of: docs/format.md says how.
 */
import { crypto } from "../lib/late-packages.ts";
import { KEPT_BODY_KEY_PREFIX } from "./attributes.ts";
import type { BodyValue } from "./record.ts";

/** So many ids stay; a person reads no more, and a record has its place for other things. */
export const MAX_LISTED_IDS = 100;
/** Put behind the name of a shortened list: how many ids there were. */
export const ID_COUNT_SUFFIX = "_count";
/** Put behind the name of a shortened list: SHA-256 of the whole list. */
const ID_DIGEST_SUFFIX = "_digest";

const ID_LIST_NAME = /(?:^|_)ids$|[a-z0-9]Ids$|^origins$/;

/** Whether a field of this name holds ids: `ids`, `sample_ids`, `sampleIds`; `origins`, which goes along with them. */
export function isIdListName(name: string): boolean {
  // The regular expression is asked only where the last letter fits: this runs for every key.
  return name.endsWith("s") && ID_LIST_NAME.test(name);
}

/** The ids of a list that is too long to be recorded whole; undefined for any other value. */
export function manyIds(
  value: unknown,
  plainId: (id: unknown) => BodyValue,
): readonly BodyValue[] | undefined {
  try {
    const list: readonly unknown[] | undefined = value instanceof Set ? [...value] : listOf(value);
    if (list === undefined || list.length <= MAX_LISTED_IDS) return undefined;
    const ids: BodyValue[] = [];
    for (const item of list) {
      const id = plainId(item);
      if (typeof id === "object" && id !== null) return undefined;
      ids.push(id);
    }
    return ids;
  } catch {
    // Such a list is marked like every other value that cannot be read.
    return undefined;
  }
}

function listOf(value: unknown): readonly unknown[] | undefined {
  return Array.isArray(value) ? value : undefined;
}

/** The first ids, their number and the digest of all; a field that already has such a name is renamed. */
export function addManyIds(
  map: Record<string, BodyValue>,
  name: string,
  { ids, kept }: { readonly ids: readonly BodyValue[]; readonly kept: readonly BodyValue[] },
  earlier: ReadonlySet<string> | undefined,
): ReadonlySet<string> {
  const count = `${name}${ID_COUNT_SUFFIX}`;
  const digest = `${name}${ID_DIGEST_SUFFIX}`;
  for (const taken of [count, digest]) {
    const value = Object.hasOwn(map, taken) ? map[taken] : undefined;
    if (value !== undefined) map[`${KEPT_BODY_KEY_PREFIX}${taken}`] = value;
  }
  map[name] = kept;
  map[count] = ids.length;
  map[digest] = digestOfIds(ids);
  return new Set([...(earlier ?? []), count, digest]);
}

/** SHA-256, hex, of the list as JSON without white space (RFC 8785), in UTF-8. */
function digestOfIds(ids: readonly BodyValue[]): string {
  return crypto().createHash("sha256").update(JSON.stringify(ids)).digest("hex");
}
