/**
 * The audit policy, ready to be asked.
 *
 * In: a policy of the right shape, and the catalogue. Out: for each method, once, how its calls are
 * audited. Everything that can be wrong is said here, before anybody listens.
 */
import { type Catalogue, type FailurePolicy, RPC_CALL } from "../event/index.ts";
import { type CallMessages, parseMessagePath } from "./message-path.ts";
import { type Condition, compileCondition } from "./policy-condition.ts";
import {
  noPath,
  refuseUselessRule,
  requireAction,
  requirePaths,
  unreachableRules,
} from "./policy-conflicts.ts";
import type { PolicyAction, PolicyCoverage, PolicyLevel, PolicyRule } from "./policy-document.ts";
import { compileExtract, type Extracted, readsMessages } from "./policy-extract.ts";
import type { LoadedPolicy } from "./policy-file.ts";
import { compileMethod, type MethodPattern } from "./policy-method.ts";
import { compileRoles } from "./policy-roles.ts";
import { likelySlips } from "./policy-texts.ts";
import { type WhenGroup, whenGroups } from "./policy-when.ts";

/** One action that a method may be. */
export interface ActionMapping {
  readonly action: string;
  /** Its own, else the rule's, else the catalogue's. */
  readonly failure: FailurePolicy;
  /** Whether this call is that action. */
  readonly holds: (messages: CallMessages) => boolean;
  /** Whether it may turn out to be, when only the request is known. */
  readonly mayHold: (messages: CallMessages) => boolean;
  /** Whether it will, whatever the reply says. */
  readonly mustHold: (messages: CallMessages) => boolean;
  readonly extract: (messages: CallMessages) => Extracted;
}

/** How much of the messages is recorded beside what the paths name. */
export type AuditLevel = Exclude<PolicyLevel, "none">;

/** How a method is audited. No mapping holds: it is an `rpc_call`. */
export type MethodPlan =
  | { readonly kind: "exempt"; readonly reason: string }
  | {
      readonly kind: "audit";
      /** Whether a rule names the method. */
      readonly isMapped: boolean;
      readonly level: AuditLevel;
      /** Of the `rpc_call` that stands for a call without an action. */
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
  /** Place of the rule that a method falls under, in `rules`; undefined where none does. */
  readonly ruleOf: (method: string) => number | undefined;
  readonly isRequired: boolean;
  readonly coverage: PolicyCoverage;
  /** Whether a role may do an action; undefined where the policy does not know the role. */
  readonly isPermitted: (role: string | undefined, action: string) => boolean | undefined;
  readonly digest: string;
}

/** Infrastructure that says nothing of what anybody did; a rule that names the service wins. */
const EXEMPT_BY_DEFAULT: readonly { readonly service: string; readonly reason: string }[] = [
  { service: "grpc.health.v1.Health/", reason: "health probe" },
  { service: "grpc.reflection.v1.ServerReflection/", reason: "reflection" },
  { service: "grpc.reflection.v1alpha.ServerReflection/", reason: "reflection" },
  { service: "grpc.channelz.v1.Channelz/", reason: "channelz" },
];

/** Methods that nobody serves can be asked for, but not without end. */
const MAX_KNOWN_PLANS = 10_000;

/**
 * Makes a policy ready: checks its actions, roles, patterns and paths, once.
 *
 * @param report gets what is odd without being wrong, as a rule that can never match.
 * @throws {AuditError} `invalid_policy` with the place, the thing and the way out.
 */
export function compilePolicy(
  loaded: LoadedPolicy,
  catalogue: Catalogue,
  report: (line: string) => void = () => {},
): AuditPolicy {
  const { document } = loaded;
  const rules = (document.rules ?? []).map((rule, at) => ({
    method: compileMethod(rule.method, loaded.locate(["rules", at, "method"])),
    plan: compileRule(rule, catalogue, loaded, at),
  }));
  const exempt = (document.exempt ?? []).map(({ method, reason }, at) => ({
    method: compileMethod(method, loaded.locate(["exempt", at, "method"])),
    reason,
  }));
  const methodsOf = (entries: readonly { readonly method: MethodPattern }[]): MethodPattern[] =>
    entries.map(({ method }) => method);
  unreachableRules(methodsOf(rules), methodsOf(exempt), loaded).forEach(report);
  likelySlips(loaded).forEach(report);
  const isPermitted = compileRoles(loaded, catalogue);
  const unmapped: MethodPlan = {
    kind: "audit",
    isMapped: false,
    level: "metadata",
    failure: catalogue.find(RPC_CALL)?.failure ?? "open",
    mappings: [],
    readsMessages: false,
    extract: () => ({}),
  };
  const plans = new Map<string, MethodPlan>();

  function ruleOf(method: string): number | undefined {
    const at = rules.findIndex((rule) => rule.method.matches(method));
    return at < 0 ? undefined : at;
  }

  function find(method: string): MethodPlan {
    const free = exempt.find((entry) => entry.method.matches(method));
    if (free !== undefined) return { kind: "exempt", reason: free.reason };
    const rule = rules[ruleOf(method) ?? -1];
    const byDefault = EXEMPT_BY_DEFAULT.find(({ service }) => method.startsWith(service));
    // A pattern for everything does not mean the health probe.
    if (byDefault !== undefined && (rule === undefined || rule.method.kind === "regex")) {
      return { kind: "exempt", reason: byDefault.reason };
    }
    return rule?.plan ?? unmapped;
  }

  return {
    isRequired: document.required ?? false,
    coverage: document.coverage ?? "warn",
    digest: loaded.digest,
    isPermitted,
    ruleOf,
    planOf(method) {
      const known = plans.get(method);
      if (known !== undefined) return known;
      const plan = find(method);
      if (plans.size < MAX_KNOWN_PLANS) plans.set(method, plan);
      return plan;
    },
  };
}

function compileRule(
  rule: PolicyRule,
  catalogue: Catalogue,
  loaded: LoadedPolicy,
  at: number,
): MethodPlan {
  refuseUselessRule(rule, loaded, at);
  requirePaths(rule, loaded, ["rules", at]);
  const entries = (rule.actions ?? []).map((entry) => withRule(entry, rule));
  const mappings = entries.map((entry, index) => {
    const path = ["rules", at, "actions", index];
    requireAction(entry.action, catalogue, loaded.locate([...path, "action"]));
    requirePaths(rule.actions?.[index] ?? entry, loaded, path);
    return compileAction(entry, catalogue, loaded, path);
  });
  const level = rule.level ?? "metadata";
  if (level === "none") return { kind: "exempt", reason: "level none" };
  return {
    kind: "audit",
    isMapped: true,
    level,
    failure: rule.failure ?? catalogue.find(RPC_CALL)?.failure ?? "open",
    mappings,
    readsMessages:
      level !== "metadata" ||
      readsMessages(rule) ||
      entries.some((entry) => entry.when !== undefined || readsMessages(entry)),
    extract: compileExtract(rule),
  };
}

/** What stands on the rule counts for its actions, where they do not say otherwise. */
function withRule(entry: PolicyAction, rule: PolicyRule): PolicyAction {
  const { method: _method, level: _level, actions: _actions, ...sources } = rule;
  return { ...sources, ...entry };
}

function compileAction(
  entry: PolicyAction,
  catalogue: Catalogue,
  loaded: LoadedPolicy,
  path: readonly PropertyKey[],
): ActionMapping {
  const groups = whenGroups(entry, path).map((group) => compileGroup(group, loaded));
  const holdsOf =
    (some: readonly (readonly Condition[])[]) =>
    (messages: CallMessages): boolean =>
      some.length === 0 ||
      some.some((group) => group.every((condition) => condition.holds(messages)));
  return {
    action: entry.action,
    failure: entry.failure ?? catalogue.find(entry.action)?.failure ?? "open",
    holds: holdsOf(groups),
    mayHold: holdsOf(groups.map((group) => group.filter(({ root }) => root === "request"))),
    mustHold: (messages) =>
      groups.length === 0 ||
      groups.some((group) =>
        group.every(({ root, holds }) => root === "request" && holds(messages)),
      ),
    extract: compileExtract(entry),
  };
}

function compileGroup({ conditions, path }: WhenGroup, loaded: LoadedPolicy): readonly Condition[] {
  return Object.entries(conditions).map(([text, wanted]): Condition => {
    const at = parseMessagePath(text);
    if (at === undefined) throw noPath(loaded.locateKey(path, text), text);
    return compileCondition(at, wanted, loaded.locate([...path, text]));
  });
}
