/**
 * "Not after these words" in RE2, which has no look-behind.
 *
 * In: words. Out: RE2 text that matches wherever none of them stands just before. It walks the
 * words from their last letter to their first and lists every way to leave that path.
 */
import { classWithout, treeOf, type WordTree } from "./word-sets.ts";

/**
 * RE2 text for "here begins a name, or something stands here that is none of these words". A word
 * counts only as a whole: `use` excepts `use_` and `x-use-`, not `warehouse_`.
 */
export function notAfter(words: readonly string[]): string {
  return alternatives(words, classWithout, "_.\\-");
}

/** RE2 text for "what ends here ends in none of these words", wherever in a name a word begins. */
export function notEnding(words: readonly string[]): string {
  return alternatives(words, () => undefined, "");
}

function alternatives(
  words: readonly string[],
  beforeWord: (letters: ReadonlySet<string>) => string | undefined,
  separators: string,
): string {
  const found: string[] = [];
  const visit = (node: WordTree, path: string): void => {
    const letters = new Set(node.next.keys());
    const before = node.isWord
      ? beforeWord(letters)
      : `(?:^|[^${[...letters].toSorted().join("")}${path === "" ? separators : ""}])`;
    // Whatever stands before this word, it is excepted: longer words that end in it say nothing more.
    if (before === undefined) return;
    found.push(`${before}${path}`);
    for (const [letter, child] of node.next) visit(child, `${letter}${path}`);
  };
  visit(treeOf(words.map((word) => word.split("").toReversed().join(""))), "");
  return `(?:${found.join("|")})`;
}
