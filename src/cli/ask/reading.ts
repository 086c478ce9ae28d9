/** What every command does that reads a trail. */
import { counted, verbFor } from "../../lib/counted.ts";
import { shown } from "../../lib/shown.ts";
import {
  JOINING,
  joiningWordIn,
  type ReadingProblems,
  type ScanOptions,
} from "../../read/index.ts";
import { createProgress } from "../progress.ts";
import type { Lines } from "../lines.ts";
import { partIdsIn } from "./part-ids.ts";
import { withoutControls } from "../table.ts";
import { actionSlips } from "./action-slips.ts";

/** Exit codes of commands that ask. */
const EXIT_NOTHING = 1;
const EXIT_INCOMPLETE = 4;
/** More of them are counted. */
const MAX_SAID = 10;

/** Reads, and shows on a terminal how far it has come. */
export async function withProgress<Result>(
  read: (options: ScanOptions) => Promise<Result>,
): Promise<Result> {
  const progress = createProgress(process.stderr);
  try {
    return await read({ onProgress: progress.show });
  } finally {
    progress.end();
  }
}

/** The same; says too of how many records a store has made texts, for answers that show values or count by them. */
export async function valuesWithProgress<Result>(
  warn: Lines["warn"],
  read: (options: ScanOptions) => Promise<Result>,
): Promise<Result> {
  // What is read more than once has them each time.
  let madeTexts = 0;
  const onMadeTexts = (records: number): void => {
    madeTexts = Math.max(madeTexts, records);
  };
  const result = await withProgress((reading) => read({ ...reading, onMadeTexts }));
  if (madeTexts > 0)
    warn(
      `${counted(madeTexts, "record")} came from a store that keeps every value as a text: what may have been a number, a list, true or false is a text here where the catalogue does not say what it is, as in before and after`,
    );
  return result;
}

/** Says that nothing was found, and why that may be. */
export function sayNothingFound(terms: readonly string[], warn: Lines["warn"]): void {
  warn("nothing found");
  const word = joiningWordIn(terms);
  if (word !== undefined) warn(`${shown(word)} was looked for as a text: ${JOINING}`);
  for (const { id, term } of partIdsIn(terms))
    warn(`${shown(id)} is not the whole id of a record: did you mean ${term}?`);
  for (const slip of actionSlips(terms)) warn(slip);
}

/** Says that counts over time are not of the time that an imported log says. */
export function sayImported(count: number, warn: Lines["warn"]): void {
  if (count === 0) return;
  warn(
    `${counted(count, "record")} ${verbFor(count, "is")} of an imported log and ${verbFor(count, "stands")} at the time of the import, whatever time the log says: no:imported leaves them out`,
  );
}

/** Says what in the files is no record. */
export function sayProblems(
  { problems, problemCount }: ReadingProblems,
  warn: Lines["warn"],
): void {
  for (const { file, line, message } of problems.slice(0, MAX_SAID))
    warn(withoutControls(`${file}:${line}: ${message}`));
  const more = problemCount - MAX_SAID;
  if (more > 0) warn(`and ${counted(more, "more place")} that ${verbFor(more, "holds")} no record`);
}

/** 0, 1 where nothing was found, 4 where something could not be read: then there may be more. */
export function exitAfterReading({ problemCount }: ReadingProblems, found: number): number {
  if (problemCount > 0) return EXIT_INCOMPLETE;
  return found === 0 ? EXIT_NOTHING : 0;
}
