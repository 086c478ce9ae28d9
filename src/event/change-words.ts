import { inWords, isList, joined, listed, oneLine } from "./readable.ts";
import { isMap } from "../lib/is-map.ts";
import type { BodyMap, BodyValue } from "./record.ts";

/** More changes than this are counted. */
const MAX_CHANGES = 5;
/** Changes that are looked at before the rest is only known to be there. */
const MAX_LOOKED_AT = 1000;
const MAX_DEPTH = 8;

/** "rate from 0.1 to 0.2 and tags (added a; removed b)"; undefined where nothing changed. */
export function changesInWords(before: BodyMap, after: BodyMap): string | undefined {
  const found: string[] = [];
  let count = 0;
  const open: { path: string; left: BodyMap; right: BodyMap; depth: number }[] = [
    { path: "", left: before, right: after, depth: 0 },
  ];
  for (let at = open.pop(); at !== undefined && count < MAX_LOOKED_AT; at = open.pop()) {
    const { path, left, right, depth } = at;
    const inner: typeof open = [];
    const keys = [...Object.keys(right), ...Object.keys(left).filter((key) => !has(right, key))];
    for (const key of keys) {
      const from = has(left, key) ? left[key] : undefined;
      const to = has(right, key) ? right[key] : undefined;
      const name = path + oneLine(key, 60);
      const list = listChange(from, to);
      if (list === undefined && isMap(to) && (isMap(from) || from === undefined)) {
        if (depth < MAX_DEPTH && Object.keys(to).length > 0) {
          inner.push({ path: `${name}.`, left: from ?? {}, right: to, depth: depth + 1 });
          continue;
        }
      }
      count++;
      if (found.length < MAX_CHANGES) found.push(`${name}${list ?? fieldChange(from, to)}`);
    }
    open.push(...inner.toReversed());
  }
  if (found.length === 0) return undefined;
  const more = count - found.length;
  return joined(more > 0 ? [...found, `${more} more`] : found);
}

function has(map: BodyMap, key: string): boolean {
  return Object.hasOwn(map, key);
}

function fieldChange(from: BodyValue | undefined, to: BodyValue | undefined): string {
  if (to === undefined) return ` from ${inWords(from ?? null)} to nothing`;
  return from === undefined ? ` to ${inWords(to)}` : ` from ${inWords(from)} to ${inWords(to)}`;
}

/** The two sides of a list of which only what was added and removed is kept. */
function listChange(from: BodyValue | undefined, to: BodyValue | undefined): string | undefined {
  if (!isMap(from) || !isMap(to)) return undefined;
  const { removed } = from;
  const { added } = to;
  const isSide = (map: BodyMap, names: readonly string[]): boolean =>
    Object.keys(map).every((key) => names.includes(key));
  if (!isList(removed) || !isList(added) || !isSide(from, ["removed"])) return undefined;
  if (!isSide(to, ["added", "at"])) return undefined;
  const words = [
    ...(added.length > 0 ? [`added ${listed(added, 1)}`] : []),
    ...(removed.length > 0 ? [`removed ${listed(removed, 1)}`] : []),
  ];
  return words.length === 0 ? undefined : ` (${words.join("; ")})`;
}
