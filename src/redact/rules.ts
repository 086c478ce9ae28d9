/**
 * The rules in force: the built-in ones, and what a policy says over them.
 *
 * In: nothing, or a policy. Out: what is to be done with a name, a text, a number. Promise: time
 * linear in what is read, also with patterns of a policy (RE2).
 */
import { compileRe2, patternOfGlob } from "../lib/re2-pattern.ts";
import type { Detector } from "./detectors.ts";
import { ruleOfKey } from "./key-names.ts";
import { MASK } from "./mask.ts";
import type { KeyPolicy, RedactionAction, RedactionRules, ValuePolicy } from "./policy-schema.ts";
import type { Pseudonyms } from "./pseudonym.ts";
import { createScanner, type Replace, type Scan, type ValueRule } from "./scan.ts";
import { type SpecialVerdicts, specialVerdicts, type Verdict } from "./verdict.ts";

/** Rules that are ready to be asked. */
export interface RuleSet {
  /** What is to be done with the value under a name; undefined: look at the value. */
  readonly verdictOf: (key: string) => Verdict | undefined;
  readonly scan: Scan;
  readonly replace: Replace;
  /** Whether patterns of a policy have to see numbers too. */
  readonly hasValues: boolean;
  /** What becomes of the number of a payment card. */
  readonly cardAction: RedactionAction;
  readonly special: SpecialVerdicts;
}

/** What a policy's rules are compiled with. */
export interface RuleOptions {
  /** Rules by precedence: what is said first wins. */
  readonly layers: readonly {
    readonly rules: RedactionRules;
    readonly path: readonly PropertyKey[];
  }[];
  /** Undefined where no key file is named. */
  readonly pseudonyms: Pseudonyms | undefined;
  /** `file:line:column` of a place in the policy. */
  readonly locate: (path: readonly PropertyKey[]) => string;
}

/** Services use few names; callers who invent them must not fill the memory. */
const MAX_CACHED_KEYS = 4096;
const BUILT_IN: Verdict[] = [];

/** The built-in verdicts are few: the same object for the same rule. */
function masked(rule: string): Verdict {
  const known = BUILT_IN.find((verdict) => verdict.rule === rule);
  if (known !== undefined) return known;
  const verdict: Verdict = { rule, action: "mask" };
  BUILT_IN.push(verdict);
  return verdict;
}

function builtInVerdict(key: string): Verdict | undefined {
  const rule = ruleOfKey(key);
  return rule === undefined ? undefined : masked(rule);
}

const maskAll: Replace = () => MASK;

const MASKED_SPECIALS = specialVerdicts(() => undefined);

/** The built-in rules alone: all that is found is masked. */
export const DEFAULT_RULES: RuleSet = {
  verdictOf: builtInVerdict,
  replace: maskAll,
  cardAction: "mask",
  hasValues: false,
  special: MASKED_SPECIALS,
  scan: createScanner({
    actionOf: defaultAction,
    values: [],
    verdictOf: builtInVerdict,
    replace: maskAll,
    special: MASKED_SPECIALS,
  }),
};

function defaultAction(detector: Detector): RedactionAction {
  return detector.isOptional === true ? "keep" : "mask";
}

/**
 * Compiles the rules of a policy over the built-in ones.
 *
 * @throws {AuditError} `invalid_policy` for a pattern that RE2 refuses.
 */
export function compileRules({ layers, pseudonyms, locate }: RuleOptions): RuleSet {
  const keys = layers.flatMap(({ rules, path }) =>
    (rules.keys ?? []).map((each, at) => compileKey(each, locate([...path, "keys", at, "regex"]))),
  );
  const values = layers.flatMap(({ rules, path }) =>
    (rules.values ?? []).map((each, at) =>
      compileValue(each, locate([...path, "values", at, "regex"])),
    ),
  );
  const named = (name: string): RedactionAction | undefined =>
    layers.map(({ rules }) => rules.detectors?.[name]).find((action) => action !== undefined);
  const actionOf = (detector: Detector): RedactionAction =>
    named(detector.name) ?? defaultAction(detector);
  const replace: Replace = (action, field, value) =>
    action === "hash" && pseudonyms !== undefined ? pseudonyms.of(field, value) : MASK;
  const special = specialVerdicts(named);
  const verdictOf = cached((key) => {
    const own = keys.find(({ matches }) => matches(key));
    if (own !== undefined) return own.verdict;
    const rule = ruleOfKey(key);
    if (rule === undefined) return undefined;
    const action = named(rule) ?? "mask";
    // Switched off: the value may still be found by its shape.
    return action === "keep" ? undefined : { rule, action };
  });
  return {
    verdictOf,
    replace,
    cardAction: named("payment_card") ?? "mask",
    hasValues: values.length > 0,
    special,
    scan: createScanner({ actionOf, values, verdictOf, replace, special }),
  };
}

interface CompiledKey {
  readonly verdict: Verdict;
  readonly matches: (key: string) => boolean;
}

function compileKey({ names, regex, action = "mask" }: KeyPolicy, place: string): CompiledKey {
  const label = names?.[0] ?? regex ?? "";
  const patterns = regex === undefined ? (names ?? []).map(patternOfGlob) : [regex];
  const compiled = patterns.map((pattern) => compileRe2(pattern, place, { ignoresCase: true }));
  return {
    verdict: { rule: `name:${label}`, action },
    matches: (key) => compiled.some((each) => each.matches(key)),
  };
}

function compileValue({ name, regex, action = "mask" }: ValuePolicy, place: string): ValueRule {
  return { rule: `value:${name}`, action, find: compileRe2(regex, place).find };
}

function cached(verdictOf: RuleSet["verdictOf"]): RuleSet["verdictOf"] {
  const known = new Map<string, Verdict | undefined>();
  return (key) => {
    if (known.has(key)) return known.get(key);
    const verdict = verdictOf(key);
    if (known.size >= MAX_CACHED_KEYS) known.clear();
    if (key.length <= MAX_CACHED_KEYS) known.set(key, verdict);
    return verdict;
  };
}
