import {
  type BodyMap,
  type BodyValue,
  type Catalogue,
  type FailurePolicy,
  type Outcome,
  OUTCOMES,
} from "../event/index.ts";
import { AuditError } from "../lib/errors.ts";
import { nearest } from "../lib/nearest.ts";
import {
  type CallMessages,
  isPresent,
  type MessagePath,
  parseMessagePath,
  selectPath,
} from "./message-path.ts";
import type { LoadedPolicy } from "./policy-file.ts";
import type { PolicyAction, PolicyRule, PolicySources, PolicyValue } from "./policy-schema.ts";

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
}

/** One action that a method may be. */
export interface ActionMapping {
  readonly action: string;
  readonly failure: FailurePolicy;
  /** Whether this call is that action. */
  readonly holds: (messages: CallMessages) => boolean;
  /** Whether it may be, as far as the request tells. */
  readonly mayHold: (messages: CallMessages) => boolean;
  readonly extract: (messages: CallMessages) => Extracted;
}

/** How a method is audited. No mapping holds: it is an `rpc_call`. */
export type MethodPlan =
  | { readonly kind: "exempt"; readonly reason: string }
  | {
      readonly kind: "audit";
      readonly isMapped: boolean;
      readonly level: "metadata" | "request" | "request-response";
      /** Of the `rpc_call` that no mapping holds for. */
      readonly failure: FailurePolicy;
      readonly mappings: readonly ActionMapping[];
      /** Whether anything of the messages is asked for; else they are not even looked at. */
      readonly readsMessages: boolean;
      /** What the rule itself says, for an `rpc_call`. */
      readonly extract: (messages: CallMessages) => Extracted;
    };

/** A policy that is ready to be asked. */
export interface AuditPolicy {
  /** The plan of a method, as in `trainer.ExperimentService/Pause`. */
  readonly planOf: (method: string) => MethodPlan;
  readonly isRequired: boolean;
  readonly coverage: "strict" | "warn" | "off";
  readonly isPermitted: (role: string | undefined, action: string) => boolean | undefined;
  readonly digest: string;
}

/** Infrastructure that says nothing of what anybody did. */
const ALWAYS_EXEMPT: readonly { readonly method: string; readonly reason: string }[] = [
  { method: "grpc.health.v1.Health/*", reason: "health probe" },
  { method: "grpc.reflection.v1.ServerReflection/*", reason: "reflection" },
  { method: "grpc.reflection.v1alpha.ServerReflection/*", reason: "reflection" },
  { method: "grpc.channelz.v1.Channelz/*", reason: "channelz" },
];

/**
 * Makes a policy ready: checks its actions and splits its paths, once.
 *
 * @throws {AuditError} `invalid_policy` for an action that the catalogue does not know.
 */
export function compilePolicy(loaded: LoadedPolicy, catalogue: Catalogue): AuditPolicy {
  const { document } = loaded;
  const rules = (document.rules ?? []).map((rule, at) => ({
    method: rule.method,
    plan: compileRule(rule, catalogue, loaded, at),
  }));
  const exempt = [...(document.exempt ?? []), ...ALWAYS_EXEMPT];
  const plans = new Map<string, MethodPlan>();
  const unmapped: MethodPlan = {
    kind: "audit",
    isMapped: false,
    level: "metadata",
    failure: "open",
    mappings: [],
    readsMessages: false,
    extract: () => ({}),
  };

  function find(method: string): MethodPlan {
    const free = exempt.find((entry) => matches(entry.method, method));
    if (free !== undefined) return { kind: "exempt", reason: free.reason };
    return rules.find((rule) => matches(rule.method, method))?.plan ?? unmapped;
  }

  return {
    isRequired: document.required ?? false,
    coverage: "off",
    isPermitted: () => undefined,
    digest: loaded.digest,
    planOf(method) {
      const known = plans.get(method);
      if (known !== undefined) return known;
      const plan = find(method);
      plans.set(method, plan);
      return plan;
    },
  };
}

function matches(pattern: string, method: string): boolean {
  return pattern.endsWith("/*") ? method.startsWith(pattern.slice(0, -1)) : pattern === method;
}

function compileRule(
  rule: PolicyRule,
  catalogue: Catalogue,
  loaded: LoadedPolicy,
  at: number,
): MethodPlan {
  const mappings = (rule.actions ?? []).map((entry, index) => {
    if (catalogue.find(entry.action) === undefined) {
      const guess = nearest(entry.action, catalogue.names);
      throw new AuditError(
        "invalid_policy",
        `${loaded.locate(["rules", at, "actions", index, "action"])}: unknown action ${JSON.stringify(entry.action)}` +
          `${guess === undefined ? "" : `, did you mean "${guess}"?`} Known: ${catalogue.names.join(", ")}`,
      );
    }
    const path = ["rules", at, "actions", index];
    requirePaths(entry, loaded, path);
    return {
      ...compileAction({ ...rule, ...entry }, loaded, path),
      failure: catalogue.find(entry.action)?.failure ?? "open",
    };
  });
  requirePaths(rule, loaded, ["rules", at]);
  const { target, reason, outcome, error } = rule;
  const readsMessages =
    mappings.length > 0 || [target, reason, outcome, error].some((source) => source !== undefined);
  return {
    kind: "audit",
    isMapped: true,
    level: "metadata",
    failure: "open",
    mappings,
    readsMessages,
    extract: compileSources(rule),
  };
}

function compileAction(
  entry: PolicyAction,
  loaded: LoadedPolicy,
  path: readonly PropertyKey[],
): Omit<ActionMapping, "failure"> {
  const conditions = Object.entries(entry.when ?? {}).map(([text, wanted]) => {
    const at = parseMessagePath(text);
    if (at === undefined) throw noPath(loaded.locate([...path, "when"]), text);
    return conditionOf(at, wanted);
  });
  const before = compileState(entry.before);
  const after = compileState(entry.after);
  const details = compileMap(entry.details);
  const sources = compileSources(entry);
  return {
    action: entry.action,
    holds: (messages) => conditions.every((condition) => condition(messages)),
    mayHold: () => true,
    extract: (messages) =>
      dropUndefined({
        ...sources(messages),
        before: before(messages),
        after: after(messages),
        details: details(messages),
      }),
  };
}

function noPath(place: string, text: string): AuditError {
  return new AuditError(
    "invalid_policy",
    `${place}: ${JSON.stringify(text)} is no path: it must start with request. or response.`,
  );
}

/** Where only the messages can know, a text that is no path is a slip, and would be recorded as the answer. */
function requirePaths(
  sources: PolicySources & Pick<PolicyAction, "before" | "after">,
  loaded: LoadedPolicy,
  path: readonly PropertyKey[],
): void {
  for (const key of ["outcome", "error", "before", "after"] as const) {
    const text = sources[key];
    if (typeof text === "string" && parseMessagePath(text) === undefined) {
      throw noPath(loaded.locate([...path, key]), text);
    }
  }
}

function conditionOf(
  path: MessagePath,
  wanted: PolicyValue | readonly PolicyValue[],
): (messages: CallMessages) => boolean {
  if (wanted === "present") return (messages) => isPresent(selectPath(messages, path));
  if (wanted === "absent") return (messages) => !isPresent(selectPath(messages, path));
  const values = (typeof wanted === "object" ? wanted : [wanted]).map(String);
  return (messages) => {
    const value = selectPath(messages, path);
    return value !== undefined && typeof value !== "object" && values.includes(String(value));
  };
}

function compileSources(sources: PolicySources): (messages: CallMessages) => Extracted {
  const type = compileText(sources.target?.type);
  const id = compileText(sources.target?.id);
  const reason = compileText(sources.reason);
  const outcome = sources.outcome === undefined ? undefined : compileValue(sources.outcome);
  const error = compileText(sources.error);
  return (messages) =>
    dropUndefined({
      target: dropUndefined({ type: type(messages), id: id(messages) }),
      reason: reason(messages),
      outcome:
        outcome === undefined || messages.response === undefined
          ? undefined
          : outcomeOfValue(outcome(messages)),
      error: error(messages),
    });
}

/** A missing `success` is a false one: protobuf does not send false. */
function outcomeOfValue(value: BodyValue | undefined): Outcome {
  if (value === true) return "success";
  return OUTCOMES.find((outcome) => outcome === value) ?? "failure";
}

/** A state is a message, or a map of fields that stand in different places. */
function compileState(
  state: PolicyAction["before"],
): (messages: CallMessages) => BodyMap | undefined {
  if (state === undefined) return () => undefined;
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
): (messages: CallMessages) => BodyMap | undefined {
  if (map === undefined) return () => undefined;
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

function compileText(text: string | undefined): (messages: CallMessages) => string | undefined {
  if (text === undefined) return () => undefined;
  const value = compileValue(text);
  return (messages) => {
    const found = value(messages);
    if (!isPresent(found)) return undefined;
    return typeof found === "object" ? JSON.stringify(found) : String(found);
  };
}

function compileValue(value: PolicyValue): (messages: CallMessages) => BodyValue | undefined {
  const path = typeof value === "string" ? parseMessagePath(value) : undefined;
  return path === undefined ? () => value : (messages) => selectPath(messages, path);
}

function isMap(value: BodyValue): value is BodyMap {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

function dropUndefined<T extends object>(value: T): Defined<T> {
  return Object.fromEntries(
    Object.entries(value).filter(([, item]) => item !== undefined),
  ) as Defined<T>;
}
