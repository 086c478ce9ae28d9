/** Inspections of records in files that a test writes. */
import { join } from "node:path";
import { decodeKey } from "../../src/seal/note.ts";
import { type Inspection, inspectRecord } from "../../src/verify/index.ts";
import { type Journal, text } from "./edited-journal.ts";
import { linesOf } from "./sealed-journal.ts";
import { temporaryDirectory } from "./temporary-directory.ts";
import { writeDeep } from "./two-verifiers.ts";

/** Names and contents. */
export type Files = Readonly<Record<string, string>>;
/** The segments of journals. */
export const segments = (journal: Journal): Files =>
  Object.fromEntries(
    Object.entries(journal).map(([stream, lines]) => [`journal/${stream}/1.jsonl`, text(lines)]),
  );
/** A view with these rows. */
export const view = (...rows: readonly string[]): string => `[\n${rows.join(",\n")}\n]\n`;
/** A line of the sealed journals, counted from 1. */
export const lineOf = (stream: string, number: number): string => linesOf(stream)[number - 1] ?? "";

/** Inspects a record of files; their directory is cut from what is said. */
export async function inspect(
  id: string,
  files: Files,
  keys: readonly string[] = [],
): Promise<Inspection> {
  const directory = temporaryDirectory();
  for (const [name, whole] of Object.entries(files)) writeDeep(join(directory, name), whole);
  const publicKeys = keys.flatMap((line) => decodeKey(line) ?? []);
  const found = await inspectRecord(id, [directory], { publicKeys });
  return JSON.parse(JSON.stringify(found).replaceAll(`${directory}/`, "")) as Inspection;
}
