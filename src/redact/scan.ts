/**
 * Redacts one text with every detector that can hit it.
 *
 * One pass over the text finds out which detectors are worth running; most texts need none.
 */
import { assignedSecrets } from "./assigned.ts";
import { DETECTORS, type Detector, type Feature } from "./detectors.ts";
import { MASK } from "./mask.ts";

/** A text without its secrets, and which rules hit. */
export interface RedactedText {
  readonly text: string;
  readonly rules: readonly string[];
}

/** No credential with a mark of its own is shorter. */
const LONG_RUN = 14;
/** No personal number has fewer digits. */
const MANY_DIGITS = 8;

/** What a character, or a text, has: bits, because every text of every record is asked. */
const RUN = 1;
const DIGIT = 2;
const SEPARATOR = 4;
const SPACE = 8;
const AT = 16;
const COLON = 32;
const LONG = 64;
const DIGITS = 128;
const FEATURE_BITS: Readonly<Record<Feature, number>> = {
  longRun: LONG,
  digits: DIGITS,
  space: SPACE,
  at: AT,
  colon: COLON,
};

const bitsOfCode = new Uint8Array(128);
for (let code = 0; code < bitsOfCode.length; code++) {
  const character = String.fromCharCode(code);
  bitsOfCode[code] =
    (/[A-Za-z0-9_\-+/]/.test(character) ? RUN : 0) |
    (/[0-9]/.test(character) ? DIGIT : 0) |
    (/[=:>,]/.test(character) ? SEPARATOR : 0) |
    (character === " " || character === "\t" ? SPACE : 0) |
    (character === "@" ? AT : 0) |
    (character === ":" ? COLON : 0);
}

interface Compiled {
  readonly detector: Detector;
  readonly pattern: RegExp;
  /** Bits that a text must have. */
  readonly needs: number;
}

const compiled: readonly Compiled[] = DETECTORS.map((detector) => ({
  detector,
  pattern: regExpOf(detector.re2),
  needs: detector.needs.reduce((bits, feature) => bits | FEATURE_BITS[feature], 0),
}));
/** Personal numbers are looked for last, in what the other detectors left. */
const beforeNames = compiled.filter((each) => !isPersonal(each.detector));
const afterNames = compiled.filter((each) => isPersonal(each.detector));
const cardOnly = compiled.filter((each) => each.detector.name === "payment_card");

/** A JavaScript expression for RE2 text. */
export function regExpOf(re2: string): RegExp {
  return re2.startsWith("(?i)") ? new RegExp(re2.slice(4), "gi") : new RegExp(re2, "g");
}

/** Masks every secret in a text. */
export function scanText(text: string): RedactedText {
  const bits = bitsOf(text);
  const rules: string[] = [];
  let current = text;
  if (bits & (LONG | SPACE | AT)) current = runAll(current, beforeNames, bits, rules);
  if (bits & SEPARATOR || (bits & SPACE && text.includes("--")))
    current = maskAssigned(current, rules);
  if (bits & (DIGITS | AT)) current = runAll(current, afterNames, bits, rules);
  return { text: current, rules };
}

/** Whether a number is one of a payment card. */
export function isCardNumber(number: number): boolean {
  if (!Number.isInteger(number) || number < 1e11) return false;
  const text = String(number);
  return runAll(text, cardOnly, DIGITS, []) !== text;
}

function isPersonal(detector: Detector): boolean {
  return detector.needs.includes("digits") || detector.name === "email";
}

function bitsOf(text: string): number {
  let bits = 0;
  let run = 0;
  let longest = 0;
  let digits = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    const kind = code < 128 ? (bitsOfCode[code] ?? 0) : 0;
    bits |= kind;
    if ((kind & RUN) === 0) run = 0;
    else if (++run > longest) longest = run;
    digits += (kind & DIGIT) >> 1;
  }
  return bits | (longest >= LONG_RUN ? LONG : 0) | (digits >= MANY_DIGITS ? DIGITS : 0);
}

function runAll(text: string, some: readonly Compiled[], bits: number, rules: string[]): string {
  let current = text;
  for (const { detector, pattern, needs } of some) {
    if ((bits & needs) !== needs) continue;
    if (detector.literal !== undefined && !current.includes(detector.literal)) continue;
    const masked = maskMatches(current, detector, pattern);
    if (masked === current) continue;
    rules.push(detector.name);
    current = masked;
  }
  return current;
}

function maskMatches(text: string, detector: Detector, pattern: RegExp): string {
  let output = "";
  let written = 0;
  pattern.lastIndex = 0;
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    const kept = detector.mask === "between" ? (match[1] ?? "") : "";
    const after = detector.mask === "between" ? (match[2] ?? "") : "";
    const start = match.index + kept.length;
    const candidate = text.slice(start, match.index + match[0].length - after.length);
    const secret = detector.secretIn === undefined ? candidate : detector.secretIn(candidate);
    if (secret === undefined || secret === "") {
      if (detector.retries === true) pattern.lastIndex = match.index + 1;
      continue;
    }
    output += text.slice(written, start) + MASK;
    written = start + secret.length;
    pattern.lastIndex = written;
  }
  return written === 0 ? text : output + text.slice(written);
}

function maskAssigned(text: string, rules: string[]): string {
  const findings = assignedSecrets(text);
  if (findings.length === 0) return text;
  let output = "";
  let written = 0;
  for (const { start, end, rule } of findings) {
    output += text.slice(written, start) + MASK;
    written = end;
    rules.push(rule);
  }
  return output + text.slice(written);
}
