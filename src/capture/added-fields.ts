import { OUTCOMES } from "../event/index.ts";
import { messageOf } from "../lib/errors.ts";
import type { CallFields } from "../record/index.ts";

/** What a handler added with `currentAudit().set()`, with nothing in it that could cost the record. */
export interface AddedFields {
  /** Undefined: the first action mapped. */
  readonly action: string | undefined;
  readonly fields: CallFields;
  /** What could not be used, in words. */
  readonly problems: readonly string[];
}

type Key = keyof CallFields;

const KEYS: readonly Key[] = [
  "actor",
  "target",
  "before",
  "after",
  "reason",
  "outcome",
  "error",
  "authorization",
  "snapshot",
  "details",
];

/** Why a value cannot be used, or undefined. */
function problemOf(key: Key, value: unknown): string | undefined {
  const isMap = typeof value === "object" && !Array.isArray(value);
  switch (key) {
    case "actor": {
      const id = isMap && value !== null && "id" in value ? value.id : value;
      return typeof id === "string" && id !== "" ? undefined : "set(): the actor has no id";
    }
    case "outcome":
      return OUTCOMES.some((outcome) => outcome === value)
        ? undefined
        : `set(): outcome must be one of ${OUTCOMES.join(", ")}`;
    case "target":
    case "authorization":
    case "details":
    case "before":
    case "after":
      return isMap ? undefined : `set(): ${key} is no map`;
    default:
      return undefined;
  }
}

/** Reads what a handler gave: its type is a promise that JavaScript does not keep. Never throws. */
export function readAddedFields(given: unknown, action: string | undefined): AddedFields {
  const fields: Partial<Record<Key, unknown>> = {};
  const problems: string[] = [];
  for (const key of typeof given === "object" && given !== null ? KEYS : []) {
    try {
      const value = (given as Partial<Record<Key, unknown>>)[key];
      if (value === undefined || value === null) continue;
      const problem = problemOf(key, value);
      if (problem === undefined) fields[key] = value;
      else problems.push(problem);
    } catch (error) {
      problems.push(`set(): ${key} cannot be read: ${messageOf(error)}`);
    }
  }
  return { action, fields: fields as CallFields, problems };
}
