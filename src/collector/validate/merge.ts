import type { Entry, Located } from "./located.ts";

/**
 * Two files as the Collector merges them: maps key by key, everything else is replaced by the later.
 * Each value keeps the place in the file that gave it.
 */
export function merge(earlier: Located, later: Located): Located {
  if (earlier.kind !== "map" || later.kind !== "map") return later;
  const entries = new Map<string, Entry>(earlier.entries);
  for (const [name, entry] of later.entries) {
    const before = entries.get(name);
    if (before?.value.kind === "map" && entry.value.kind === "map") {
      entries.set(name, { key: before.key, value: merge(before.value, entry.value) });
    } else {
      entries.set(name, entry);
    }
  }
  return { kind: "map", place: earlier.place, entries };
}
