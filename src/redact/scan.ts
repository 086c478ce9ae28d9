/**
 * Redacts one text with every detector that can hit it.
 *
 * One pass over the text finds out which detectors are worth running; most texts need none.
 */
import { assignedSecrets, type Finding } from "./assigned.ts";
import { likelySecrets } from "./likely-secret.ts";
import { kubernetesSecrets } from "./kubernetes-secret.ts";
import { partsOf } from "./kept-parts.ts";
import { HAS_WORD_NOTATION, otherNotations } from "./other-notations.ts";
import type { Span } from "./assigned-value.ts";
import { DETECTORS, type Detector } from "./detectors.ts";
import type { RedactionAction } from "./policy-schema.ts";
import type { SpecialVerdicts, Verdict } from "./verdict.ts";
import { MASK } from "./mask.ts";
import { TOKEN_FAMILIES } from "./token-shapes.ts";
import {
  ALWAYS,
  AT,
  bitsOf,
  DIGITS,
  FEATURE_BITS,
  LONG,
  QUOTE,
  SEPARATOR,
  SPACE,
} from "./text-features.ts";

/** A text without its secrets, and which rules hit. */
export interface RedactedText {
  readonly text: string;
  readonly rules: readonly string[];
  /** A rule says that the whole text has to go. */
  readonly isDropped: boolean;
}

/** What becomes of what was found. */
export type Replace = (action: RedactionAction, field: string, value: string) => string;

/** A pattern of a policy. */
export interface ValueRule {
  /** Stands in `audit.redaction.rules`. */
  readonly rule: string;
  readonly action: RedactionAction;
  /** Places of all matches, from left to right, without overlap. */
  readonly find: (text: string) => readonly Span[];
}

/** What a scanner is told. */
export interface ScannerRules {
  /** What becomes of what a built-in detector finds; `keep` switches it off. */
  readonly actionOf: (detector: Detector) => RedactionAction;
  readonly values: readonly ValueRule[];
  /** The rule on names that a name found in text falls under. */
  readonly verdictOf: (name: string) => Verdict | undefined;
  readonly replace: Replace;
  readonly special: SpecialVerdicts;
}

/** Redacts a text; `field` is the name of what holds it, for pseudonyms. */
export type Scan = (text: string, field: string) => RedactedText;

const NO_RULES: readonly string[] = [];

interface Compiled {
  readonly detector: Detector;
  readonly action: RedactionAction;
  readonly pattern: RegExp;
  /** Bits that a text must have. */
  readonly needs: number;
  /** One of the shapes in {@link ANY_MARK}. */
  readonly isMarked: boolean;
}

const MARKED = TOKEN_FAMILIES.filter(({ literal }) => literal === undefined);
const MARKED_NAMES: ReadonlySet<string> = new Set(MARKED.map(({ name }) => name));
/** All shapes that start with a mark: one expression says of most texts that none is there. */
const ANY_MARK = new RegExp(`\\b(?:${MARKED.flatMap(({ shapes }) => shapes).join("|")})`);

/** A JavaScript expression for RE2 text. */
export function regExpOf(re2: string): RegExp {
  return re2.startsWith("(?i)") ? new RegExp(re2.slice(4), "gi") : new RegExp(re2, "g");
}

/** Makes a scanner: patterns are compiled once. */
export function createScanner(rules: ScannerRules): Scan {
  const compiled = DETECTORS.map((detector): Compiled => ({
    detector,
    action: rules.actionOf(detector),
    pattern: regExpOf(detector.re2),
    needs: detector.needs.reduce((bits, feature) => bits | FEATURE_BITS[feature], 0),
    isMarked: MARKED_NAMES.has(detector.name),
  })).filter(({ action }) => action !== "keep");
  // Personal numbers are looked for last, in what the other detectors left.
  const beforeNames = compiled.filter((each) => !isPersonal(each.detector));
  const afterNames = compiled.filter((each) => isPersonal(each.detector));
  const hasOptional = afterNames.some(({ detector }) => detector.isOptional === true);
  const kept = rules.values.filter(({ action }) => action === "keep");
  const valueRules = rules.values.filter(({ action }) => action !== "keep");

  /** What a text needs to have for anything to be looked for in it. */
  const needed =
    hasOptional || valueRules.length > 0 ? ALWAYS : LONG | SEPARATOR | SPACE | AT | DIGITS | QUOTE;

  function scanPart(part: string, bits: number, field: string, found: string[]): Work {
    const work: Work = {
      text: part,
      field,
      rules: found,
      replace: rules.replace,
      isDropped: false,
    };
    for (const rule of valueRules) maskValues(work, rule);
    if (bits & SEPARATOR)
      maskFindings(work, kubernetesSecrets(work.text, rules.special.kubernetesSecret));
    if (bits & (LONG | SPACE | AT)) runAll(work, beforeNames, bits);
    if (bits & SEPARATOR || (bits & SPACE && (part.includes(" -") || part.startsWith("-")))) {
      maskFindings(work, assignedSecrets(work.text, rules.verdictOf));
    }
    if (bits & QUOTE || (bits & SPACE && HAS_WORD_NOTATION.test(work.text))) {
      maskFindings(work, otherNotations(work.text, rules.verdictOf));
    }
    if (bits & LONG)
      maskFindings(work, likelySecrets(work.text, rules.verdictOf, rules.special.likely));
    if (bits & (DIGITS | AT) || hasOptional) runAll(work, afterNames, bits);
    return work;
  }

  return (text, field) => {
    const bits = bitsOf(text);
    if ((bits & needed) === 0) return { text, rules: NO_RULES, isDropped: false };
    const found: string[] = [];
    if (kept.length === 0) return scanPart(text, bits, field, found);
    // A name says more of a value than a pattern that keeps: it is read in the whole text.
    const named: Work = { text, field, rules: found, replace: rules.replace, isDropped: false };
    maskFindings(named, assignedSecrets(text, rules.verdictOf));
    if (named.isDropped) return named;
    let output = "";
    for (const { part, isKept } of partsOf(named.text, kept)) {
      const scanned = isKept ? undefined : scanPart(part, bitsOf(part), field, found);
      if (scanned?.isDropped === true) return scanned;
      output += scanned?.text ?? part;
    }
    return { text: output, rules: found, isDropped: false };
  };
}

/** A text while it is being scanned. */
interface Work {
  text: string;
  isDropped: boolean;
  readonly field: string;
  readonly rules: string[];
  readonly replace: Replace;
}

/** Puts something else in the place of spans. */
function replaceSpans(
  work: Work,
  spans: readonly Span[],
  rule: string,
  action: RedactionAction,
): void {
  if (spans.length === 0) return;
  work.rules.push(rule);
  if (action === "drop") {
    work.isDropped = true;
    return;
  }
  const { text } = work;
  let output = "";
  let written = 0;
  for (const { start, end } of spans) {
    output += text.slice(written, start) + work.replace(action, work.field, text.slice(start, end));
    written = end;
  }
  work.text = output + text.slice(written);
}

function maskValues(work: Work, { rule, action, find }: ValueRule): void {
  const spans = find(work.text).filter(({ start, end }) => work.text.slice(start, end) !== MASK);
  replaceSpans(work, spans, rule, action);
}

const CARD_DETECTOR = DETECTORS.find(({ name }) => name === "payment_card");
const CARD_PATTERN = CARD_DETECTOR === undefined ? undefined : regExpOf(CARD_DETECTOR.re2);

/** Whether a number is one of a payment card. */
export function isCardNumber(number: number): boolean {
  if (!Number.isInteger(number) || number < 1e11) return false;
  if (CARD_DETECTOR === undefined || CARD_PATTERN === undefined) return false;
  return spansOf(String(number), CARD_DETECTOR, CARD_PATTERN).length > 0;
}

function isPersonal(detector: Detector): boolean {
  return (
    detector.needs.includes("digits") || detector.name === "email" || detector.isOptional === true
  );
}

function runAll(work: Work, some: readonly Compiled[], bits: number): void {
  let hasMark: boolean | undefined;
  for (const { detector, pattern, needs, action, isMarked } of some) {
    if ((bits & needs) !== needs) continue;
    if (isMarked && !(hasMark ??= ANY_MARK.test(work.text))) continue;
    if (detector.literal !== undefined && !work.text.includes(detector.literal)) continue;
    replaceSpans(work, spansOf(work.text, detector, pattern), detector.name, action);
  }
}

function spansOf(text: string, detector: Detector, pattern: RegExp): readonly Span[] {
  const spans: Span[] = [];
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
    const end = start + secret.length;
    spans.push({ start, end });
    pattern.lastIndex = end;
  }
  return spans;
}

/** Each rule has its own way with what it finds: one pass for all of them. */
function maskFindings(work: Work, findings: readonly Finding[]): void {
  if (findings.length === 0) return;
  const { text } = work;
  let output = "";
  let written = 0;
  for (const { start, end, verdict, name } of findings) {
    work.rules.push(verdict.rule);
    if (verdict.action === "drop") {
      work.isDropped = true;
      return;
    }
    output +=
      text.slice(written, start) + work.replace(verdict.action, name, text.slice(start, end));
    written = end;
  }
  work.text = output + text.slice(written);
}
