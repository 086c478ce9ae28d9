import type { FlatRecord } from "../../format/index.ts";
import { sideText } from "../side.ts";
import type { Effect } from "./effects.ts";

/** What a record set out to do, said of a field that it is on, or that is on the way to it. */
export function attemptText(
  { record_id: id }: FlatRecord,
  { path, field, to }: Effect,
  said: Pick<Effect, "path">,
): string {
  // Of two places on one way those of one length are the same.
  const what = path.length === said.path.length ? "it" : field;
  return `${id} set out to change ${what}${to.kind === "unknown" ? "" : ` to ${sideText(to)}`}`;
}
