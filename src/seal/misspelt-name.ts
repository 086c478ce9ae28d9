/**
 * Names that have the key of an attribute that otel-audit writes, and are not its name: whoever reads
 * `audit.actor.id` does not see `audit_actor_id`, and the leaf of the record is the same.
 */
import { KNOWN_ATTRIBUTES } from "../event/portable.ts";
import { keyOf, SEALED_PREFIXES } from "./sealed-fields.ts";

const NAMES: ReadonlyMap<string, string> = new Map(
  KNOWN_ATTRIBUTES.filter((name) => SEALED_PREFIXES.some((prefix) => name.startsWith(prefix))).map(
    (name) => [keyOf(name), name],
  ),
);

/** The attribute whose key the name of an attribute has, where it is another name; else undefined. */
export function misspeltName(name: string): string | undefined {
  const known = NAMES.get(keyOf(name));
  return known === name ? undefined : known;
}
