/**
 * Sets of words as RE2 text that an engine without a cache of states (Go's) follows cheaply.
 *
 * In: words. Out: RE2 text in which common beginnings stand once, so that at each place in a text
 * there is one way per letter to follow, not one per word.
 */
/** Words letter by letter, from the root on. */
export interface WordTree {
  readonly next: Map<string, WordTree>;
  isWord: boolean;
}

/** Stands in a word for a separator that may be left out: `api~key`. */
const MAYBE_SEPARATOR = "~";
const GAP = "[_.\\-]?";
const GAPS = "[_.\\-]*";
const LETTERS = "abcdefghijklmnopqrstuvwxyz";
const ALPHANUMERIC = `${LETTERS}0123456789`;
/** Runs of neighbours that are worth writing as a range. */
const MIN_RANGE = 4;

/** RE2 text for one of some words. `~` in a word is a separator that may be left out. */
export function anyOf(words: readonly string[]): string {
  return alternatives(treeOf(words));
}

/**
 * RE2 text for the place where a name begins, or where something stands before it that is none of
 * these words. A word counts only as a whole, and all separators behind it are taken along.
 */
export function notBehind(words: readonly string[]): string {
  return `(?:(?:^|[^a-z0-9_.\\-])|${behindOthers(words)})${GAPS}`;
}

/** RE2 text for a word that is none of these, wherever it begins, and what stands before it. */
export function behindOthers(words: readonly string[]): string {
  return `(?:^|[^a-z0-9])${otherThan(words)}`;
}

/** RE2 text for a word that is none of these; what follows must be no letter or digit. */
export function otherThan(words: readonly string[]): string {
  return noneOf(treeOf(words), true);
}

/** RE2 text for two letters or more that are none of these words; what follows must be no letter. */
export function endingBut(words: readonly string[]): string {
  return noneOf(treeOf([...words, ...LETTERS.split("")]), true, LETTERS);
}

function alternatives({ next, isWord }: WordTree): string {
  const ways = [...next]
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([letter, node]) => `${letterText(letter)}${alternatives(node)}`);
  if (ways.length === 0) return "";
  const text = ways.length === 1 && !isWord ? ways[0] : `(?:${ways.join("|")})`;
  return isWord ? `${text}?` : (text ?? "");
}

function letterText(letter: string): string {
  if (letter === MAYBE_SEPARATOR) return GAP;
  return letter === "." ? "\\." : letter;
}

/** Letters and digits that are no word of a tree; at its root at least one of them. */
function noneOf({ next, isWord }: WordTree, isRoot: boolean, among: string = ALPHANUMERIC): string {
  const ways = [...next].map(([letter, node]) => `${letter}${noneOf(node, false, among)}`);
  const others = classWithout(new Set(next.keys()), among);
  if (others !== "[]") ways.unshift(`${others}${classWithout(new Set(), among)}*`);
  return `(?:${ways.join("|")})${isRoot || isWord ? "" : "?"}`;
}

/** A character class of every letter and digit (or of `among`) that is not among some, in ranges. */
export function classWithout(letters: ReadonlySet<string>, among: string = ALPHANUMERIC): string {
  const runs: string[] = [];
  let last = "";
  for (const character of among) {
    if (letters.has(character)) continue;
    if (last !== "" && character.charCodeAt(0) === last.charCodeAt(0) + 1) {
      runs[runs.length - 1] += character;
    } else runs.push(character);
    last = character;
  }
  return `[${runs.map((run) => (run.length < MIN_RANGE ? run : `${run[0]}-${run.at(-1)}`)).join("")}]`;
}

/** The tree of some words. */
export function treeOf(words: readonly string[]): WordTree {
  const root: WordTree = { next: new Map(), isWord: false };
  for (const word of words) {
    let node = root;
    for (const letter of word) {
      const next = node.next.get(letter) ?? { next: new Map<string, WordTree>(), isWord: false };
      node.next.set(letter, next);
      node = next;
    }
    node.isWord = true;
  }
  return root;
}
