/**
 * Redacts plain JSON at every depth, without recursion: a map 10 000 levels deep is nothing special.
 *
 * A value under a telling name is masked whole, as is the value of a `{name, value}` or
 * `[name, value]` pair. Everything else is read as text. Unchanged parts are shared, not copied.
 */
import type { BodyMap, BodyValue } from "../event/index.ts";
import { isContainer, isList } from "./json-text.ts";
import { isSecretData } from "./kubernetes-secret.ts";
import { isLikelySecret } from "./likely-secret.ts";
import { MASK } from "./mask.ts";
import { type Pair, pairInList, pairInMap, verdictInList } from "./named-pairs.ts";
import type { RuleSet } from "./rules.ts";
import { isCardNumber } from "./scan.ts";
import { isOfPolicy, type Verdict } from "./verdict.ts";

/** Stands for a value that a policy drops, until its container is put together. */
const DROPPED: unique symbol = Symbol("dropped");

type Result = BodyValue | typeof DROPPED;

/** What a walk goes by, and what it notes. */
export interface Walk {
  readonly ruleSet: RuleSet;
  /** Names of the rules that hit. */
  readonly rules: Set<string>;
}

/** One map or list that is being worked on. */
interface Frame {
  readonly source: BodyMap | readonly BodyValue[];
  readonly keys: readonly string[];
  /** The name that its texts stand under, for pseudonyms: of a list, that of the list. */
  readonly field: string;
  /** Verdict on some values, known from a neighbour. */
  readonly pair: Pair | undefined;
  /** All its values are those of a Kubernetes Secret. */
  readonly isSecretData: boolean;
  readonly results: Result[];
  readonly parent: Frame | undefined;
  isChanged: boolean;
}

/** Stands for a container that contains itself: such a value has no end. */
const CYCLE = "[cycle]";

/**
 * The value without its secrets; undefined where a policy drops all of it.
 *
 * @param name the name that the value stands under.
 */
export function redactTree(root: BodyValue, walk: Walk, name = ""): BodyValue | undefined {
  if (!isContainer(root)) return orUndefined(redactLeaf(root, name, walk));
  let frame = openFrame(root, undefined, name, walk);
  const ancestors = new Set<object>([root]);
  for (;;) {
    const key = frame.keys[frame.results.length];
    if (key === undefined) {
      const done = closeFrame(frame, walk);
      ancestors.delete(frame.source);
      if (frame.parent === undefined) return done;
      if (done !== frame.source) frame.parent.isChanged = true;
      frame.parent.results.push(done);
      frame = frame.parent;
      continue;
    }
    const value = childOf(frame.source, key);
    const verdict = verdictOf(frame, key, value, walk);
    if (verdict === undefined && isContainer(value) && !ancestors.has(value)) {
      ancestors.add(value);
      frame = openFrame(value, frame, isList(frame.source) ? frame.field : key, walk);
      continue;
    }
    const field = isList(frame.source) ? frame.field : key;
    const redacted =
      verdict === undefined
        ? redactLeaf(value, field, walk)
        : replaceWhole(value, field, verdict, walk);
    if (redacted !== value) frame.isChanged = true;
    frame.results.push(redacted);
  }
}

function orUndefined(result: Result): BodyValue | undefined {
  return result === DROPPED ? undefined : result;
}

function childOf(source: BodyMap | readonly BodyValue[], key: string): BodyValue {
  return (isList(source) ? source[Number(key)] : source[key]) ?? null;
}

function openFrame(
  source: BodyMap | readonly BodyValue[],
  parent: Frame | undefined,
  field: string,
  { ruleSet }: Walk,
): Frame {
  const keys = Object.keys(source);
  const isData = parent !== undefined && isSecretData(field, parent.source);
  const pair = isList(source)
    ? pairInList(
        source,
        { isListed: parent !== undefined && isList(parent.source), field },
        ruleSet.verdictOf,
      )
    : pairInMap(source, ruleSet.verdictOf);
  return {
    source,
    keys,
    field,
    pair,
    isSecretData: isData,
    results: [],
    parent,
    isChanged: false,
  };
}

function verdictOf(
  frame: Frame,
  key: string,
  value: BodyValue,
  { ruleSet }: Walk,
): Verdict | undefined {
  if (typeof value === "boolean" || value === null || value === "") {
    const own = isList(frame.source) ? undefined : ruleSet.verdictOf(key);
    // Nothing to hide for the built-in rules; a policy means what it names.
    return own !== undefined && isOfPolicy(own) ? own : undefined;
  }
  if (frame.pair?.at.has(key) === true) return frame.pair.verdict;
  if (frame.isSecretData && ruleSet.special.kubernetesSecret.action !== "keep") {
    return ruleSet.special.kubernetesSecret;
  }
  return isList(frame.source)
    ? verdictInList(frame.source, { at: Number(key), field: frame.field }, ruleSet.verdictOf)
    : ruleSet.verdictOf(key);
}

function replaceWhole(value: BodyValue, field: string, verdict: Verdict, walk: Walk): Result {
  const { rule, action } = verdict;
  if (action === "keep" || value === MASK) return value;
  walk.rules.add(rule);
  if (action === "drop") return DROPPED;
  return action === "hash" ? walk.ruleSet.replace(action, field, textOf(value)) : MASK;
}

/** What a pseudonym is made of; a value too deep for JSON has none, and is masked like the others. */
function textOf(value: BodyValue): string {
  if (typeof value === "string") return value;
  try {
    return JSON.stringify(value);
  } catch {
    return MASK;
  }
}

function redactLeaf(value: BodyValue, field: string, walk: Walk): Result {
  const { ruleSet, rules } = walk;
  if (typeof value === "string") {
    const { likely } = ruleSet.special;
    if (likely.action !== "keep" && isLikelySecret(field, value)) {
      return replaceWhole(value, field, likely, walk);
    }
    const { text, rules: hit, isDropped } = ruleSet.scan(value, field);
    for (const rule of hit) rules.add(rule);
    return isDropped ? DROPPED : text;
  }
  if (typeof value === "number" && ruleSet.hasValues) {
    const given = String(value);
    const scanned = redactLeaf(given, field, { ruleSet, rules });
    return scanned === given ? value : scanned;
  }
  if (typeof value === "number" && ruleSet.cardAction !== "keep" && isCardNumber(value)) {
    rules.add("payment_card");
    if (ruleSet.cardAction === "drop") return DROPPED;
    return ruleSet.replace(ruleSet.cardAction, field, String(value));
  }
  return isContainer(value) ? CYCLE : value;
}

function closeFrame(frame: Frame, walk: Walk): BodyValue {
  const { source, results } = frame;
  if (isList(source)) {
    return frame.isChanged ? results.filter((result) => result !== DROPPED) : source;
  }
  const names = frame.keys.map((key) => redactName(key, walk));
  if (!frame.isChanged && names.every((name, at) => name === frame.keys[at])) return source;
  const taken = new Map<string, number>();
  const entries: [string, BodyValue][] = [];
  results.forEach((value, at) => {
    if (value !== DROPPED) entries.push([unusedName(names[at] ?? "", taken), value]);
  });
  return Object.fromEntries(entries);
}

/** Services use few names; callers who invent them must not fill the memory. */
const MAX_HARMLESS_NAMES = 4096;
const harmlessNames = new WeakMap<RuleSet, Set<string>>();

/** A name that is itself a secret, as in a map from token to owner. */
function redactName(key: string, { ruleSet, rules }: Walk): string {
  let harmless = harmlessNames.get(ruleSet);
  if (harmless?.has(key) === true) return key;
  const { text, rules: hit, isDropped } = ruleSet.scan(key, "");
  for (const rule of hit) rules.add(rule);
  if (isDropped) return MASK;
  if (text === key && hit.length === 0) {
    if (harmless === undefined || harmless.size >= MAX_HARMLESS_NAMES) {
      harmless = new Set();
      harmlessNames.set(ruleSet, harmless);
    }
    harmless.add(key);
  }
  return text;
}

/** Two masked names in one map must not become one; each clash is counted on from the last one. */
function unusedName(name: string, taken: Map<string, number>): string {
  let count = taken.get(name);
  if (count === undefined) {
    taken.set(name, 1);
    return name;
  }
  let unused = name;
  do {
    count++;
    unused = `${name} (${count})`;
  } while (taken.has(unused));
  taken.set(name, count);
  taken.set(unused, 1);
  return unused;
}
