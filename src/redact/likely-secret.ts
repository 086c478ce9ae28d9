/**
 * Values that look made up by a machine, right behind a name that is one of secrets: `ENV TOKEN x7f…`,
 * `setToken("x7f…")`, `env.TOKEN || "x7f…"`, `token<TAB>x7f…`.
 *
 * In: any text. Out: their places. Such a value needs no separator to be one; because its looks are
 * asked for too, prose about tokens stays.
 */
import type { Finding } from "./assigned.ts";
import type { Verdict } from "./verdict.ts";

/** Shorter values are words too often. */
const MIN_LENGTH = 16;
/** What may stand between a name and its value: blanks, quotes, brackets, operators. */
const BETWEEN = new Set(" \t\"'`\\([{=:>|?-,");
const MAX_BETWEEN = 12;
const MAX_NAME = 96;
const RUN = /[A-Za-z0-9][A-Za-z0-9_+/=.~-]{15,511}/g;
const NAME_CHARACTER = /[A-Za-z0-9_.$-]/;
/** `DEPLOY_KEY`, `mapboxKey`, `SONAR_LOGIN`: often a secret, often not; only with such a value. */
const WEAK_NAME =
  /(?:[_.-]|^[A-Z_]*)(?:key|KEY|login|LOGIN|api|API|access|ACCESS)$|[a-z0-9](?:Key|Login|Api|Access)$|^(?:api|access|key|code)$/;
/** Names of sessions and signatures: their values may be hexadecimal, or a UUID. */
const SESSION_NAME =
  /(?:^|[_.-])(?:sid|session|session[_-]id|signature|secret[_.-]?id|role[_.-]?id|nonce[_.-]?key|accessor)$|[a-z](?:Signature|SessionId)$/i;
const MIN_SESSION_LENGTH = 16;
/** Keys of maps, tables, caches and keyboards. */
const HARMLESS_KEY =
  /(?:public|primary|foreign|cache|partition|sort|row|hash|idempotency|object|s3|map|dict|group|routing|lookup|translation|issue|project|storage|bucket|unique|candidate|composite|surrogate|natural|index|dedup|dedupe|blob|message|record|trace|span|sample|file|path|redis|lock|metric|label|tag|host|known_hosts|page|cursor|next|shard|range|key)[_.-]?key$/i;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/** Bits per character: English words have about 3, random letters and digits 4 and more. */
const MIN_ENTROPY = 3.2;
/** Of a weak name's value more is asked. */
const MIN_WEAK_ENTROPY = 3.5;
const MIN_WEAK_LENGTH = 20;

/** Whether a value under a weak name is likely to be a secret. */
export function isLikelySecret(name: string, value: string): boolean {
  if (value.length < MIN_SESSION_LENGTH) return false;
  if (SESSION_NAME.test(name)) return isOpaque(value);
  return (
    value.length >= MIN_WEAK_LENGTH &&
    WEAK_NAME.test(name) &&
    !HARMLESS_KEY.test(name) &&
    !UUID.test(value) &&
    !/^[0-9a-f]+$/i.test(value) &&
    looksRandom(value, MIN_WEAK_ENTROPY)
  );
}

/** One word of letters and digits, as only machines write it. */
function isOpaque(value: string): boolean {
  return /^[A-Za-z0-9+/=_.%:-]{16,512}$/.test(value) && looksRandom(value, MIN_ENTROPY);
}

/** All such values in a text, from left to right, without overlap. */
export function likelySecrets(
  text: string,
  verdictOf: (name: string) => Verdict | undefined,
  likely: Verdict,
): readonly Finding[] {
  const found: Finding[] = [];
  RUN.lastIndex = 0;
  for (let match = RUN.exec(text); match !== null; match = RUN.exec(text)) {
    // `name=value` is one run: base64 ends in the same sign.
    const equals = match[0].search(/=[^=]/);
    const start = match.index + equals + 1;
    const name = equals > 0 ? match[0].slice(0, equals) : nameBefore(text, match.index);
    if (name === undefined) continue;
    // `code=…` of OAuth (RFC 6749, section 4.1.2); elsewhere a code is no secret.
    if (name === "code" && text[start - 1] !== "=") continue;
    const value = match[0].slice(equals + 1).replace(/[.~-]+$/, "");
    if (value.length < MIN_LENGTH || !looksRandom(value, MIN_ENTROPY)) continue;
    const strong = verdictOf(name);
    const verdict = strong ?? (isLikelySecret(name, value) ? likely : undefined);
    if (verdict === undefined || verdict.action === "keep") continue;
    found.push({ start, end: start + value.length, name, verdict });
  }
  return found;
}

/** The word that stands right before a place, past blanks, quotes, brackets and operators. */
function nameBefore(text: string, from: number): string | undefined {
  let end = from;
  while (from - end < MAX_BETWEEN && BETWEEN.has(text.charAt(end - 1))) end--;
  if (end === from) return undefined;
  let start = end;
  while (end - start < MAX_NAME && NAME_CHARACTER.test(text.charAt(start - 1))) start--;
  return start === end ? undefined : text.slice(start, end);
}

/** Letters and digits in a mixture that no word, path, version, date or host name has. */
function looksRandom(value: string, minEntropy: number): boolean {
  if (!/[0-9]/.test(value) || !/[A-Za-z]/.test(value)) return false;
  if (/^\d{4}-\d{2}-\d{2}/.test(value)) return false;
  const parts = value.split(/[./]/);
  // Host names, versions and paths are made of short parts.
  if (parts.length > 1 && parts.every((part) => part.length < MIN_LENGTH)) return false;
  const words = value.split(/[^A-Za-z0-9]+/);
  // `name-of-some-thing-2`: words with a number at the end.
  if (words.length > 2 && words.every((word) => /^[A-Za-z]+[0-9]{0,3}$|^[0-9]{1,4}$/.test(word))) {
    return false;
  }
  return entropyOf(value) >= minEntropy;
}

/** Shannon entropy, bits per character. */
function entropyOf(value: string): number {
  const counts = new Map<string, number>();
  for (const character of value) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) {
    bits -= (count / value.length) * Math.log2(count / value.length);
  }
  return bits;
}
