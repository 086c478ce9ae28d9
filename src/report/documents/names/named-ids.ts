/** Everybody and every place that a trail names. */
import {
  EVERYTHING,
  matchingRecords,
  type ScanOptions,
  type TrailSource,
} from "../../../read/index.ts";
import type { NamedId } from "./renaming.ts";
import { namedIn } from "./named-in.ts";

/** Also those who are in no record of a document, but may stand in its texts. */
export async function namedIdsIn(
  sources: readonly TrailSource[],
  options: ScanOptions,
): Promise<readonly NamedId[]> {
  const known = new Map<string, NamedId>();
  for await (const found of matchingRecords(sources, EVERYTHING, options)) {
    if (found.kind === "problem") continue;
    for (const named of namedIn(found.record)) {
      const key = named.isNumber === true ? `number ${named.id}` : `text ${named.id}`;
      if (!known.has(key)) known.set(key, named);
    }
  }
  return [...known.values()];
}
