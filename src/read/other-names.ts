/** Names that differ from known ones in nothing but how they are written. */
import { shown } from "../lib/shown.ts";

/** What is known of the keys of some kind of map. */
export interface KnownNames {
  /** Said of the keys of a map that are known ones in another writing; a few of them, if there are many. */
  readonly doubts: (map: object) => readonly string[];
  /** The known name that a name is another writing of; undefined where it is known itself, or not at all. */
  readonly meantBy: (name: string) => string | undefined;
  readonly has: (name: string) => boolean;
}

/** More of them say nothing more. */
const MAX_DOUBTS = 16;
const NONE: readonly string[] = [];

/** Knows these names. */
export function knownNames(names: readonly string[]): KnownNames {
  const known = new Set(names);
  const folded = new Map(names.map((name) => [fold(name), name]));
  const meantBy = (name: string): string | undefined =>
    known.has(name) ? undefined : folded.get(fold(name));
  return {
    has: (name) => known.has(name),
    meantBy,
    doubts(map) {
      let doubts: string[] | undefined;
      for (const name in map) {
        if (known.has(name)) continue;
        const meant = meantBy(name);
        if (meant !== undefined && (doubts?.length ?? 0) < MAX_DOUBTS)
          (doubts ??= []).push(`${shown(name)} is another writing of ${meant}`);
      }
      return doubts ?? NONE;
    },
  };
}

function fold(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]/g, "");
}
