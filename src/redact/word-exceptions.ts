/**
 * "Not after these words" in RE2, which has no look-behind.
 *
 * In: words. Out: RE2 text that matches wherever none of them stands just before. It walks the
 * words from their last letter to their first and lists every way to leave that path.
 */
interface Node {
  readonly next: Map<string, Node>;
  isWord: boolean;
}

const ALPHANUMERIC: readonly string[] = "abcdefghijklmnopqrstuvwxyz0123456789".split("");
/** Runs of neighbours in {@link ALPHANUMERIC} that are worth writing as a range. */
const MIN_RANGE = 4;

/**
 * RE2 text for "here begins a name, or something stands here that is none of these words". A word
 * counts only as a whole: `use` excepts `use_` and `x-use-`, not `warehouse_`.
 */
export function notAfter(words: readonly string[]): string {
  return alternatives(words, alphanumericBut, "_.\\-");
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
  const visit = (node: Node, path: string): void => {
    const letters = new Set(node.next.keys());
    const before = node.isWord
      ? beforeWord(letters)
      : `(?:^|[^${[...letters].toSorted().join("")}${path === "" ? separators : ""}])`;
    // Whatever stands before this word, it is excepted: longer words that end in it say nothing more.
    if (before === undefined) return;
    found.push(`${before}${path}`);
    for (const [letter, child] of node.next) visit(child, `${letter}${path}`);
  };
  visit(reversedTree(words), "");
  return `(?:${found.join("|")})`;
}

/** A character class of every letter and digit that is not among some, in ranges. */
function alphanumericBut(letters: ReadonlySet<string>): string {
  const runs: string[][] = [];
  let last = "";
  for (const character of ALPHANUMERIC) {
    if (letters.has(character)) continue;
    const run = runs.at(-1);
    if (run !== undefined && character.charCodeAt(0) === last.charCodeAt(0) + 1)
      run.push(character);
    else runs.push([character]);
    last = character;
  }
  return `[${runs.map((run) => (run.length < MIN_RANGE ? run.join("") : `${run[0]}-${run.at(-1)}`)).join("")}]`;
}

function reversedTree(words: readonly string[]): Node {
  const root: Node = { next: new Map(), isWord: false };
  for (const word of words) {
    let node = root;
    for (const letter of word.split("").toReversed()) {
      const next = node.next.get(letter) ?? { next: new Map<string, Node>(), isWord: false };
      node.next.set(letter, next);
      node = next;
    }
    node.isWord = true;
  }
  return root;
}
