import { ATTR_RECORD_ID, SCOPE_NAME } from "../../event/index.ts";
import { get, isAbsent, itemsOf, knownText, type Located } from "./located.ts";
import type { Collector, Component, Pipeline } from "./model.ts";

const escaped = (text: string): string => text.replaceAll(/[.-]/g, "\\$&");
const SCOPE = String.raw`(?:instrumentation_)?scope\.name`;
const ID = String.raw`(?:log\.)?attributes\["${escaped(ATTR_RECORD_ID)}"\]`;
/** One term that holds for every audit record; after `and` or `not` it would say less. */
const HOLDS_FOR_AUDIT = new RegExp(
  [
    String.raw`^${SCOPE} ?== ?"${escaped(SCOPE_NAME)}"$`,
    String.raw`^(?:IsMatch|HasPrefix)\(${SCOPE}, ?"\^?${escaped(SCOPE_NAME)}"\)$`,
    String.raw`^${ID} ?!= ?nil$`,
    String.raw`^IsString\(${ID}\)$`,
  ].join("|"),
);

/** Whether a condition demonstrably holds for audit records: it stands alone and asks for their scope or their id. */
function holdsForAudit(node: Located | undefined): boolean {
  const text = (knownText(node) ?? "").trim().replace(/^route\(\) where /, "");
  return HOLDS_FOR_AUDIT.test(text);
}

/** Whether a filter in a pipeline demonstrably drops audit records. */
export function dropsAudit(
  { processors }: Pipeline,
  { components }: Pick<Collector, "components">,
): boolean {
  return processors.some(({ id, type }) => {
    const config = components.processors.get(id)?.config;
    return (
      type === "filter" &&
      [...listOf(get(config, "log_conditions")), ...listOf(get(config, "logs", "log_record"))].some(
        holdsForAudit,
      )
    );
  });
}

/**
 * The pipelines that a connector hands audit records to; undefined: to all that listen. A routing
 * connector goes through its table in order: a route that holds for audit records takes them out.
 */
export function routesOfAudit({
  id,
  config,
}: Pick<Component, "id" | "config">): ReadonlySet<string> | undefined {
  if (id.split("/")[0] !== "routing") return undefined;
  const routes = listOf(get(config, "table"));
  const last = routes.findIndex(
    (route) =>
      (holdsForAudit(get(route, "condition")) || holdsForAudit(get(route, "statement"))) &&
      // Of a request or a resource it would be another attribute.
      knownText(get(route, "context")) === "log" &&
      isMoved(get(route, "action")),
  );
  if (last === -1) return undefined;
  const names = routes.slice(0, last + 1).flatMap((route) => itemsOf(get(route, "pipelines")));
  if (names.some((name) => name.kind === "unknown")) return undefined;
  return new Set(names.map((name) => knownText(name) ?? ""));
}

const isMoved = (action: Located | undefined): boolean =>
  isAbsent(action) || knownText(action) === "move";

/** The texts of conditions and statements hold commas: one that is no list is one. */
export function listOf(node: Located | undefined): readonly Located[] {
  if (node === undefined) return [];
  return node.kind === "list" ? node.items : [node];
}
