import type { BodyValue } from "../event/index.ts";
import { type CallMessages, isPresent, type MessagePath, selectPath } from "./message-path.ts";
import type { PolicyCondition } from "./policy-document.ts";
import { compileRe2 } from "../lib/re2-pattern.ts";

/** What must stand at a path for an action to hold. */
export interface Condition {
  readonly root: "request" | "response";
  readonly holds: (messages: CallMessages) => boolean;
}

/**
 * Makes a condition ready.
 *
 * @param place where it stands, for the error.
 * @throws {AuditError} `invalid_policy` for a pattern that RE2 refuses.
 */
export function compileCondition(
  path: MessagePath,
  wanted: PolicyCondition,
  place: string,
): Condition {
  const test = compileTest(wanted, place);
  return { root: path.root, holds: (messages) => test(selectPath(messages, path)) };
}

function compileTest(
  wanted: PolicyCondition,
  place: string,
): (value: BodyValue | undefined) => boolean {
  if (wanted === "present") return isPresent;
  if (wanted === "absent") return (value) => !isPresent(value);
  let isWanted: (text: string) => boolean;
  if (typeof wanted === "object" && "matches" in wanted) {
    isWanted = compileRe2(wanted.matches, place).matches;
  } else {
    const values = new Set((typeof wanted === "object" ? wanted : [wanted]).map(String));
    isWanted = (text) => values.has(text);
  }
  const isWantedScalar = (value: BodyValue | undefined): boolean =>
    value !== undefined && value !== null && typeof value !== "object" && isWanted(String(value));
  return (value) => (Array.isArray(value) ? value.some(isWantedScalar) : isWantedScalar(value));
}
