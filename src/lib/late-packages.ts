/**
 * Packages that are loaded when they are first needed: an `import` of them costs every start of a
 * command its time, most of all the one that reads ten records. What is given are the very modules that
 * an `import` gives, so nothing is there twice.
 */
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const require = createRequire(import.meta.url);
const loaded = new Map<string, unknown>();

/** Schemas. */
export const zod = (): typeof import("zod").z => (load("zod") as typeof import("zod")).z;
/** Calendars and zones. */
export const luxon = (): typeof import("luxon") => load("luxon") as typeof import("luxon");
/** CSV of others. */
export const csv = (): typeof import("csv-parse/sync") =>
  load("csv-parse/sync") as typeof import("csv-parse/sync");
/** RE2 patterns. */
export const re2 = (): typeof import("re2js").RE2JS =>
  (load("re2js") as typeof import("re2js")).RE2JS;
/** Hashes and random bytes: a part of Node that takes as long to load as a package. */
export const crypto = (): typeof import("node:crypto") => process.getBuiltinModule("node:crypto");
/** Compression: the same. */
export const zlib = (): typeof import("node:zlib") => process.getBuiltinModule("node:zlib");
/** How many columns of a terminal a text takes. */
export const stringWidth = (text: string): number =>
  (load("string-width") as typeof import("string-width")).default(text);

function load(name: string): unknown {
  if (!loaded.has(name)) loaded.set(name, require(fileURLToPath(import.meta.resolve(name))));
  return loaded.get(name);
}
