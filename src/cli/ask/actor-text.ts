/** Who acted, in words. */
import {
  ATTR_ACTOR_DELEGATOR_ID,
  ATTR_ACTOR_ROLE,
  ATTR_ACTOR_ROLE_PERMITTED,
} from "../../event/index.ts";
import type { FlatRecord } from "../../format/index.ts";

/** `ann (user, role trainer)`; undefined: nobody is named. */
export function actorText(record: FlatRecord): string | undefined {
  const { actor_id: id, actor_type: type, attributes } = record;
  const role = attributes[ATTR_ACTOR_ROLE];
  const delegator = attributes[ATTR_ACTOR_DELEGATOR_ID];
  return withNotes(id, [
    type,
    role === undefined ? undefined : `role ${String(role)}${permissionText(record)}`,
    delegator === undefined ? undefined : `for ${String(delegator)}`,
  ]);
}

function permissionText({ attributes }: FlatRecord): string {
  switch (attributes[ATTR_ACTOR_ROLE_PERMITTED]) {
    case true:
      return ", which by the policy may do this";
    case false:
      return ", which by the policy may not do this";
    default:
      return "";
  }
}

/** A text with what else is to be said of it in brackets; absent parts are left out. */
export function withNotes(
  text: string | undefined,
  notes: readonly (string | undefined)[],
): string | undefined {
  const said = notes.filter((note) => note !== undefined && note !== "");
  if (text === undefined || said.length === 0) return text ?? joined(...said);
  return `${text} (${said.join(", ")})`;
}

/** Texts with a space between them; undefined where there is none. */
export function joined(...texts: readonly (string | undefined)[]): string | undefined {
  const said = texts.filter((text) => text !== undefined && text !== "");
  return said.length === 0 ? undefined : said.join(" ");
}
