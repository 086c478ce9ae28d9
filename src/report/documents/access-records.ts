/** Records of who looked at the trail: a document would change because somebody makes it. */
import {
  countTrail,
  type Query,
  type ScanOptions,
  textTerm,
  type TrailSource,
} from "../../read/index.ts";

const ACTION = "audit_access";
/** Fields that name records so closely that what is named is meant. */
const NAMING: ReadonlySet<string> = new Set(["action", "record"]);

const accessTerm = (isNegated: boolean): Query["terms"][number] => ({
  ...textTerm("action", ACTION),
  isNegated,
});

/** Leaves them out, unless the query names actions, or records. */
export function withoutAccess(query: Query): Query {
  const isNamed = query.terms.some(({ field, isNegated }) => !isNegated && NAMING.has(field));
  return isNamed ? query : { terms: [...query.terms, accessTerm(true)] };
}

/** How many a query leaves out. */
export async function accessLeftOut(
  sources: readonly TrailSource[],
  query: Query,
  options: ScanOptions,
): Promise<number> {
  const { terms } = withoutAccess(query);
  if (terms.length === query.terms.length) return 0;
  const left = { terms: [...query.terms, accessTerm(false)] };
  return (await countTrail(sources, left, [], options)).total;
}
