import { normaliseValue } from "../event/index.ts";
import { createRedactor, type Redactor } from "./redactor.ts";

let redactor: Redactor | undefined;

/**
 * A value of any kind as plain JSON, without what the built-in rules find: text, lists and maps at
 * every depth, names as well as values. What is plain and has nothing to hide comes back equal.
 *
 * Never throws. Undefined, functions and symbols come back as null.
 */
export function redact(value: unknown): unknown {
  redactor ??= createRedactor();
  const plain = normaliseValue(value);
  return plain === undefined ? null : redactor.redactValue(plain);
}
