import { ATTR_ACTION, ATTR_SOURCE_TYPE, KNOWN_ATTRIBUTES } from "../event/index.ts";
import type { Redactor } from "../redact/index.ts";
import { keyOf } from "../seal/portable.ts";

/** Whether a rule asks for a field of that key to be redacted, in records of that action. */
export type IsExplained = (key: string, action: string) => boolean;

/** No detector finds anything in it: what takes it away is a rule on the name, or on identity. */
const PROBE = "a";
const MAX_REMEMBERED = 4096;

/**
 * What the rules of redaction policies ask for by name. What a detector found in a value nobody can
 * tell afterwards; but the process has asked its detectors before it sealed.
 */
export function explainedBy(redactors: readonly Redactor[]): IsExplained {
  const attributes = new Map(KNOWN_ATTRIBUTES.map((name) => [keyOf(name), name]));
  const answers = new Map<string, boolean>();

  function isTaken(action: string, name: string, isBody: boolean): boolean {
    const context = { [ATTR_ACTION]: action, [ATTR_SOURCE_TYPE]: "ip" };
    return redactors.some((redactor) => {
      if (isBody) {
        const { body } = redactor.redact({ attributes: context, body: { [name]: PROBE } });
        return body[name] !== PROBE;
      }
      const { attributes: left } = redactor.redact({
        attributes: { ...context, [name]: PROBE },
        body: {},
      });
      return left[name] !== PROBE;
    });
  }

  function answer(key: string, action: string): boolean {
    const attribute = attributes.get(key);
    if (attribute !== undefined) return isTaken(action, attribute, false);
    // Where the name of the leaf begins in the key of a path is not said: any end of it may be the name.
    const parts = key.split("_");
    return parts.some((_, at) => isTaken(action, parts.slice(at).join("_"), true));
  }

  return (key, action) => {
    const question = `${action} ${key}`;
    let known = answers.get(question);
    if (known === undefined) {
      if (answers.size >= MAX_REMEMBERED) answers.clear();
      known = answer(key, action);
      answers.set(question, known);
    }
    return known;
  };
}
