/** Where the value of a name ends: quoted, a header's whole line, an element's text, or a bare word. */
import { MASK } from "./mask.ts";
import { isNoBareValue, isNoQuotedValue, isReference } from "./not-a-value.ts";

/** A piece of a text. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** How a value is to be read. */
export interface ValueKind {
  /** Runs to the end of the line or the quote around it: `Authorization`, `Cookie`. */
  readonly isHeader: boolean;
  /** Runs to the next `<`. */
  readonly isElement: boolean;
  /** Runs to the next encoded quote, `&`, `,` or `;`. */
  readonly isEncoded: boolean;
  /** What stands before the name, where that is a quote: `"`, or `\\"`. */
  readonly quote: string;
  readonly name: string;
}

const QUOTES = "\"'`";
/** What ends a bare word. */
const WORD_ENDS = /[\s"'`&;<>\\|]/;
/** Whether the values of a rule are whole header lines. */
export function isHeaderRule(rule: string): boolean {
  return rule === "key:authorization" || rule === "key:cookie";
}

/** The place after a separator where the value begins: past `=`, `>` of `=>`, and white space. */
export function skipToValue(text: string, from: number, maxGap: number): number {
  let at = from;
  while (at < text.length && at - from < maxGap && isGap(text, at)) at++;
  return at;
}

/** `>` is a part of `=>` and `->`; alone it begins a block of YAML. */
function isGap(text: string, at: number): boolean {
  const character = text.charAt(at);
  return character === ">" ? "=-".includes(text.charAt(at - 1)) : "=: \t".includes(character);
}

/** The mask, and nothing behind it that could belong to a value. */
const MASKED = /^\\?["'`]?\*{4}(?:[,;)}\]\s"'`\\&<]|$)/;
/** Of a value this much is looked at to tell what it is. */
const MAX_LOOK = 200;

/**
 * The value that begins at a place, or undefined when nothing there is worth masking.
 *
 * @param isName whether a word is a name that a rule knows: `a.token` then stands for a token.
 */
export function valueAt(
  text: string,
  from: number,
  kind: ValueKind,
  isName: (word: string) => boolean,
): Span | undefined {
  // Before its end is looked for, which may be far: text that is masked already is met again and again.
  if (MASKED.test(text.slice(from, from + MAX_LOOK))) return undefined;
  const span = bounds(text, from, kind);
  if (span.end <= span.start) return undefined;
  const value = text.slice(span.start, Math.min(span.end, span.start + MAX_LOOK));
  if (value === MASK || (value.startsWith(MASK) && /^[*,;)}\]\s]+$/.test(value))) return undefined;
  if (span.start > from) return isNoQuotedValue(value, kind, isName) ? undefined : span;
  if (kind.isElement) return isReference(value) ? undefined : span;
  return isNoBareValue(value, { kind, text, span, isName }) ? undefined : span;
}

/** `@"…"`, `$'…'`, `b"…"`: text literals in Objective-C, shells, Python and others. */
const LITERAL_PREFIX = /^([@$]|[A-Za-z]{1,2})["'`]/;
/** A quote, or one in JSON in JSON: `\\"`, `\\\\\\"`. */
const ESCAPED_QUOTE = /^\\*["'`]/;
const MAX_ESCAPES = 16;

function bounds(text: string, from: number, kind: ValueKind): Span {
  let start = from;
  if (text[start] === "[") start = firstOf(text, start);
  start += LITERAL_PREFIX.exec(text.slice(start, start + 4))?.[1]?.length ?? 0;
  const quote = ESCAPED_QUOTE.exec(text.slice(start, start + MAX_ESCAPES))?.[0];
  if (quote !== undefined && quote.length > 1) {
    const end = text.indexOf(quote, start + quote.length);
    return { start: start + quote.length, end: end < 0 ? text.length : end };
  }
  if (quote !== undefined) {
    const end = endOfQuoted(text, start + 1, quote);
    return { start: start + 1, end: text[from] === "[" ? endOfList(text, end, quote) : end };
  }
  if (kind.isEncoded) return { start, end: endOfEncoded(text, start) };
  if (kind.isElement) return elementText(text, start);
  const block = blockScalar(text, start);
  if (block !== undefined) return block;
  if ("{[".includes(text.charAt(start)) && text[start + 1] !== "{") return { start, end: start };
  if (kind.isHeader) return { start, end: endOfHeader(text, start, kind.quote) };
  return { start, end: endOfWord(text, start) };
}

const ENCODED_END = /%2[26c]|%3b|[\s"'&<>]/i;

function endOfEncoded(text: string, from: number): number {
  const length = text.slice(from).search(ENCODED_END);
  return length < 0 ? text.length : from + length;
}

/** The text of an element, without the white space around it. */
function elementText(text: string, from: number): Span {
  let start = from;
  let end = indexOr(text, "<", from);
  while (start < end && /\s/.test(text.charAt(start))) start++;
  while (end > start && /\s/.test(text.charAt(end - 1))) end--;
  return { start, end };
}

/** `|` or `>` and the lines below that are indented: a block scalar (YAML 1.2, section 8.1). */
const BLOCK_SCALAR = /^[|>][+-]?[ \t]*\r?\n([ \t]+)(?=\S)/;

function blockScalar(text: string, from: number): Span | undefined {
  const sign = text[from];
  if (sign !== "|" && sign !== ">") return undefined;
  const head = BLOCK_SCALAR.exec(text.slice(from, from + 200));
  if (head === null) return undefined;
  const [opening, indent = ""] = head;
  const start = from + opening.length;
  let end = endOfLine(text, start);
  while (text[end] === "\n" && text.startsWith(indent, end + 1)) end = endOfLine(text, end + 1);
  return { start, end };
}

/** `["value"]`: the first item of a list of texts. */
function firstOf(text: string, at: number): number {
  let next = at + 1;
  while (next < text.length && next - at < 8 && /\s/.test(text.charAt(next))) next++;
  return QUOTES.includes(text.charAt(next)) || text[next] === "\\" ? next : at;
}

const NEXT_ITEM = /^["'`]\s{0,16},\s{0,16}(?=["'`])/;

/** `"a", "b"]`: the end of the last item of a list of texts. */
function endOfList(text: string, firstEnd: number, quote: string): number {
  let end = firstEnd;
  for (;;) {
    const gap = NEXT_ITEM.exec(text.slice(end, end + 40))?.[0].length;
    if (gap === undefined || text[end + gap] !== quote) return end;
    end = endOfQuoted(text, end + gap + 1, quote);
  }
}

function endOfQuoted(text: string, from: number, quote: string): number {
  for (let at = from; at < text.length; at++) {
    const character = text[at];
    if (character === "\\") at++;
    else if (character === quote) return at;
  }
  return text.length;
}

/** A header's line, or what is left of the text in quotes that it stands in. */
function endOfHeader(text: string, from: number, quote: string): number {
  let at = from;
  while (at < text.length && !"\r\n".includes(text.charAt(at))) {
    const character = text.charAt(at);
    if (character === "\\" && "nr".includes(text.charAt(at + 1))) return at;
    const isEscaped = character === "\\";
    if (QUOTES.includes(isEscaped ? text.charAt(at + 1) : character)) {
      const here = isEscaped ? text.slice(at, at + 2) : character;
      if (here === quote) return at;
      // A parameter's own quotes: `Digest username="…", response="…"`.
      if (text[at - 1] !== "=") return at;
      const close = text.indexOf(here, at + here.length);
      at = close < 0 ? text.length : close + here.length;
    } else at++;
  }
  return at;
}

function endOfLine(text: string, from: number): number {
  let at = from;
  while (at < text.length && !"\r\n\"'`".includes(text.charAt(at))) {
    if (text[at] === "\\" && "nr\"'".includes(text.charAt(at + 1))) break;
    at++;
  }
  return at;
}

function endOfWord(text: string, from: number): number {
  let at = from;
  while (at < text.length && !WORD_ENDS.test(text.charAt(at))) {
    if (text[at] === "," && /^,[A-Za-z_][\w.-]{0,40}[=:]/.test(text.slice(at, at + 44))) break;
    at++;
  }
  while (at > from && /[,)}\].:]/.test(text.charAt(at - 1))) at--;
  return at;
}

function indexOr(text: string, searched: string, from: number): number {
  const at = text.indexOf(searched, from);
  return at < 0 ? text.length : at;
}
