/**
 * Names and their values inside of text, as the Collector's redaction processor is asked for them.
 *
 * In: RE2 texts of names. Out: RE2 texts of a name, what joins it to its value, and the value; all
 * that matches is masked. Promise: a value that is masked already does not match.
 *
 * RE2 cannot look at what stands before or behind a match. So what is no value, a call or a word of
 * prose, is told by the characters it begins with, or not at all.
 */
import type { CollectorNames } from "./collector-names.ts";
import { anyOf, otherThan } from "./word-sets.ts";

/** A text without one of these assigns nothing: no `=`, no `:`, neither of them encoded, no operator, no quote before a comma. */
export const WITHOUT_ASSIGNMENT = "^(?:[^=:\"'|?%]|[\"']+[^=:\"'|?%,])*[\"']*$";

const BLANKS = "[ \\t]{0,4}";
const QUOTE = "\\\\{0,7}[\"'`]";
const ENTITY = "&(?:quot|apos|#34|#39|#x22);";
/** What stands between a name and its value; the longer ones first, or `:` would take a type for a value. */
const SEPARATOR = `(?:${[
  // `token: string = "…"`, `token string = "…"`.
  `:?[ \\t]{1,4}(?:string|str)${BLANKS}=${BLANKS}`,
  // `name=`, `"name": `, `["name"] => `, `name[32] = `.
  `(?:\\[[0-9]{0,8}\\])?(?:${QUOTE})?\\]?${BLANKS}(?:[:?.+]{0,3}={1,3}>?|:)${BLANKS}`,
  `["'][ \\t]{1,8}value=`,
  // Percent-encoded (RFC 3986, section 2.1), and as entities of XML.
  "(?:%22)?%3[ad](?:%22)?",
  `${ENTITY}${BLANKS}[:=]${BLANKS}${ENTITY}`,
].join("|")})`;
/** What joins a name to a value in quotes only: `name || "…"`, `name ?? "…"`. */
const OR_ELSE = `["'\\])]{0,3}${BLANKS}(?:\\|\\||\\?\\?)=?${BLANKS}`;

/** A text literal: `"…"`, `\"…\"`, `@"…"`, `b"…"`; it ends at its own quote. */
const QUOTED = `(?:[@$]|[a-z]{1,2})?(?:${[
  ...['"', "'", "`"].map(
    (quote) => `${quote}${unmasked(`[^${quote}*]`, `[^${quote}\\\\]`)}(?:\\\\.|[^${quote}\\\\])*`,
  ),
  // In JSON in a text no quote inside of it can be told from its end.
  `\\\\{1,7}["'\`]${unmasked("[^\"'`*]", "[^\"'`\\\\]")}[^"'\`]*`,
].join("|")})`;
/** `|` or `>` and the lines below that are indented (YAML 1.2, section 8.1). */
const BLOCK = "[|>][+-]?[ \\t]*\\r?\\n[ \\t]+[^\\s*][^\\n]*(?:\\n[ \\t]+[^\\n]+)*";
/**
 * What stands behind a name and says something of its value. Of the words that the process knows the
 * most frequent: each costs a hundred bytes in each pattern.
 */
const NO_VALUES: readonly string[] =
  "true false null none string is must required missing invalid expired".split(" ");
/** What ends a bare word, and what none begins with. */
const WORD_ENDS = "\\s\"'`&;<>\\\\|";
const HEADER_ENDS = "\\s\"'`";
const HEADER = `${bare(HEADER_ENDS)}[^\\r\\n"'\`]*`;
const WORD = `(?:${bare(WORD_ENDS)}|${dollar()})[^${WORD_ENDS}]*`;

/** A name, a separator and a value in one pattern. */
export function assignedPatterns({
  plain,
  header,
  caseSensitive,
}: CollectorNames): readonly string[] {
  const assigned = (re2: string, value: string): string =>
    `(?:${re2})(?:${SEPARATOR}(?:${QUOTED}|${value}|${BLOCK})|${OR_ELSE}${QUOTED})`;
  return [
    ...plain.map((re2) => `(?i)${assigned(re2, WORD)}`),
    ...header.map((re2) => `(?i)${assigned(re2, HEADER)}`),
    ...caseSensitive.map((re2) => assigned(re2, WORD)),
  ];
}

/** Notations that say where the name begins: one pattern each for all names. */
export function notationPatterns({ whole }: CollectorNames): readonly string[] {
  if (whole === undefined) return [];
  const value = `["'][^"'\\s*]{3,}["']`;
  return [
    // `--name value`
    `(?i)--${whole}[ \\t]{1,4}["']?${unmasked("[^\\s\"'`*$<>{\\[-]", "[^\\s\"'`]")}[^\\s"'\`]*`,
    // `<name>value</name>`
    `(?i)<(?:[a-z0-9]{1,32}:)?${whole}>\\s{0,8}[^\\s<>*$\\{][^<>]*</`,
    // `("name", "value")`, `["name", "value"]`
    `(?i)[(\\[]${BLANKS}["']${whole}["'],${BLANKS}${value}`,
    // `setName("value")`, `.name("value")`
    `(?i)(?:\\bset_?|[.>])${whole}\\(${BLANKS}${value}${BLANKS}\\)`,
    // `ENV NAME value`, `#define NAME "value"`
    `\\b(?:ENV|ARG|define|setx|export|DEFINE)[ \\t]{1,8}(?i:${whole})[ \\t]{1,8}["']?[^\\s"'=$*{][^\\s"']{2,}`,
  ];
}

/** The start of a value that is anything but the mask alone. */
function unmasked(first: string, next: string): string {
  return `(?:${first}|\\*{1,3}${first}|\\*{4}${next})`;
}

/** The start of a bare value that is neither the mask alone nor one of the words that are no value. */
function bare(ends: string): string {
  const word = anyOf(NO_VALUES);
  return (
    `(?:${unmasked(`[^a-z0-9${ends}*{\\[$=]`, `[^${ends},;)}%\\]]`)}|\\*{1,3}[a-z0-9]|` +
    `${otherThan(NO_VALUES)}(?:\\b|_)|${word}[^a-z0-9,.;!?)}\\]${ends}])`
  );
}

/** A value that begins with `$` and is no reference: `$2b$10…` and `$x!y`, but not `$NAME`, `${…}`, `$(…)`, `$1`. */
function dollar(): string {
  const end = "\\s\"'`&;<>\\\\|,.)}\\]";
  return `\\$(?:[0-9]{1,3}[^0-9${end}]|[a-z_][a-z0-9_]*[^a-z0-9_({[${end}]|[^a-z0-9_({${end}])`;
}
