/**
 * The built-in rules for the Collector's redaction processor.
 *
 * In: the detectors and rules on names of this room. Out: lists for its configuration. Promise:
 * what the process masks by pattern the Collector masks too; where the process verifies or keeps
 * a part readable, the Collector masks more.
 */
import { KEPT_ATTRIBUTES, KEY_RULE_EXEMPT } from "../event/index.ts";
import { isHeaderRule } from "./assigned-value.ts";
import { DETECTORS } from "./detectors.ts";
import { KEY_RULES, type KeyRule, keyPattern } from "./key-names.ts";

/** Settings of the Collector's redaction processor, under its own names. */
export interface CollectorRedactionRules {
  /** Exact names of attributes that no rule may touch. */
  readonly ignored_keys: readonly string[];
  /** RE2 texts: the whole value under such a name is masked. */
  readonly blocked_key_patterns: readonly string[];
  /** RE2 texts: the part of a value that matches is masked. */
  readonly blocked_values: readonly string[];
}

/** The built-in rules as the Collector's redaction processor takes them. */
export function collectorRedactionRules(): CollectorRedactionRules {
  return {
    ignored_keys: [...KEPT_ATTRIBUTES, ...KEY_RULE_EXEMPT],
    blocked_key_patterns: KEY_RULES.map(keyPattern),
    blocked_values: [
      ...DETECTORS.filter(({ isOptional }) => isOptional !== true).map(
        (detector) => detector.collectorRe2 ?? detector.re2,
      ),
      ...KEY_RULES.map((rule) => assignedPattern(rule)),
    ],
  };
}

const QUOTE = "[\"'`]";
const IN_QUOTES = "[^\"'`]";
const IN_WORD = "[^\\s\"'`&;<>\\\\|]";

/** A name, a separator and a value in one pattern; a value that is masked already does not match. */
function assignedPattern(rule: KeyRule): string {
  const separator =
    "(?:\\\\?[\"'`]?\\]?[ \\t]{0,4}(?:[:?.+]{0,3}=>?|:)[ \\t]{0,4}|[\"'][ \\t]{1,8}value=)";
  const quoted = `\\\\?${QUOTE}${unmasked("[^\"'`*]", IN_QUOTES)}${IN_QUOTES}*`;
  const bare = isHeaderRule(rule.name)
    ? `${unmasked("[^\\s\"'`*{\\[]", "[^\\s\"'`,;)}\\]]")}[^\\r\\n"'\`]*`
    : `${unmasked("[^\\s\"'`&;<>\\\\|*{\\[]", "[^\\s\"'`&;<>\\\\|,)}\\]]")}${IN_WORD}*`;
  return `${rule.isCaseSensitive === true ? "" : "(?i)"}(?:${rule.re2})${separator}(?:${quoted}|${bare})`;
}

/** The start of a value that is anything but the mask alone. */
function unmasked(first: string, next: string): string {
  return `(?:${first}|\\*{1,3}${first}|\\*{4}${next})`;
}
