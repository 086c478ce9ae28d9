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

const CLASS_RUN = 1;
const CLASS_DIGIT = 2;
const CLASS_SEPARATOR = 4;
const classes = new Uint8Array(128);
for (let code = 0; code < 128; code++) {
  const character = String.fromCharCode(code);
  if (/[A-Za-z0-9_\-+/]/.test(character)) classes[code] = CLASS_RUN;
  if (/[0-9]/.test(character)) classes[code] = CLASS_RUN | CLASS_DIGIT;
  if (/[=:>,]/.test(character)) classes[code] = CLASS_SEPARATOR;
}

interface Compiled {
  readonly detector: Detector;
  readonly pattern: RegExp;
}

const compiled: readonly Compiled[] = DETECTORS.map((detector) => ({
  detector,
  pattern: regExpOf(detector.re2),
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
  const features = featuresOf(text);
  const rules: string[] = [];
  let current = runAll(text, beforeNames, features, rules);
  if (features.has("separator")) current = maskAssigned(current, rules);
  current = runAll(current, afterNames, features, rules);
  return { text: current, rules };
}

/** Whether a number is one of a payment card. */
export function isCardNumber(number: number): boolean {
  if (!Number.isInteger(number) || number < 1e11) return false;
  const text = String(number);
  return runAll(text, cardOnly, DIGITS_ONLY, []) !== text;
}

type Features = ReadonlySet<Feature | "separator">;
const DIGITS_ONLY: Features = new Set(["digits"]);

function isPersonal(detector: Detector): boolean {
  return detector.needs === "digits" || detector.name === "email";
}

function featuresOf(text: string): Features {
  let run = 0;
  let longest = 0;
  let digits = 0;
  let separators = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    const kind = code < 128 ? (classes[code] ?? 0) : 0;
    run = kind & CLASS_RUN ? run + 1 : 0;
    if (run > longest) longest = run;
    digits += (kind & CLASS_DIGIT) >> 1;
    separators |= kind & CLASS_SEPARATOR;
  }
  const features = new Set<Feature | "separator">();
  if (longest >= LONG_RUN) features.add("longRun");
  if (digits >= MANY_DIGITS) features.add("digits");
  if (separators !== 0 || text.includes("--")) features.add("separator");
  if (text.includes(" ")) features.add("space");
  return features;
}

function isWorthRunning(detector: Detector, text: string, features: Features): boolean {
  return (
    (detector.needs === undefined || features.has(detector.needs)) &&
    (detector.literals === undefined || detector.literals.some((literal) => text.includes(literal)))
  );
}

function runAll(text: string, some: readonly Compiled[], features: Features, rules: string[]): string {
  let current = text;
  for (const { detector, pattern } of some) {
    if (!isWorthRunning(detector, current, features)) continue;
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
