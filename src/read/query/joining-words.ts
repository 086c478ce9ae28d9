/** Words that join terms elsewhere, and are texts here. */
import { piecesOf } from "./pieces.ts";

/** How terms are joined here. */
export const JOINING =
  "a term that stands beside another holds beside it, actor:ann,bob is one or the other, -actor:ann is not";

const WORDS: ReadonlySet<string> = new Set(["and", "or", "not"]);

/**
 * The first `and`, `or` or `not` between two terms that name a field, as it was typed: it may be a text that
 * is looked for, and is rarely meant so.
 *
 * @throws {AuditError} `invalid_option` where a quote has no end.
 */
export function joiningWordIn(texts: readonly string[]): string | undefined {
  const pieces = texts.flatMap((text) => piecesOf(text));
  const words = pieces.map(
    ({ name, typed }) => name === undefined && WORDS.has(typed.toLowerCase()),
  );
  return pieces.find((_, at) => {
    if (words[at] !== true || pieces[at - 1]?.name === undefined) return false;
    const next = words.indexOf(false, at);
    return pieces[next]?.name !== undefined;
  })?.typed;
}
