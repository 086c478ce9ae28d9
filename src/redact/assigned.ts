/**
 * Reads names inside text: `password=…`, `"token": "…"`, `--api-key …`, `<secret>…</secret>`.
 *
 * In: any text. Out: the places of values whose name says that they are secret. It looks at each
 * separator, reads the name on its left, asks the rules on names, and only then reads the value.
 */
import { isHeaderRule, skipToValue, valueAt } from "./assigned-value.ts";
import type { Verdict } from "./verdict.ts";

/** A piece of a text, the name that gives it away, and what that name says. */
export interface Finding {
  readonly start: number;
  readonly end: number;
  readonly name: string;
  readonly verdict: Verdict;
}

type VerdictOf = (name: string) => Verdict | undefined;

/** Names are read this far to the left: longer ones are not names. */
const MAX_NAME = 96;
/** White space that may stand between a name, its separator and its value. */
const MAX_GAP = 8;

/** Every value in a text that its name gives away, from left to right, without overlap. */
export function assignedSecrets(text: string, verdictOf: VerdictOf): readonly Finding[] {
  const found: Finding[] = [];
  let from = 0;
  for (let at = nextSeparator(text, 0); at >= 0; at = nextSeparator(text, Math.max(at + 1, from))) {
    const name = nameBefore(text, at);
    const verdict = name === undefined ? undefined : verdictOfName(text, name, verdictOf);
    if (verdict === undefined || name === undefined || verdict.action === "keep") continue;
    const start = skipToValue(text, name.separatorEnd, MAX_GAP);
    const kind = {
      isHeader: isHeaderRule(verdict.rule),
      isElement: name.isElement,
      isEncoded: name.isEncoded === true,
      quote: quoteBefore(text, name.start),
      name: text.slice(name.start, name.end),
    };
    const value = valueAt(text, start, kind, (word) => verdictOf(word) !== undefined);
    if (value === undefined) continue;
    found.push({ ...value, name: text.slice(name.start, name.end), verdict });
    from = value.end;
  }
  return found;
}

interface Name {
  readonly start: number;
  readonly end: number;
  /** Where the separator ends. */
  readonly separatorEnd: number;
  /** The name of an XML element. */
  readonly isElement: boolean;
  /** Its value is percent-encoded too. */
  readonly isEncoded?: boolean;
}

const PERCENT = 0x25;
const COMMA = 0x2c;
const DASH = 0x2d;
const MORE_THAN = 0x3e;

/** What a character can be: part of a name, a separator, a quote after a name, white space between. */
const NAME = 1;
const LETTER = 2;
const SEPARATOR = 4;
const QUOTE = 8;
const OPERATOR = 16;
const BLANK = 32;
const kinds = new Uint8Array(128);
mark("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", NAME | LETTER);
mark("0123456789_.-$", NAME);
mark("=:>,-%", SEPARATOR);
mark("\"'`]\\", QUOTE);
mark(":?.+=!|~", OPERATOR);
mark(" \t", BLANK);

function mark(characters: string, kind: number): void {
  for (const character of characters) {
    const code = character.charCodeAt(0);
    kinds[code] = (kinds[code] ?? 0) | kind;
  }
}

function isKind(text: string, at: number, kind: number): boolean {
  const code = text.charCodeAt(at);
  const isLatin = code >= FIRST_LATIN && code <= LAST_LATIN;
  return ((isLatin ? NAME | LETTER : (kinds[code] ?? 0)) & kind) !== 0;
}

/** Letters with marks: names are written in other languages too. */
const FIRST_LATIN = 0xc0;
const LAST_LATIN = 0x24f;

/** The next place where a name may end: `=`, `:`, `>` of an element, `,` after a quote, `--`. */
function nextSeparator(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (((kinds[code] ?? 0) & SEPARATOR) === 0) continue;
    if (code === PERCENT && !/^3[ad]$/i.test(text.slice(at + 1, at + 3))) continue;
    if (code === COMMA && !isKind(text, at - 1, QUOTE)) continue;
    if (code === MORE_THAN && !isKind(text, at - 1, NAME)) continue;
    if (code === DASH && !isFlag(text, at)) continue;
    return at;
  }
  return -1;
}

function quoteBefore(text: string, at: number): string {
  if (at === 0 || !"\"'`".includes(text.charAt(at - 1))) return "";
  return text.slice(text[at - 2] === "\\" ? at - 2 : at - 1, at);
}

function nameBefore(text: string, at: number): Name | undefined {
  const code = text.charCodeAt(at);
  if (code === DASH) return flagAt(text, at);
  if (code === PERCENT) return encodedName(text, at);
  // `:=`, `::=`, `?=`, `.=`, `=>` and the like are one separator.
  const operator = skipBack(text, at, OPERATOR);
  const quote = skipBack(text, operator, BLANK);
  const end = skipIndex(text, skipBack(text, quote, QUOTE));
  let start = end;
  let hasLetter = false;
  while (end - start < MAX_NAME && isKind(text, start - 1, NAME)) {
    start--;
    hasLetter ||= isKind(text, start, LETTER);
  }
  if (!hasLetter) return undefined;
  const isElement = code === MORE_THAN;
  if (isElement && text[skipPrefix(text, start) - 1] !== "<") return undefined;
  if (code === COMMA && !isCall(text, start)) return undefined;
  return { start, end, separatorEnd: at + 1, isElement };
}

/** `<wsse:name>`: the place before the prefix of an element's name. */
function skipPrefix(text: string, start: number): number {
  if (text[start - 1] !== ":") return start;
  let at = start - 1;
  while (start - at < MAX_NAME && isKind(text, at - 1, NAME)) at--;
  return at;
}

/** `char name[32]`, `name[]`, `name[0]`: the place before the brackets. */
function skipIndex(text: string, end: number): number {
  if (text[end] !== "]") return end;
  let at = end;
  while (end - at < MAX_GAP && isDigit(text.charCodeAt(at - 1))) at--;
  return text[at - 1] === "[" ? at - 1 : end;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

/** `setProperty("NAME", "value")`, `putenv('NAME', …)`, `["NAME", "value"]`: a quoted name after a bracket. */
function isCall(text: string, start: number): boolean {
  const open = skipBack(text, start, QUOTE);
  return open < start && (text[open - 1] === "(" || text[open - 1] === "[");
}

/** `--name`, or `-name` after a blank. */
function isFlag(text: string, at: number): boolean {
  if (isKind(text, at - 1, NAME)) return false;
  return (
    text.charCodeAt(at + 1) === DASH ||
    (isKind(text, at - 1, BLANK) && isKind(text, at + 1, LETTER))
  );
}

/** `--name value`, `-name value`; `--name=value` ends in a separator of its own. */
function flagAt(text: string, at: number): Name | undefined {
  const start = text.charCodeAt(at + 1) === DASH ? at + 2 : at + 1;
  let end = start;
  while (end - start < MAX_NAME && isKind(text, end, NAME)) end++;
  return end > start && text[end] === " "
    ? { start, end, separatorEnd: end, isElement: false }
    : undefined;
}

/** `token%3Dx`, `%22token%22%3A%22x%22`: percent-encoded (RFC 3986, section 2.1). */
function encodedName(text: string, at: number): Name | undefined {
  const end = text.slice(at - 3, at) === "%22" ? at - 3 : at;
  let start = end;
  while (end - start < MAX_NAME && isKind(text, start - 1, NAME)) start--;
  const quote = text.slice(at + 3, at + 6) === "%22" ? 3 : 0;
  return start === end
    ? undefined
    : { start, end, separatorEnd: at + 3 + quote, isElement: false, isEncoded: true };
}

function skipBack(text: string, from: number, kind: number): number {
  let at = from;
  while (from - at < MAX_GAP && isKind(text, at - 1, kind)) at--;
  return at;
}

function verdictOfName(text: string, name: Name, verdictOf: VerdictOf): Verdict | undefined {
  const own = text.slice(name.start, name.end);
  const verdict = verdictOf(own);
  if (verdict !== undefined) return verdict;
  // `API key: …`, `string password = …`: two words, the telling one first or together.
  if (text[name.start - 1] !== " ") return undefined;
  if (!TYPE_NAMES.has(own) && !SECOND_WORDS.test(own)) return undefined;
  const blank = skipBack(text, name.start, BLANK);
  // `token: string = "…"` in TypeScript and Kotlin.
  const end = TYPE_NAMES.has(own) && text[blank - 1] === ":" ? blank - 1 : blank;
  let start = end;
  while (end - start < MAX_NAME && isKind(text, start - 1, NAME)) start--;
  if (start === end) return undefined;
  const before = text.slice(start, end);
  return verdictOf(TYPE_NAMES.has(own) ? before : `${before}_${own}`);
}

/** `gcpToken string = "…"` in Go, `token str = …`. */
const TYPE_NAMES: ReadonlySet<string> = new Set([
  "string",
  "str",
  "String",
  "text",
  "varchar",
  "char",
]);
const SECOND_WORDS = /^(?:keys?|code|phrase|string|number)$/i;
