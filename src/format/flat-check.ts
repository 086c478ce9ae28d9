import { isMap } from "../lib/is-map.ts";
import type { FlatRecord } from "./flat.ts";

/** Keys that hold a text where they are present at all. */
const OPTIONAL_TEXTS = [
  "call_id",
  "outcome",
  "actor_id",
  "actor_type",
  "target_type",
  "target_id",
  "reason",
  "method",
  "rpc_status",
  "source",
  "service",
  "trace_id",
  "span_id",
] as const;

/**
 * Whether a value that came out of `JSON.parse` is a record. Every line of a journal goes through it,
 * so it says no more than that; {@link flatProblem} says why not. Later versions may add keys: unknown
 * ones are never refused.
 */
export function isFlatRecord(value: unknown): value is FlatRecord {
  if (!isMap(value)) return false;
  const { status, error, duration_ms: duration, resource } = value;
  if (
    typeof value["timestamp"] !== "string" ||
    typeof value["action_type"] !== "string" ||
    typeof value["record_id"] !== "string" ||
    typeof value["stream"] !== "string" ||
    typeof value["kind"] !== "string" ||
    !Number.isSafeInteger(value["sequence"]) ||
    (status !== "success" && status !== "failed") ||
    (error !== null && typeof error !== "string") ||
    (duration !== undefined && typeof duration !== "number") ||
    !isMap(value["details"]) ||
    !isAttributeMap(value["attributes"]) ||
    (resource !== undefined && !isAttributeMap(resource))
  ) {
    return false;
  }
  for (const key of OPTIONAL_TEXTS) {
    const text = value[key];
    if (text !== undefined && typeof text !== "string") return false;
  }
  return true;
}

/** Scalars and lists of texts. */
function isAttributeMap(value: unknown): boolean {
  if (!isMap(value)) return false;
  for (const key in value) {
    const item = value[key];
    const kind = typeof item;
    if (kind === "string" || kind === "number" || kind === "boolean") continue;
    if (!Array.isArray(item) || !item.every((text) => typeof text === "string")) return false;
  }
  return true;
}

/** What a key must hold, in words, and whether a value is that; keys in the order in which they are told. */
const EXPECTED: Readonly<
  Record<string, readonly [words: string, holds: (value: unknown) => boolean]>
> = {
  timestamp: ["a text", isText],
  action_type: ["a text", isText],
  status: ['"success" or "failed"', (value) => value === "success" || value === "failed"],
  details: ["a map", isMap],
  error: ["a text or null", (value) => value === null || isText(value)],
  record_id: ["a text", isText],
  stream: ["a text", isText],
  sequence: ["a whole number", Number.isSafeInteger],
  kind: ["a text", isText],
  ...Object.fromEntries(OPTIONAL_TEXTS.map((key) => [key, ["a text", isAbsentOr(isText)]])),
  duration_ms: ["a number", isAbsentOr((value) => typeof value === "number")],
  attributes: ["a map of texts, numbers, booleans and lists of texts", isAttributeMap],
  resource: ["a map of texts, numbers, booleans and lists of texts", isAbsentOr(isAttributeMap)],
};

/**
 * Why {@link isFlatRecord} says no: the key, what kind of value stands there, what must. Never the value:
 * nobody has redacted it. Undefined: it says yes.
 */
export function flatProblem(value: unknown): string | undefined {
  if (!isMap(value)) return `a map is needed, here is ${kindOf(value)}`;
  for (const [key, [words, holds]] of Object.entries(EXPECTED)) {
    const found = value[key];
    if (holds(found)) continue;
    return found === undefined
      ? `"${key}" is missing`
      : `"${key}" must be ${words}, it is ${kindOf(found)}`;
  }
  return undefined;
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  if (isMap(value)) return "a map";
  return typeof value === "string" ? "a text" : `a ${typeof value}`;
}

function isText(value: unknown): boolean {
  return typeof value === "string";
}

function isAbsentOr(holds: (value: unknown) => boolean): (value: unknown) => boolean {
  return (value) => value === undefined || holds(value);
}
