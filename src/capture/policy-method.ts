import type { PolicyMethod } from "./policy-document.ts";
import { compileRe2 } from "../lib/re2-pattern.ts";

/** Which methods a rule or an exemption is about. */
export interface MethodPattern {
  /** As it is written, for people. */
  readonly text: string;
  readonly kind: "exact" | "service" | "regex";
  readonly matches: (method: string) => boolean;
}

/**
 * Makes a method pattern ready.
 *
 * @param place where it stands, for the error.
 * @throws {AuditError} `invalid_policy` for a pattern that RE2 refuses.
 */
export function compileMethod(method: PolicyMethod, place: string): MethodPattern {
  if (typeof method !== "string") {
    return {
      text: `{ regex: ${method.regex} }`,
      kind: "regex",
      matches: compileRe2(method.regex, place).matches,
    };
  }
  if (!method.endsWith("/*")) {
    return { text: method, kind: "exact", matches: (name) => name === method };
  }
  const service = method.slice(0, -1);
  return { text: method, kind: "service", matches: (name) => name.startsWith(service) };
}

/**
 * Whether every method of `later` is one of `earlier`, as far as that can be told: two different
 * regular expressions are not compared.
 */
export function covers(earlier: MethodPattern, later: MethodPattern): boolean {
  if (earlier.text === later.text && earlier.kind === later.kind) return true;
  if (later.kind === "exact") return earlier.matches(later.text);
  return later.kind === "service" && earlier.kind === "regex" && earlier.text === "{ regex: .* }";
}
