/**
 * Anchors in the patterns of a policy, which speak of a whole name or a whole text, for the
 * Collector, which asks paths and the JSON text of lists.
 *
 * In: a pattern that RE2 has taken. Out: one that finds at least as much, in these texts too.
 */

/** A pattern cut where an anchor may stand: what is quoted, escaped or in a class is one piece. */
const PIECES =
  /\\Q(?<quoted>[\s\S]*?)(?:\\E|$)|\\[pPx]\{[^}]*\}|\\[\s\S]|\[\^?\]?(?:\[:\^?\w+:\]|\\[pPx]\{[^}]*\}|\\[\s\S]|[^\]\\])*\]|\(\?[a-zA-Z-]*\)|\((?:\?(?:P?<\w+>|[a-zA-Z-]*:))?|[\s\S]/g;
const STARTS: ReadonlySet<string> = new Set(["^", "\\A"]);
const ENDS: ReadonlySet<string> = new Set(["$", "\\z", "\\Z"]);
const NOTHING = "(?:)";

/**
 * A pattern of a whole name without its anchors. Put between what ends a name, it matches what it
 * matched; in the middle of a pattern an anchor that can never hold is taken to hold.
 */
export function withoutAnchors(pattern: string): string {
  const pieces = piecesOf(pattern);
  return pieces
    .map((piece, at) => {
      if (!isAnchor(piece)) return piece;
      // Only there can nothing join what stands before and behind it to something else.
      const isOuter = (at === 0 && !/^[*+?{]/.test(pieces[1] ?? "")) || at === pieces.length - 1;
      return isOuter ? "" : NOTHING;
    })
    .join("");
}

/** A pattern that may be put inside of another: a `\Q` without its end would take in what follows. */
export function selfContained(pattern: string): string {
  return piecesOf(pattern).join("");
}

/** Whether a pattern asks where a text begins or ends. */
export function hasAnchors(pattern: string): boolean {
  return piecesOf(pattern).some(isAnchor);
}

/** A pattern of a text whose anchors hold at a quote too: where a text of a list begins and ends in JSON. */
export function withQuotesForAnchors(pattern: string): string {
  const pieces = piecesOf(pattern);
  const whole = !hasChoice(pieces);
  const bare = pieces.filter((piece) => !/^\(\?[a-zA-Z-]*\)$/.test(piece));
  // Where all begins with an anchor, any further one holds at the same place: it would ask for a second quote.
  const first =
    whole && STARTS.has(bare[0] ?? "") ? pieces.findIndex((each) => STARTS.has(each)) : -1;
  const last =
    whole && ENDS.has(bare.at(-1) ?? "") ? pieces.findLastIndex((each) => ENDS.has(each)) : -1;
  return pieces
    .map((piece, at) => {
      if (STARTS.has(piece)) return first === -1 || at === first ? `(?:${piece}|")` : NOTHING;
      if (ENDS.has(piece)) return last === -1 || at === last ? `(?:${piece}|")` : NOTHING;
      return piece;
    })
    .join("");
}

function isAnchor(piece: string): boolean {
  return STARTS.has(piece) || ENDS.has(piece);
}

/** Whether there is an `|` outside of all groups. */
function hasChoice(pieces: readonly string[]): boolean {
  let depth = 0;
  return pieces.some((piece) => {
    if (piece === ")") depth--;
    else if (piece.startsWith("(") && !piece.endsWith(")")) depth++;
    return piece === "|" && depth === 0;
  });
}

/** Quoted text is escaped instead. */
function piecesOf(pattern: string): readonly string[] {
  return [...pattern.matchAll(PIECES)].map(
    ({ 0: piece, groups }) =>
      groups?.["quoted"]?.replaceAll(/[\\.+*?()|[\]{}^$]/g, "\\$&") ?? piece,
  );
}
