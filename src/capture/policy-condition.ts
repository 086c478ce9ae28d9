import type { BodyValue } from "../event/index.ts";
import {
  type CallMessages,
  isPresent,
  isSent,
  type MessagePath,
  selectPath,
} from "./message-path.ts";
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

type Word = "present" | "absent" | "falsy";

const TESTS_OF_WORDS: Readonly<Record<Word, (value: BodyValue | undefined) => boolean>> = {
  present: isPresent,
  absent: isAbsent,
  falsy: isFalsy,
};

/** Whether a condition is one of the words `present`, `absent` and `falsy`. */
export function isConditionWord(wanted: PolicyCondition): wanted is Word {
  return typeof wanted === "string" && Object.hasOwn(TESTS_OF_WORDS, wanted);
}

function compileTest(
  wanted: PolicyCondition,
  place: string,
): (value: BodyValue | undefined) => boolean {
  if (isConditionWord(wanted)) return TESTS_OF_WORDS[wanted];
  if (typeof wanted === "object" && "sent" in wanted) {
    return (value) => isSent(value) === wanted.sent;
  }
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

function isAbsent(value: BodyValue | undefined): boolean {
  return !isPresent(value);
}

function isFalsy(value: BodyValue | undefined): boolean {
  if (Array.isArray(value) && value.length > 0) return value.some(isFalsy);
  return isAbsent(value) || value === false || value === 0;
}
