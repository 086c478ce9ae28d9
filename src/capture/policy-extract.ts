import { type BodyMap, type BodyValue, type Outcome, OUTCOMES } from "../event/index.ts";
import { type CallMessages, isPresent, parseMessagePath, selectPath } from "./message-path.ts";
import type { PolicyAction, PolicySources, PolicyValue } from "./policy-document.ts";

/** What a policy takes out of the messages for one record. */
export interface Extracted {
  readonly target?: { readonly type?: string; readonly id?: string };
  readonly before?: BodyMap;
  readonly after?: BodyMap;
  readonly details?: BodyMap;
  readonly reason?: string;
  /** What the reply itself says of its success; absent where the policy names no such field. */
  readonly outcome?: Outcome;
  readonly error?: string;
  readonly authorization?: { readonly id?: string; readonly by?: string };
  readonly snapshot?: string;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type Fill = (into: Mutable<Extracted>, messages: CallMessages) => void;
type Select<T> = (messages: CallMessages) => T | undefined;

/** Makes ready what one action, or a rule alone, takes out of the messages. */
export function compileExtract(
  entry: PolicySources & Partial<Pick<PolicyAction, "before" | "after" | "details">>,
): (messages: CallMessages) => Extracted {
  const fills: Fill[] = [
    ...fillPair("target", ["type", "id"], entry.target),
    ...fillPair("authorization", ["id", "by"], entry.authorization),
    ...fillText("reason", entry.reason),
    ...fillText("error", entry.error),
    ...fillText("snapshot", entry.snapshot),
    ...fillOutcome(entry.outcome),
    ...fillMap("before", compileState(entry.before)),
    ...fillMap("after", compileState(entry.after)),
    ...fillMap("details", compileMap(entry.details)),
  ];
  return (messages) => {
    const extracted: Mutable<Extracted> = {};
    for (const fill of fills) fill(extracted, messages);
    return extracted;
  };
}

/** Whether anything of the messages is asked for, by a path. */
export function readsMessages(
  entry: PolicySources & Partial<Pick<PolicyAction, "before" | "after" | "details">>,
): boolean {
  const { target, authorization, before, after, details } = entry;
  const { reason, outcome, error, snapshot } = entry;
  const values = [target, authorization, before, after, details]
    .flatMap((value): readonly unknown[] =>
      typeof value === "object" ? Object.values(value) : [value],
    )
    .concat(reason, outcome, error, snapshot);
  return values.some((value) => typeof value === "string" && parseMessagePath(value) !== undefined);
}

function fillText(key: "reason" | "error" | "snapshot", text: string | undefined): Fill[] {
  if (text === undefined) return [];
  const select = compileText(text);
  return [
    (into, messages) => {
      const found = select(messages);
      if (found !== undefined) into[key] = found;
    },
  ];
}

function fillPair<const F extends string>(
  key: "target" | "authorization",
  fields: readonly F[],
  pair: Readonly<Partial<Record<F, string>>> | undefined,
): Fill[] {
  const selects = fields.flatMap((field) => {
    const text = pair?.[field];
    return text === undefined ? [] : [[field, compileText(text)] as const];
  });
  if (selects.length === 0) return [];
  return [
    (into, messages) => {
      const found: Partial<Record<F, string>> = {};
      for (const [field, select] of selects) {
        const value = select(messages);
        if (value !== undefined) found[field] = value;
      }
      into[key] = found;
    },
  ];
}

function fillOutcome(text: string | undefined): Fill[] {
  if (text === undefined) return [];
  const select = compileValue(text);
  return [
    (into, messages) => {
      if (messages.response !== undefined) into.outcome = outcomeOfValue(select(messages));
    },
  ];
}

function fillMap(key: "before" | "after" | "details", select: Select<BodyMap> | undefined): Fill[] {
  if (select === undefined) return [];
  return [
    (into, messages) => {
      const found = select(messages);
      if (found !== undefined) into[key] = found;
    },
  ];
}

/** A missing `success` is a false one: protobuf does not send false. */
function outcomeOfValue(value: BodyValue | undefined): Outcome {
  if (value === true) return "success";
  return OUTCOMES.find((outcome) => outcome === value) ?? "failure";
}

/** A state is a message, or a map of fields that stand in different places. */
function compileState(state: PolicyAction["before"]): Select<BodyMap> | undefined {
  if (typeof state !== "string") return compileMap(state);
  const value = compileValue(state);
  const name = state.split(".").at(-1) ?? state;
  return (messages) => {
    const found = value(messages);
    if (found === undefined) return undefined;
    // A single field keeps its own name, so that key rules can see what it is.
    return isMap(found) ? found : { [name]: found };
  };
}

function compileMap(
  map: Readonly<Record<string, PolicyValue>> | undefined,
): Select<BodyMap> | undefined {
  if (map === undefined) return undefined;
  const fields = Object.entries(map).map(([name, value]) => [name, compileValue(value)] as const);
  return (messages) => {
    const found: Record<string, BodyValue> = {};
    for (const [name, value] of fields) {
      const selected = value(messages);
      if (selected !== undefined) found[name] = selected;
    }
    return Object.keys(found).length === 0 ? undefined : found;
  };
}

function compileText(text: string): Select<string> {
  const value = compileValue(text);
  return (messages) => {
    const found = value(messages);
    if (!isPresent(found)) return undefined;
    return typeof found === "object" ? JSON.stringify(found) : String(found);
  };
}

function compileValue(value: PolicyValue): Select<BodyValue> {
  const path = typeof value === "string" ? parseMessagePath(value) : undefined;
  return path === undefined ? () => value : (messages) => selectPath(messages, path);
}

function isMap(value: BodyValue): value is BodyMap {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
