/** Where something stands. */
export interface Place {
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
  /** Counted from 1. */
  readonly column: number;
}

/** A key of a map, and what it has. */
export interface Entry {
  readonly key: Place;
  readonly value: Located;
}

/** A value of a configuration, and where it was given. */
export type Located =
  | {
      readonly kind: "map";
      readonly place: Place;
      readonly entries: ReadonlyMap<string, Entry>;
    }
  | { readonly kind: "list"; readonly place: Place; readonly items: readonly Located[] }
  | {
      readonly kind: "scalar";
      readonly place: Place;
      readonly value: string | number | boolean | null;
      /** As it is written, variables and all. */
      readonly source: string;
      /** The file asks for a variable, and that is set: what it holds does not stand in the file. */
      readonly isOfEnvironment?: true;
    }
  /** What only the Collector's start will tell: a variable without a default, another file. */
  | { readonly kind: "unknown"; readonly place: Place; readonly source: string };

/** What stands at a path of keys; below something unknown everything is unknown. */
export function get(node: Located | undefined, ...path: readonly string[]): Located | undefined {
  let found = node;
  for (const key of path) {
    if (found?.kind === "unknown") return found;
    found = found?.kind === "map" ? found.entries.get(key)?.value : undefined;
  }
  return found;
}

/** Not there, or null: the Collector takes its default. */
export function isAbsent(node: Located | undefined): boolean {
  return node === undefined || (node.kind === "scalar" && node.value === null);
}

/** Known and not null. */
export function isGiven(node: Located | undefined): boolean {
  return !isAbsent(node) && node?.kind !== "unknown";
}

/** A text that is given, known, and to be read in the file. */
export function writtenText(node: Located | undefined): string | undefined {
  return node?.kind === "scalar" && node.isOfEnvironment === true ? undefined : knownText(node);
}

/** A boolean; the default where there is none; undefined where it cannot be known. */
export function booleanOf(node: Located | undefined, byDefault: boolean): boolean | undefined {
  if (isAbsent(node)) return byDefault;
  return node?.kind === "scalar" && typeof node.value === "boolean" ? node.value : undefined;
}

/** A number; the default where there is none; undefined where it cannot be known. */
export function numberOf(node: Located | undefined, byDefault: number): number | undefined {
  if (isAbsent(node)) return byDefault;
  return node?.kind === "scalar" && typeof node.value === "number" ? node.value : undefined;
}

/** A text; the default where there is none; undefined where it cannot be known. */
export function textOf(node: Located | undefined, byDefault: string): string | undefined {
  if (isAbsent(node)) return byDefault;
  return node?.kind === "scalar" ? String(node.value) : undefined;
}

/** A text that is given and known. */
export function knownText(node: Located | undefined): string | undefined {
  return node?.kind === "scalar" && node.value !== null ? String(node.value) : undefined;
}

/** The texts of a list; one text with commas is a list to the Collector too. */
export function itemsOf(node: Located | undefined): readonly Located[] {
  if (node?.kind === "list") return node.items;
  if (node?.kind !== "scalar" || typeof node.value !== "string") return [];
  const { place, source, value } = node;
  return value.split(",").map((text) => ({ kind: "scalar", place, source, value: text }));
}

/** Whether a list or map has nothing in it, or is not there; undefined where it cannot be known. */
export function isEmpty(node: Located | undefined): boolean | undefined {
  if (isAbsent(node)) return true;
  if (node?.kind === "unknown") return undefined;
  return node?.kind === "map" ? node.entries.size === 0 : itemsOf(node).length === 0;
}

/** The entries of a map; of anything else none. */
export function entriesOf(node: Located | undefined): readonly (readonly [string, Entry])[] {
  return node?.kind === "map" ? [...node.entries] : [];
}

/** Key of the deepest entry along a path that is there; `above` where not even the first is. */
export function placeAlong(node: Located, above: Place, path: readonly string[]): Place {
  let place = above;
  let found: Located = node;
  for (const key of path) {
    const entry = found.kind === "map" ? found.entries.get(key) : undefined;
    if (entry === undefined) break;
    place = entry.key;
    found = entry.value;
  }
  return place;
}

/** Every entry at every depth, with the names of the keys above it; in lists too. */
export function* everyEntry(
  node: Located | undefined,
  above: readonly string[] = [],
): Generator<{ readonly path: readonly string[]; readonly entry: Entry }> {
  if (node?.kind === "list") {
    for (const item of node.items) yield* everyEntry(item, above);
  }
  for (const [key, entry] of entriesOf(node)) {
    const path = [...above, key];
    yield { path, entry };
    yield* everyEntry(entry.value, path);
  }
}

const UNIT_SECONDS: Readonly<Record<string, number>> = {
  ns: 1e-9,
  us: 1e-6,
  µs: 1e-6,
  ms: 1e-3,
  s: 1,
  m: 60,
  h: 3600,
};

/** Seconds of a duration as Go writes it ("1h30m", "0s"); else as the others. */
export function secondsOf(node: Located | undefined, byDefault: number): number | undefined {
  if (isAbsent(node)) return byDefault;
  if (node?.kind !== "scalar") return undefined;
  if (typeof node.value === "number") return node.value === 0 ? 0 : node.value * 1e-9;
  const text = String(node.value);
  if (text === "0") return 0;
  if (!/^(?:\d+(?:\.\d*)?(?:ns|us|µs|ms|s|m|h))+$/.test(text)) return undefined;
  let seconds = 0;
  for (const [, count, unit] of text.matchAll(/([\d.]+)(ns|us|µs|ms|s|m|h)/g)) {
    seconds += Number(count) * (UNIT_SECONDS[unit ?? ""] ?? 0);
  }
  return seconds;
}
