/**
 * Values whose name stands beside them: `{ name, value }`, `{ field, old, new }`, `[name, value]`,
 * JSON Patch, arguments of a command, raw headers.
 */
import type { BodyMap, BodyValue } from "../event/index.ts";
import type { Verdict } from "./verdict.ts";

type VerdictOf = (name: string) => Verdict | undefined;

/** Keys of a container whose values fall under a verdict. */
export interface Pair {
  readonly at: ReadonlySet<string>;
  readonly verdict: Verdict;
}

const NAMING: readonly string[] =
  "name key field property attribute param parameter variable setting option header column label id Name Key Field".split(
    " ",
  );
/** What stands beside a name: a value, or the two of a change. */
const VALUES: ReadonlySet<string> = new Set(
  (
    "value Value val values Values stringValue old new oldValue newValue old_value new_value before after from to " +
    "previous current default example OldValue NewValue"
  ).split(" "),
);
const RAW_HEADERS = /^raw_?(?:headers|trailers)$/i;

/** The values of a map that another of its values names. */
export function pairInMap(map: BodyMap, verdictOf: VerdictOf): Pair | undefined {
  for (const naming of NAMING) {
    const name = map[naming];
    const verdict = typeof name === "string" ? verdictOf(name) : undefined;
    if (verdict !== undefined) return { at: VALUES, verdict };
  }
  return typeof map["op"] === "string" ? pairInPatch(map, verdictOf) : undefined;
}

/** RFC 6902: `{ "op": "replace", "path": "/user/password", "value": "…" }`. */
function pairInPatch({ path }: BodyMap, verdictOf: VerdictOf): Pair | undefined {
  if (typeof path !== "string") return undefined;
  const verdict = verdictOf(path.slice(path.lastIndexOf("/") + 1));
  return verdict === undefined ? undefined : { at: VALUES, verdict };
}

const SECOND: ReadonlySet<string> = new Set(["1"]);

/** `["authorization", "Bearer …"]` inside a list of such pairs. */
export function pairInList(
  list: readonly BodyValue[],
  { isListed, field }: { readonly isListed: boolean; readonly field: string },
  verdictOf: VerdictOf,
): Pair | undefined {
  const [first] = list;
  if (list.length !== 2 || typeof first !== "string") return undefined;
  if (!isListed && !RAW_HEADERS.test(field)) return undefined;
  const verdict = verdictOf(first);
  return verdict === undefined ? undefined : { at: SECOND, verdict };
}

/** `["--password", "x"]`, and every second text of raw headers: the item before names this one. */
export function verdictInList(
  list: readonly BodyValue[],
  { at, field }: { readonly at: number; readonly field: string },
  verdictOf: VerdictOf,
): Verdict | undefined {
  const before = list[at - 1];
  if (typeof before !== "string") return undefined;
  if (at % 2 === 1 && RAW_HEADERS.test(field)) return verdictOf(before);
  return /^--?[A-Za-z][\w-]{0,95}$/.test(before) ? verdictOf(before.replace(/^-+/, "")) : undefined;
}
