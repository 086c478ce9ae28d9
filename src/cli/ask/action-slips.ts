import {
  CHECKPOINT,
  createCatalogue,
  RECORDS_LOST,
  RECORDS_UNCONFIRMED,
  REPLY_DELIVERY,
  STREAM_START,
} from "../../event/index.ts";
import { nearest } from "../../lib/nearest.ts";
import { shown } from "../../lib/shown.ts";
import { parseQuery } from "../../read/index.ts";

/** Of records that nobody makes with an action of the catalogue. */
const OWN = [CHECKPOINT, RECORDS_LOST, RECORDS_UNCONFIRMED, REPLY_DELIVERY, STREAM_START];

/**
 * What to say of each action that somebody asks for and that is not built in. It may be one of a service's own: only
 * where nothing was found is there anything to say.
 *
 * @throws {AuditError} `invalid_option` where the terms are no query.
 */
export function actionSlips(terms: readonly string[]): readonly string[] {
  const known = [...createCatalogue().names, ...OWN];
  const asked = parseQuery(terms).terms.flatMap(({ field, isNegated, test }) =>
    field === "action" && !isNegated && test.kind === "any-of"
      ? test.values.flatMap(({ text, isPattern }) => (isPattern ? [] : [text]))
      : [],
  );
  return [...new Set(asked)]
    .filter((name) => !known.includes(name))
    .map((name) => {
      const near = nearest(name, known);
      const said = `no built-in action is called ${shown(name)}`;
      return near === undefined
        ? `${said}, only one of a service's own could be`
        : `${said}: did you mean ${near}? Only one of a service's own could be`;
    });
}
