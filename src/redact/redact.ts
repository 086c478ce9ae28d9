import { type BodyValue, normaliseValue } from "../event/index.ts";
import { createRedactor, type Redactor } from "./redactor.ts";

let redactor: Redactor | undefined;

/**
 * A value of any kind as plain JSON, without what the built-in rules find: text, lists and maps at
 * every depth, names as well as values. What is plain and has nothing to hide comes back equal.
 *
 * Never throws. Undefined for what has no plain form, as functions.
 */
export function redact(value: unknown): BodyValue | undefined {
  redactor ??= createRedactor();
  const plain = normaliseValue(value);
  return plain === undefined ? undefined : redactor.redactValue(plain);
}
