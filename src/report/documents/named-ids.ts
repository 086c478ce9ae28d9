/** Everybody and every place that a trail names. */
import { ATTR_CLIENT_ADDRESS, ATTR_USER_AGENT_ORIGINAL } from "../../event/index.ts";
import {
  countTrailWays,
  EVERYTHING,
  parseQuery,
  type ScanOptions,
  type TrailSource,
} from "../../read/index.ts";
import type { NamedId } from "./material.ts";
import { ADDRESS, CLIENT, nounOf, PERSON, SOMEBODY_TYPES } from "./nouns.ts";

/** Fields that hold them; the second, where there is one, says of which type they are. */
const FIELDS: readonly {
  readonly by: readonly string[];
  readonly nounOf: (type: string) => string;
}[] = [
  { by: ["actor", "actor.type"], nounOf },
  { by: ["delegator"], nounOf: () => PERSON },
  { by: ["approver"], nounOf: () => PERSON },
  { by: ["source"], nounOf: () => ADDRESS },
  { by: [ATTR_CLIENT_ADDRESS], nounOf: () => ADDRESS },
  { by: [ATTR_USER_AGENT_ORIGINAL], nounOf: () => CLIENT },
];

/** Also those who are in no record of a document, but may stand in its texts. */
export async function namedIdsIn(
  sources: readonly TrailSource[],
  options: ScanOptions,
): Promise<readonly NamedId[]> {
  const ways = FIELDS.map(({ by }) => by.map((field) => ({ field })));
  const counted = await countTrailWays(sources, EVERYTHING, ways, options);
  const targets = await countTrailWays(
    sources,
    parseQuery(`target.type:${SOMEBODY_TYPES.join(",")}`),
    [[{ field: "target" }, { field: "target.type" }]],
    options,
  );
  const all = [...counted.ways, ...targets.ways];
  return all.flatMap((counts, at) => {
    const noun = FIELDS[at]?.nounOf ?? nounOf;
    return [...counts.values()].map(({ values }) => ({
      id: values[0] ?? "",
      noun: noun(values[1] ?? ""),
    }));
  });
}
