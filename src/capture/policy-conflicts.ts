/** What a policy says that cannot be meant: errors stop the start, the rest is reported. */
import type { Catalogue } from "../event/index.ts";
import { AuditError } from "../lib/errors.ts";
import { nearest } from "../lib/nearest.ts";
import { parseMessagePath } from "./message-path.ts";
import type { PolicyAction, PolicyRule, PolicySources } from "./policy-document.ts";
import type { LoadedPolicy } from "./policy-file.ts";
import { covers, type MethodPattern } from "./policy-method.ts";
import { shown } from "../lib/shown.ts";

/**
 * Checks that the catalogue knows an action.
 *
 * @throws {AuditError} `invalid_policy` with what may have been meant.
 */
export function requireAction(name: string, catalogue: Catalogue, place: string): void {
  if (catalogue.find(name) !== undefined) return;
  const guess = nearest(name, catalogue.names);
  throw new AuditError(
    "invalid_policy",
    `${place}: unknown action ${shown(name)}${guess === undefined ? "." : `, did you mean "${guess}"?`} ` +
      `Known: ${catalogue.names.join(", ")}; define your own with defineAction()`,
  );
}

/**
 * Checks that a rule that records nothing asks for nothing.
 *
 * @throws {AuditError} `invalid_policy`.
 */
export function refuseUselessRule(rule: PolicyRule, loaded: LoadedPolicy, at: number): void {
  if (rule.level !== "none") return;
  const key = (["failure", "actions"] as const).find((name) =>
    name !== "failure" ? (rule.actions ?? []).length > 0 : rule.failure === "closed",
  );
  if (key === undefined) return;
  const wish =
    key === "failure"
      ? "failure: closed asks for a record of every call"
      : "actions ask for records";
  throw new AuditError(
    "invalid_policy",
    `${loaded.locateKey(["rules", at], key)}: ${wish}, but level: none (${loaded.locate(["rules", at, "level"])}) ` +
      "records nothing: remove one of the two",
  );
}

/**
 * Where only the messages can know, a text that is no path is a slip, and would be recorded as the answer.
 *
 * @throws {AuditError} `invalid_policy`.
 */
export function requirePaths(
  sources: PolicySources & Partial<Pick<PolicyAction, "before" | "after">>,
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

/** The error for a text that should be a path. */
export function noPath(place: string, text: string): AuditError {
  return new AuditError(
    "invalid_policy",
    `${place}: ${shown(text)} is no path: it must start with request. or response.`,
  );
}

/** Rules that can never match, a line each. */
export function unreachableRules(
  rules: readonly MethodPattern[],
  exempt: readonly MethodPattern[],
  loaded: LoadedPolicy,
): readonly string[] {
  return rules.flatMap((rule, at) => {
    const place = loaded.locate(["rules", at, "method"]);
    const earlier = rules.findIndex((other, index) => index < at && covers(other, rule));
    if (earlier >= 0) {
      return [
        `${place}: ${rule.text} never matches: rules.${earlier} (${rules[earlier]?.text}, ` +
          `${loaded.locate(["rules", earlier, "method"])}) comes first and covers it; put it after, or remove it`,
      ];
    }
    const free = exempt.findIndex((other) => covers(other, rule));
    return free < 0
      ? []
      : [
          `${place}: ${rule.text} never matches: it is exempt (${loaded.locate(["exempt", free, "method"])}); remove one of the two`,
        ];
  });
}
