/** The sealed journals of test/vectors/seal, and ways to change a line of them. */
import { linesOf, STREAMS } from "./sealed-journal.ts";

/** Streams and their lines. */
export type Journal = Readonly<Record<string, readonly string[]>>;

/** The journals as they are. */
export const sealed = (): Journal =>
  Object.fromEntries(STREAMS.map((name) => [name, linesOf(name)]));

/** Lines as a file has them. */
export const text = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join("");

/** A line of the journal, changed. Throws where there is nothing to change, so that no case says nothing. */
export function edited(
  stream: string,
  number: number,
  change: (line: string) => string | readonly string[],
): Journal {
  const journal = sealed();
  const lines = (journal[stream] ?? []).flatMap((line, at) =>
    at === number - 1 ? change(line) : line,
  );
  if (text(lines) === text(journal[stream] ?? [])) throw new Error("nothing was changed");
  return { ...journal, [stream]: lines };
}

/** A change of one place of a line. */
export const replace =
  (from: string | RegExp, to: string | ((all: string, part: string) => string)) =>
  (line: string): string =>
    typeof to === "string" ? line.replace(from, to) : line.replace(from, to);
