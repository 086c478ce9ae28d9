/** Whether an audit policy fits the service that it is for. */
import {
  type AuditPolicy,
  compileMethod,
  isConditionWord,
  type LoadedPolicy,
  type MessagePath,
  parseMessagePath,
  type PolicyCondition,
  type PolicyRule,
  textsOf,
  whenGroups,
} from "../capture/index.ts";
import { nearest } from "../lib/nearest.ts";
import type { ProtoMethod } from "./proto-methods.ts";

/** Something that does not fit. */
export interface Finding {
  readonly kind: "path" | "value" | "stale" | "uncovered";
  /** `file:line:column`. */
  readonly place: string;
  readonly message: string;
}

/** All that does not fit, in the order of the policy; methods that nothing covers come last. */
export function checkAgainst(
  methods: readonly ProtoMethod[],
  policy: AuditPolicy,
  loaded: LoadedPolicy,
): readonly Finding[] {
  const rules = (loaded.document.rules ?? []).flatMap((rule, at) => {
    const own = methods.filter(({ name }) => policy.ruleOf(name) === at);
    const effective = own.filter(({ name }) => isRuled(policy, rule, name));
    return effective.length > 0
      ? [...badPaths(rule, at, effective, loaded), ...badValues(rule, at, effective, loaded)]
      : staleEntry(rule.method, ["rules", at, "method"], methods, loaded);
  });
  const exemptions = (loaded.document.exempt ?? []).flatMap(({ method }, at) => {
    const place = loaded.locate(["exempt", at, "method"]);
    const { matches } = compileMethod(method, place);
    return methods.some(({ name }) => matches(name))
      ? []
      : staleEntry(method, ["exempt", at, "method"], methods, loaded);
  });
  return [...rules, ...exemptions, ...uncovered(methods, policy, loaded)];
}

/** A rule of level none is an exemption to the policy, and yet it applies. */
function isRuled(policy: AuditPolicy, rule: PolicyRule, method: string): boolean {
  const plan = policy.planOf(method);
  return plan.kind === "audit" || (rule.level === "none" && plan.reason === "level none");
}

function staleEntry(
  method: PolicyRule["method"],
  path: readonly PropertyKey[],
  methods: readonly ProtoMethod[],
  loaded: LoadedPolicy,
): readonly Finding[] {
  const place = loaded.locate(path);
  const { text, kind, matches } = compileMethod(method, place);
  const names = methods.map(({ name }) => name);
  if (names.some((name) => matches(name))) {
    const message = `${text}: every method of it is exempt or falls under an earlier rule`;
    return [{ kind: "stale", place, message }];
  }
  const guess = kind === "regex" ? undefined : nearestMethod(text, names);
  const help = guess === undefined ? "" : `; did you mean ${guess}?`;
  return [
    { kind: "stale", place, message: `${text} matches no method of the .proto files${help}` },
  ];
}

/** The service or method that may be meant: of a known service its methods, else the services. */
function nearestMethod(text: string, names: readonly string[]): string | undefined {
  const [service = "", method = ""] = text.split("/");
  const own = names.filter((name) => name.startsWith(`${service}/`));
  const guess =
    own.length > 0
      ? [
          service,
          nearest(
            method,
            own.map((name) => name.slice(service.length + 1)),
          ),
        ]
      : [
          nearest(
            service,
            names.map((name) => name.replace(/\/.*/, "")),
          ),
          method,
        ];
  return guess.includes(undefined) ? undefined : guess.join("/");
}

/** A path that leads somewhere in one of the rule's methods is right. */
function badPaths(
  rule: PolicyRule,
  at: number,
  methods: readonly ProtoMethod[],
  loaded: LoadedPolicy,
): readonly Finding[] {
  return textsOf(rule, at, loaded).flatMap(({ text, place }): readonly Finding[] => {
    const path = parseMessagePath(text);
    if (path === undefined) return [];
    const problems = methods.map(({ problemOf }) => problemOf(path));
    const [problem] = problems;
    if (problem === undefined || problems.includes(undefined)) return [];
    const where = methods.length === 1 ? "" : ` (in ${methods[0]?.name}, and in no other method)`;
    return [{ kind: "path", place, message: `${text} leads nowhere: ${problem}${where}` }];
  });
}

/** Conditions that cannot be told or met. */
function badValues(
  rule: PolicyRule,
  at: number,
  methods: readonly ProtoMethod[],
  loaded: LoadedPolicy,
): readonly Finding[] {
  return (rule.actions ?? []).flatMap((action, index) =>
    whenGroups(action, ["rules", at, "actions", index]).flatMap(({ conditions, path: group }) =>
      Object.entries(conditions).flatMap(([text, wanted]) =>
        problemsOf(text, wanted, methods).map((message): Finding => {
          return { kind: "value", place: loaded.locate([...group, text]), message };
        }),
      ),
    ),
  );
}

/** What is wrong with what a condition wants: values that an enum does not have, or what no message tells. */
function problemsOf(
  text: string,
  wanted: PolicyCondition,
  methods: readonly ProtoMethod[],
): readonly string[] {
  const path = parseMessagePath(text);
  if (path === undefined || isConditionWord(wanted)) return [];
  if (typeof wanted === "object" && "sent" in wanted) return untold(text, path, methods);
  if (typeof wanted === "object" && "matches" in wanted) return [];
  const known = methods.map(({ enumAt }) => enumAt(path));
  if (known.includes(undefined)) return [];
  const names = known.flatMap((values) => values ?? []);
  return [wanted]
    .flat()
    .filter((value) => typeof value === "string" && !/^\d+$/.test(value) && !names.includes(value))
    .map((value) => `${text} is never ${JSON.stringify(value)}: it is one of ${names.join(", ")}`);
}

/** Of a field without presence, an empty one that was sent looks like one that was not. */
function untold(
  text: string,
  path: MessagePath,
  methods: readonly ProtoMethod[],
): readonly string[] {
  return methods.every(({ hasPresence }) => hasPresence(path) === false)
    ? [
        `whether ${text} was sent cannot be told: it is no message, not optional and in no oneof; ` +
          "use present, absent or falsy",
      ]
    : [];
}

function uncovered(
  methods: readonly ProtoMethod[],
  policy: AuditPolicy,
  loaded: LoadedPolicy,
): readonly Finding[] {
  if (policy.coverage === "off") return [];
  return methods.flatMap(({ name }): readonly Finding[] => {
    const plan = policy.planOf(name);
    if (plan.kind === "exempt" || plan.isMapped) return [];
    const message = `${name} is neither mapped nor exempt: add a rule, or an exemption with its reason`;
    return [{ kind: "uncovered", place: loaded.locate(["coverage"]), message }];
  });
}
