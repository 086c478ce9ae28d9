/**
 * Details of built-in actions from stores that keep nothing but texts: with the types that the catalogue says
 * they have. What it does not say (`before` and `after`, own actions, fields of one's own) stays a text: the
 * text `"1"` and the number 1 have one seal.
 */
import {
  ATTR_ACTION,
  ATTR_ACTION_VERSION,
  ATTR_CATEGORY,
  ATTR_INCOMPLETE,
  type BodyValue,
  type DetailKind,
  detailKindsOf,
} from "../../event/portable.ts";
import { listIn, sealedListText } from "./victoria-list.ts";

/** Makes a value of a text; what is sealed of it is what was sealed of the text. */
export type DetailReader = (name: string, text: string) => BodyValue;

/** What a long list of ids leaves beside it: docs/format.md. */
const COUNT = "_count";
const DIGEST = "_digest";
const SHA_256 = /^[0-9a-f]{64}$/;

/**
 * Reads the details of one record.
 *
 * @param fields of the record, by name: its attributes and the leaves of its body.
 */
export function detailReader(fields: Readonly<Record<string, unknown>>): DetailReader {
  const kinds = fields[ATTR_ACTION_VERSION] === undefined ? kindsOf(fields) : {};
  const wrong = fields[ATTR_INCOMPLETE];

  function kindOf(name: string): DetailKind | undefined {
    const own = Object.hasOwn(kinds, name) ? kinds[name] : undefined;
    if (own === undefined) return isCountOfIds(name) ? "number" : undefined;
    // It is said of the record that the schema did not hold there.
    return typeof wrong === "string" && wrong.includes(`details.${name}`) ? undefined : own;
  }

  function isCountOfIds(name: string): boolean {
    if (!name.endsWith(COUNT)) return false;
    const list = name.slice(0, -COUNT.length);
    const digest = fields[`${list}${DIGEST}`];
    return (
      Object.hasOwn(kinds, list) &&
      kinds[list] === "list" &&
      typeof digest === "string" &&
      SHA_256.test(digest)
    );
  }

  return (name, text) => {
    switch (kindOf(name)) {
      case "flag":
        return text === "true" || (text !== "false" && text);
      case "number":
        return numberIn(text) ?? text;
      case "list":
        return listIn(text) ?? text;
      default:
        return sealedListText(text);
    }
  };
}

function kindsOf(fields: Readonly<Record<string, unknown>>): ReturnType<typeof detailKindsOf> {
  return detailKindsOf(String(fields[ATTR_ACTION]), String(fields[ATTR_CATEGORY]));
}

/** Only where the number is sealed as that very text. */
function numberIn(text: string): number | undefined {
  const number = Number(text);
  return Number.isFinite(number) && String(number) === text ? number : undefined;
}
