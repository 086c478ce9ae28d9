import { WHOLE_BODY } from "../event/portable.ts";
import type { SealedField } from "./sealed-fields.ts";

/** Whether a field of an action's records may be redacted after they were sealed. */
export type IsRedactable = (field: SealedField) => boolean;

/** Names of bodies are anybody's: so many answers are remembered. */
const MAX_REMEMBERED = 4096;
const ANY_BELOW = ".*";

/**
 * The answers for each action.
 *
 * @param listOf names of attributes (`audit.actor.*`: all that begin so) and of body leaves (a name at
 * any depth, or a whole path), `*` for the whole body.
 */
export function createRedactable(
  listOf: (action: string) => readonly string[],
): (action: string) => IsRedactable {
  const known = new Map<string, IsRedactable>();
  return (action) => {
    const answer = known.get(action);
    if (answer !== undefined) return answer;
    if (known.size >= MAX_REMEMBERED) known.clear();
    const made = remembering(matcherOf(listOf(action)));
    known.set(action, made);
    return made;
  };
}

function remembering(matches: IsRedactable): IsRedactable {
  const attributes = new Map<string, boolean>();
  const leaves = new Map<string, boolean>();
  return (field) => {
    const answers = field.isBody ? leaves : attributes;
    let answer = answers.get(field.name);
    if (answer === undefined) {
      answer = matches(field);
      if (answers.size >= MAX_REMEMBERED) answers.clear();
      answers.set(field.name, answer);
    }
    return answer;
  };
}

function matcherOf(list: readonly string[]): IsRedactable {
  const names = new Set(list);
  const starts = list.flatMap((name) => (name.endsWith(ANY_BELOW) ? [name.slice(0, -1)] : []));
  const isWholeBody = names.has(WHOLE_BODY);
  return ({ name, isBody }) => {
    if (!isBody) return names.has(name) || starts.some((start) => name.startsWith(start));
    return isWholeBody || names.has(name) || name.split(".").some((part) => names.has(part));
  };
}
