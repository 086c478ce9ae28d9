import { WHOLE_BODY } from "../event/portable.ts";
import { remembered } from "../lib/remembered.ts";
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
  return remembered(MAX_REMEMBERED, (action) => {
    const matches = matcherOf(listOf(action));
    const ofLeaf = remembered(MAX_REMEMBERED, (name: string) => matches({ name, isBody: true }));
    const ofAttribute = remembered(MAX_REMEMBERED, (name: string) =>
      matches({ name, isBody: false }),
    );
    return ({ name, isBody }) => (isBody ? ofLeaf(name) : ofAttribute(name));
  });
}

function matcherOf(
  list: readonly string[],
): (field: Pick<SealedField, "name" | "isBody">) => boolean {
  const names = new Set(list);
  const starts = list.flatMap((name) => (name.endsWith(ANY_BELOW) ? [name.slice(0, -1)] : []));
  const isWholeBody = names.has(WHOLE_BODY);
  return ({ name, isBody }) => {
    if (!isBody) return names.has(name) || starts.some((start) => name.startsWith(start));
    return isWholeBody || names.has(name) || name.split(".").some((part) => names.has(part));
  };
}
