/**
 * What a redaction policy says, in the few words that the Collector's redaction processor has:
 * names and values that are masked, names and values that pass.
 *
 * In: a policy. Out: RE2 texts, and a sentence for each rule that comes out otherwise than in the
 * process. Promise: nothing that the policy hides is let through; what cannot be said masks more.
 */
import { compileRe2, patternOfGlob } from "../lib/re2-pattern.ts";
import {
  hasAnchors,
  selfContained,
  withoutAnchors,
  withQuotesForAnchors,
} from "./collector-anchors.ts";
import type {
  IdentityAction,
  KeyPolicy,
  RedactionAction,
  RedactionPolicy,
  RedactionRules,
  ValuePolicy,
} from "./policy-schema.ts";

/** A policy for the Collector. */
export interface CollectorPolicy {
  /** What it says of a built-in rule; undefined: nothing. */
  readonly actionOf: (rule: string) => RedactionAction | undefined;
  readonly hiddenNames: readonly string[];
  /** Whether it hides what stands under a name that is no part of a longer one. */
  readonly hidesName: (name: string) => boolean;
  readonly keptNames: readonly string[];
  /** Names that are hidden before a value in a text too. */
  readonly hiddenInText: readonly string[];
  readonly hiddenValues: readonly string[];
  readonly keptValues: readonly string[];
  readonly identity: IdentityAction;
  /** A sentence for each rule that comes out otherwise than in the process. */
  readonly differences: readonly string[];
}

/** The built-in rules alone. */
export const NO_POLICY: CollectorPolicy = {
  actionOf: () => undefined,
  hiddenNames: [],
  hidesName: () => false,
  keptNames: [],
  hiddenInText: [],
  hiddenValues: [],
  keptValues: [],
  identity: "clear",
  differences: [],
};

/** Reads a policy for the Collector. */
export function policyForCollector(policy: RedactionPolicy): CollectorPolicy {
  const { identity = "clear", actions = {}, keys = [], values = [], detectors = {} } = policy;
  const own = Object.entries(actions);
  // A rule of one action hides in the records of all: the processor does not look at the action.
  const hidden = own.flatMap(([, rules]) => hidingOf(rules));
  const allKeys = [...hidden.flatMap((rules) => rules.keys ?? []), ...keys];
  const allValues = [...hidden.flatMap((rules) => rules.values ?? []), ...values];
  const names = readKeys(allKeys);
  return {
    actionOf: (rule) =>
      hidden.map((rules) => rules.detectors?.[rule]).find((action) => action !== undefined) ??
      detectors[rule],
    hiddenNames: names.hidden,
    hidesName: (name) => !isPlain(name, names.hiddenWhole),
    keptNames: names.kept,
    hiddenInText: names.inText,
    hiddenValues: allValues.filter(isHiding).map(({ regex }) => anywhereInList(regex)),
    keptValues: allValues
      .filter((each) => !isHiding(each))
      .map(({ regex }) => `^(?:${selfContained(regex)})$`),
    identity,
    differences: [
      ...names.differences,
      ...(names.hidden.length === 0 ? [] : [IN_PATHS]),
      ...(allValues.some(isHiding) ? [IN_LISTS] : []),
      ...allValues.flatMap(valueDifference),
      ...Object.entries(detectors).flatMap(([rule, action]) => actionDifference(rule, action)),
      ...own.flatMap(([action, rules]) => ownDifferences(action, rules)),
      ...identityDifference(identity),
    ],
  };
}

const IN_PATHS =
  "a name that a policy hides is looked for in every part of a path: what is below it goes too, also " +
  "where the name came with its dots, as service.name does with service";
const IN_LISTS =
  "a policy's patterns read a list in an attribute as its JSON text: a number of it is not found by a pattern " +
  "with ^ or $, nor what needs a quote, a backslash or a line end";

function isHiding({ action = "mask" }: { readonly action?: RedactionAction }): boolean {
  return action !== "keep";
}

/** The rules that hide something, without those that keep. */
function hidingOf({ keys = [], values = [], detectors = {} }: RedactionRules): RedactionRules[] {
  return [
    {
      keys: keys.filter(isHiding),
      values: values.filter(isHiding),
      detectors: Object.fromEntries(
        Object.entries(detectors).filter(([, action]) => action !== "keep"),
      ),
    },
  ];
}

interface ReadKeys {
  readonly hidden: readonly string[];
  /** The same for whole names. */
  readonly hiddenWhole: readonly string[];
  readonly inText: readonly string[];
  readonly kept: readonly string[];
  readonly differences: readonly string[];
}

/** The first rule on a name counts. The Collector asks for kept names first: those of a later rule only where no earlier one hides them. */
function readKeys(keys: readonly KeyPolicy[]): ReadKeys {
  const hidden: string[] = [];
  const hiddenWhole: string[] = [];
  const inText: string[] = [];
  const kept: string[] = [];
  const differences: string[] = [];
  for (const rule of keys) {
    const label = (rule.names ?? [rule.regex]).join(", ");
    if (isHiding(rule)) {
      hidden.push(...patternsOf(rule).map(anywhereInPath));
      hiddenWhole.push(...patternsOf(rule).map(wholeName));
      inText.push(...(rule.names ?? []).map(nameInText));
      if (rule.names === undefined) differences.push(`${label}: not looked for inside of text`);
      differences.push(...actionDifference(label, rule.action ?? "mask"));
      continue;
    }
    if (hidden.length === 0 || rule.names?.every((name) => isPlain(name, hidden)) === true) {
      kept.push(...patternsOf(rule).map(wholeName));
    } else {
      differences.push(
        `${label}: kept in the process, but an earlier rule may hide such a name; the Collector cannot tell and leaves it to the other rules`,
      );
    }
  }
  return { hidden, hiddenWhole, inText, kept, differences };
}

/** Whether a name stands for itself alone and no pattern matches it. */
function isPlain(name: string, patterns: readonly string[]): boolean {
  if (name.includes("*")) return false;
  return !patterns.some((pattern) => compileRe2(pattern, "keys").find(name).length > 0);
}

function patternsOf({ names, regex = "" }: KeyPolicy): readonly string[] {
  return names === undefined ? [regex] : names.map(patternOfGlob);
}

/** What was nested in an attribute is `a.name`, `a.name.0` or `a.name.b` when the rules are asked. */
function anywhereInPath(pattern: string): string {
  return `(?i)(?:^|\\.)(?:${withoutAnchors(pattern)})(?:\\.|$)`;
}

function wholeName(pattern: string): string {
  return `(?i)^(?:${selfContained(pattern)})$`;
}

/** A list in an attribute is one text when the rules are asked: `["a","b"]`. */
function anywhereInList(pattern: string): string {
  return hasAnchors(pattern) ? withQuotesForAnchors(pattern) : pattern;
}

/** A name as it stands before `=` or `:` in a text; `*` are characters of names there. */
function nameInText(name: string): string {
  const parts = name.split("*").map(patternOfGlob);
  return `(?:^|[^a-z0-9_.\\-])${parts.join("[a-z0-9_.\\-]*")}`;
}

function valueDifference({ name, regex, action = "mask" }: ValuePolicy): readonly string[] {
  if (action !== "keep") {
    return [
      ...(hasAnchors(regex)
        ? [`value:${name}: its ^ and $ hold at a quote too, also inside of a longer text`]
        : []),
      ...actionDifference(`value:${name}`, action),
    ];
  }
  return [`value:${name}: kept only where it is the whole value, not inside of a longer text`];
}

function actionDifference(label: string, action: RedactionAction): readonly string[] {
  if (action === "drop") return [`${label}: masked, not dropped; the field stays`];
  if (action === "hash") {
    return [
      `${label}: masked; the Collector has no key for pseudonyms, and masks those of the process under this name too`,
    ];
  }
  return [];
}

function ownDifferences(action: string, rules: RedactionRules): readonly string[] {
  const { keys = [], values = [], detectors = {} } = rules;
  const all = [...keys, ...values, ...Object.values(detectors).map((each) => ({ action: each }))];
  return [
    ...(all.some(isHiding)
      ? [`actions.${action}: what it hides is masked in the records of all actions`]
      : []),
    ...(all.every(isHiding)
      ? []
      : [`actions.${action}: what it keeps is left to the rules for all actions`]),
  ];
}

function identityDifference(identity: IdentityAction): readonly string[] {
  if (identity === "clear") return [];
  const hidden = "identity: an actor, a delegator or an address in clear is masked";
  return identity === "drop"
    ? [`${hidden}, not dropped`]
    : [`${hidden}; the pseudonyms of the process stay`];
}
