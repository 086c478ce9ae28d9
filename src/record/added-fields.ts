import { normaliseMap, OUTCOMES } from "../event/index.ts";
import { messageOf } from "../lib/errors.ts";
import type { CallFields } from "./current-call.ts";

/** What running code added with `set()`, with nothing in it that could cost the record. */
export interface AddedFields {
  readonly fields: CallFields;
  /** What could not be used, in words. */
  readonly problems: readonly string[];
}

/** All that a handler added, by action; undefined is the first action mapped. */
export type AddedByAction = Map<string | undefined, AddedFields>;

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

/** A handler that adds nonsense for ever must not fill the memory. */
const MAX_PROBLEMS = 16;

/** Nothing added. */
export const NOTHING_ADDED: AddedFields = { fields: {}, problems: [] };

/**
 * Adds what a handler gave to what it gave before: later values replace earlier ones, details are
 * merged. Its type is a promise that JavaScript does not keep. Never throws.
 */
export function addFields(added: AddedByAction, given: unknown, action: string | undefined): void {
  const old = added.get(action) ?? NOTHING_ADDED;
  const { fields, problems } = readFields(given);
  added.set(action, joinFields(old, { fields, problems }));
}

/** Two sets of fields in one; the second wins. */
export function joinFields(first: AddedFields, second: AddedFields): AddedFields {
  const details = { ...first.fields.details, ...second.fields.details };
  return {
    fields: {
      ...first.fields,
      ...second.fields,
      ...(Object.keys(details).length === 0 ? {} : { details }),
    },
    problems: [...new Set([...first.problems, ...second.problems])].slice(0, MAX_PROBLEMS),
  };
}

/** What of a map of fields can be used, as it is now, and what cannot. Never throws. */
export function readFields(given: unknown, from: string = "set()"): AddedFields {
  const fields: Partial<Record<Key, unknown>> = {};
  const problems: string[] = [];
  if (typeof given !== "object" || given === null) {
    return { fields: {}, problems: [`${from}: the fields are no map`] };
  }
  for (const key of KEYS) {
    try {
      const value = (given as Partial<Record<Key, unknown>>)[key];
      if (value === undefined || value === null) continue;
      const problem = problemOf(key, value, from);
      if (problem === undefined) fields[key] = snapshotOf(key, value);
      else problems.push(problem);
    } catch (error) {
      problems.push(`${from}: ${key} cannot be read: ${messageOf(error)}`);
    }
  }
  return { fields: fields as CallFields, problems };
}

/** A handler that shows its state and then changes it must not change what it has shown. */
function snapshotOf(key: Key, value: unknown): unknown {
  switch (key) {
    case "before":
    case "after":
    case "details":
      return normaliseMap(value);
    case "actor":
    case "target":
    case "authorization":
      return typeof value === "object" ? { ...value } : value;
    default:
      return value;
  }
}

/** Why a value cannot be used, or undefined. */
function problemOf(key: Key, value: unknown, from: string): string | undefined {
  const isMap = typeof value === "object" && !Array.isArray(value);
  switch (key) {
    case "actor": {
      const id = isMap && value !== null && "id" in value ? value.id : value;
      return typeof id === "string" && id !== "" ? undefined : `${from}: the actor has no id`;
    }
    case "outcome":
      return OUTCOMES.some((outcome) => outcome === value)
        ? undefined
        : `${from}: outcome must be one of ${OUTCOMES.join(", ")}`;
    case "target":
    case "authorization":
    case "details":
    case "before":
    case "after":
      return isMap ? undefined : `${from}: ${key} is no map`;
    default:
      return undefined;
  }
}
