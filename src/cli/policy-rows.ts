/** What an audit policy makes of methods, for people and programs. */
import {
  type AuditPolicy,
  isConditionWord,
  type LoadedPolicy,
  type PolicyAction,
  type PolicyCondition,
  type PolicyMethod,
  type PolicyRule,
  whenGroups,
} from "../capture/index.ts";
import { type Catalogue, type FailurePolicy, RPC_CALL } from "../event/index.ts";

/** One action that a method may be recorded as. */
export interface ActionRow {
  readonly action: string;
  readonly failure: FailurePolicy;
  /** Conditions in words; undefined: always. */
  readonly when?: string;
}

/** How a method, or the methods of a pattern, are audited. */
export interface MethodRow {
  readonly method: string;
  readonly level: "none" | "metadata" | "request" | "request-response";
  readonly actions: readonly ActionRow[];
  /** Why it is not recorded. */
  readonly exempt?: string;
  readonly isMapped: boolean;
}

/** The rules and exemptions as they are written. */
export function rowsAsWritten(loaded: LoadedPolicy, catalogue: Catalogue): readonly MethodRow[] {
  const { rules = [], exempt = [] } = loaded.document;
  return [
    ...exempt.map(({ method, reason }) => exemptRow(patternText(method), reason)),
    ...rules.map((rule) => ruleRow(patternText(rule.method), rule, catalogue)),
  ];
}

/** The same for each of some methods. */
export function rowsOfMethods(
  methods: readonly string[],
  policy: AuditPolicy,
  { loaded, catalogue }: { readonly loaded: LoadedPolicy; readonly catalogue: Catalogue },
): readonly MethodRow[] {
  return methods.map((method) => {
    const plan = policy.planOf(method);
    if (plan.kind === "exempt") return exemptRow(method, plan.reason);
    const rule = loaded.document.rules?.[policy.ruleOf(method) ?? -1];
    if (rule !== undefined) return ruleRow(method, rule, catalogue);
    const { failure, level } = plan;
    return { method, level, actions: [{ action: RPC_CALL, failure }], isMapped: false };
  });
}

function exemptRow(method: string, reason: string): MethodRow {
  return { method, level: "none", actions: [], exempt: reason, isMapped: true };
}

function ruleRow(method: string, rule: PolicyRule, catalogue: Catalogue): MethodRow {
  const level = rule.level ?? "metadata";
  if (level === "none") return exemptRow(method, "level none");
  const failureOf = (action: string, own?: FailurePolicy): FailurePolicy =>
    own ?? rule.failure ?? catalogue.find(action)?.failure ?? "open";
  const mapped = (rule.actions ?? []).map((entry): ActionRow => {
    const when = conditionsText(entry);
    return {
      action: entry.action,
      failure: failureOf(entry.action, entry.failure),
      ...(when === undefined ? {} : { when }),
    };
  });
  const isAlways = mapped.some(({ when }) => when === undefined);
  const fallback: ActionRow = {
    action: RPC_CALL,
    failure: failureOf(RPC_CALL),
    ...(mapped.length === 0 ? {} : { when: "otherwise" }),
  };
  return { method, level, actions: isAlways ? mapped : [...mapped, fallback], isMapped: true };
}

function conditionsText(action: PolicyAction): string | undefined {
  const groups = whenGroups(action, []).map(({ conditions }) =>
    Object.entries(conditions)
      .map(([path, wanted]) => `${path} ${conditionText(wanted)}`)
      .join(" and "),
  );
  return groups.length === 0 || groups.includes("") ? undefined : groups.join(" or ");
}

function conditionText(wanted: PolicyCondition): string {
  if (isConditionWord(wanted)) return `is ${wanted}`;
  if (typeof wanted !== "object") return `= ${wanted}`;
  if ("sent" in wanted) return wanted.sent ? "is sent" : "is not sent";
  return "matches" in wanted ? `matches ${wanted.matches}` : `is one of ${wanted.join(", ")}`;
}

function patternText(method: PolicyMethod): string {
  return typeof method === "string" ? method : `{ regex: ${method.regex} }`;
}
