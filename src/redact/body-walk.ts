/**
 * Redacts plain JSON at every depth, without recursion: a map 10 000 levels deep is nothing special.
 *
 * A value under a telling name is masked whole, as is the value of a `{name, value}` or
 * `[name, value]` pair. Everything else is read as text. Unchanged parts are shared, not copied.
 */
import type { BodyMap, BodyValue } from "../event/index.ts";
import { isContainer, isList } from "./json-text.ts";
import { ruleOfKey } from "./key-names.ts";
import { MASK } from "./mask.ts";
import { isCardNumber, scanText } from "./scan.ts";

/** One map or list that is being worked on. */
interface Frame {
  readonly source: BodyMap | readonly BodyValue[];
  readonly keys: readonly string[];
  /** Rule for the value at `keys[i]`, known from a neighbour. */
  readonly pairRule: { readonly at: string; readonly rule: string } | undefined;
  readonly results: BodyValue[];
  readonly parent: Frame | undefined;
  isChanged: boolean;
}

const RAW_HEADERS = /^raw_?(?:headers|trailers)$/i;

/** Stands for a container that contains itself: such a value has no end. */
const CYCLE = "[cycle]";

/** The value without its secrets; the names of the rules that hit are added to `rules`. */
export function redactTree(root: BodyValue, rules: Set<string>): BodyValue {
  if (!isContainer(root)) return redactLeaf(root, rules);
  let frame = openFrame(root, undefined, "");
  const ancestors = new Set<object>([root]);
  for (;;) {
    const at = frame.results.length;
    const key = frame.keys[at];
    if (key === undefined) {
      const done = closeFrame(frame, rules);
      ancestors.delete(frame.source);
      if (frame.parent === undefined) return done;
      if (done !== frame.source) frame.parent.isChanged = true;
      frame.parent.results.push(done);
      frame = frame.parent;
      continue;
    }
    const value = childOf(frame.source, key);
    const rule = ruleOf(frame, key, value);
    if (rule === undefined && isContainer(value) && !ancestors.has(value)) {
      ancestors.add(value);
      frame = openFrame(value, frame, key);
      continue;
    }
    const redacted = rule === undefined ? redactLeaf(value, rules) : maskWhole(value, rule, rules);
    if (redacted !== value) frame.isChanged = true;
    frame.results.push(redacted);
  }
}

function childOf(source: BodyMap | readonly BodyValue[], key: string): BodyValue {
  return (isList(source) ? source[Number(key)] : source[key]) ?? null;
}

function openFrame(
  source: BodyMap | readonly BodyValue[],
  parent: Frame | undefined,
  name: string,
): Frame {
  const keys = Object.keys(source);
  const pairRule = isList(source) ? pairInList(source, parent, name) : pairInMap(source);
  return { source, keys, pairRule, results: [], parent, isChanged: false };
}

/** `{name: "password", value: "x"}`, and the same with `key`. */
function pairInMap(map: BodyMap): Frame["pairRule"] {
  for (const naming of ["name", "key", "Name", "Key"]) {
    const name = map[naming];
    if (typeof name !== "string") continue;
    const rule = ruleOfKey(name);
    if (rule === undefined) continue;
    for (const at of ["value", "Value", "val", "values"]) {
      if (Object.hasOwn(map, at)) return { at, rule };
    }
  }
  return undefined;
}

/** `["authorization", "Bearer …"]` inside a list of such pairs. */
function pairInList(
  list: readonly BodyValue[],
  parent: Frame | undefined,
  name: string,
): Frame["pairRule"] {
  const [first] = list;
  if (list.length !== 2 || typeof first !== "string") return undefined;
  if (parent === undefined || !(isList(parent.source) || RAW_HEADERS.test(name))) return undefined;
  const rule = ruleOfKey(first);
  return rule === undefined ? undefined : { at: "1", rule };
}

function ruleOf(frame: Frame, key: string, value: BodyValue): string | undefined {
  if (typeof value === "boolean" || value === null || value === "") return undefined;
  if (frame.pairRule?.at === key) return frame.pairRule.rule;
  return isList(frame.source) ? ruleOfFlag(frame.source[Number(key) - 1]) : ruleOfKey(key);
}

/** `["--password", "x"]`: arguments of a command. */
function ruleOfFlag(before: BodyValue | undefined): string | undefined {
  return typeof before === "string" && /^--?[A-Za-z][\w-]{0,95}$/.test(before)
    ? ruleOfKey(before.replace(/^-+/, ""))
    : undefined;
}

function maskWhole(value: BodyValue, rule: string, rules: Set<string>): BodyValue {
  if (value !== MASK) rules.add(rule);
  return MASK;
}

function redactLeaf(value: BodyValue, rules: Set<string>): BodyValue {
  if (typeof value === "string") {
    const { text, rules: hit } = scanText(value);
    for (const rule of hit) rules.add(rule);
    return text;
  }
  if (typeof value === "number" && isCardNumber(value)) {
    rules.add("payment_card");
    return MASK;
  }
  return isContainer(value) ? CYCLE : value;
}

function closeFrame(frame: Frame, rules: Set<string>): BodyValue {
  const { source, results } = frame;
  if (isList(source)) return frame.isChanged ? results : source;
  const names = frame.keys.map((key) => redactName(key, rules));
  if (!frame.isChanged && names.every((name, at) => name === frame.keys[at])) return source;
  const taken = new Set<string>();
  return Object.fromEntries(
    results.map((value, at) => [unusedName(names[at] ?? "", taken), value]),
  );
}

/** A name that is itself a secret, as in a map from token to owner. */
function redactName(key: string, rules: Set<string>): string {
  const { text, rules: hit } = scanText(key);
  for (const rule of hit) rules.add(rule);
  return text;
}

/** Two masked names in one map must not become one. */
function unusedName(name: string, taken: Set<string>): string {
  let unused = name;
  for (let count = 2; taken.has(unused); count++) unused = `${name} (${count})`;
  taken.add(unused);
  return unused;
}
