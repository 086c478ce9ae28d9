/**
 * The rules of the process for the Collector's redaction processor.
 *
 * In: the rules of this room, and a redaction policy. Out: the settings of three instances of that
 * processor, to run in this order, and in words what they do otherwise. Promise: what the process
 * hides by the name of a field or by shape the Collector masks too, but for what the words say; where
 * it cannot do the same it masks more.
 *
 * Three instances, because `allowed_values` lets a value pass before anything else of its instance
 * is asked: this is how values that cannot hold a secret are spared a hundred patterns, and it must
 * not spare them the rules on names. `ignored_key_patterns` would spare names, but takes whatever
 * is nested under such a name along: only a policy's own `keep` uses it.
 */
import { KEPT_ATTRIBUTES, KEY_RULE_EXEMPT } from "../event/index.ts";
import { type CollectorNames, collectorNames } from "./collector-names.ts";
import { assignedPatterns, notationPatterns, WITHOUT_ASSIGNMENT } from "./collector-notations.ts";
import { type CollectorPolicy, NO_POLICY, policyForCollector } from "./collector-policy.ts";
import { type Detector, DETECTORS } from "./detectors.ts";
import type { IdentityAction, RedactionPolicy } from "./policy-schema.ts";

/** Settings of one instance of the Collector's redaction processor, under its own names. */
export interface CollectorRules {
  /** Exact names of attributes that no rule may touch. */
  readonly ignored_keys: readonly string[];
  /** RE2 texts of names that no rule may touch. */
  readonly ignored_key_patterns: readonly string[];
  /** RE2 texts: a value that matches as a whole passes. */
  readonly allowed_values: readonly string[];
  /** RE2 texts: the whole value under such a name is masked. */
  readonly blocked_key_patterns: readonly string[];
  /** RE2 texts: the part of a value that matches is masked. */
  readonly blocked_values: readonly string[];
}

/** What the Collector is to do. */
export interface CollectorRedaction {
  /** By the names of fields, and by the patterns of a policy. Runs first. */
  readonly names: CollectorRules;
  /** By the shape of a value. */
  readonly shapes: CollectorRules;
  /** By a name inside of a value: `password=…`. Runs last. */
  readonly assigned: CollectorRules;
  readonly identity: IdentityAction;
  /** What the Collector does otherwise than the process, a sentence each. */
  readonly differences: readonly string[];
}

/**
 * Values that no detector finds anything in: short words, numbers, a word with a number, a time.
 * Some nine in ten of all values; asking all detectors takes a thousand times as long.
 */
const PLAIN_VALUES: readonly string[] = [
  "[A-Z]?[a-z]{0,13}(?: [a-z]{1,13})*",
  "-?[0-9]{1,11}(?:\\.[0-9]{1,6})?",
  "[a-z]{1,13}[_-][0-9]{1,6}",
  "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\\.[0-9]{1,9})?Z",
];

/**
 * The built-in rules, and what a policy says over them, as the Collector takes them.
 *
 * @param policy must have been compiled before: its patterns are not checked here.
 */
export function collectorRedaction(policy?: RedactionPolicy): CollectorRedaction {
  const said = policy === undefined ? NO_POLICY : policyForCollector(policy);
  const names = collectorNames((rule) => said.actionOf(rule) !== "keep");
  const detectors = DETECTORS.filter((detector) => isOn(detector, said));
  const all = {
    // No built-in rule reaches the exempt ones; a policy's own rule means what it names.
    ignored_keys: [...KEPT_ATTRIBUTES, ...KEY_RULE_EXEMPT.filter((key) => !said.hidesName(key))],
    ignored_key_patterns: said.keptNames,
    allowed_values: [],
    blocked_key_patterns: [],
    blocked_values: [],
  };
  return {
    names: {
      ...all,
      blocked_key_patterns: [...said.hiddenNames, ...namePatterns(names)],
      blocked_values: said.hiddenValues,
    },
    shapes: {
      ...all,
      allowed_values: [`^(?:${PLAIN_VALUES.join("|")})$`, ...said.keptValues],
      blocked_values: [
        ...detectors.map(({ re2, collectorRe2 = re2 }) => collectorRe2),
        ...notationPatterns(names),
      ],
    },
    assigned: {
      ...all,
      allowed_values: [WITHOUT_ASSIGNMENT],
      blocked_values: assignedPatterns({
        ...names,
        plain: [...said.hiddenInText, ...names.plain],
      }),
    },
    identity: said.identity,
    differences: [...builtInDifferences(detectors, said), ...said.differences],
  };
}

function isOn({ name, isOptional }: Detector, { actionOf }: CollectorPolicy): boolean {
  return (actionOf(name) ?? (isOptional === true ? "keep" : "mask")) !== "keep";
}

function builtInDifferences(
  detectors: readonly Detector[],
  { actionOf }: CollectorPolicy,
): readonly string[] {
  const checked = detectors.flatMap(({ name, secretIn }) => (secretIn === undefined ? [] : [name]));
  const special = ["key:likely", "key:kubernetes_secret"].filter(
    (rule) => actionOf(rule) !== "keep",
  );
  return [
    ...(checked.length === 0
      ? []
      : [
          `${[...new Set(checked)].join(", ")}: masked by their shape alone; the process checks ` +
            "further (sums, what base64 holds) and masks less",
        ]),
    ...(special.length === 0
      ? []
      : [`${special.join(", ")}: not looked for; whether a value looks random is no pattern`]),
    "names inside of text: assignments, flags, elements, calls, setters and ENV are read; not a value " +
      "before its name, nor one that only looks random; an expression behind a name is masked",
    "a value whose name stands beside it in a map or a list, as in { name, value }, stays",
    "a name is the last key of a path, and its whole value is masked: booleans and empty text too; in an " +
      "attribute, a map below such a name is masked by the names in it alone",
  ];
}

function namePatterns({ plain, header, caseSensitive }: CollectorNames): readonly string[] {
  const whole = (re2: string): string => `(?:${re2})\\]?$`;
  return [...[...plain, ...header].map((re2) => `(?i)${whole(re2)}`), ...caseSensitive.map(whole)];
}
