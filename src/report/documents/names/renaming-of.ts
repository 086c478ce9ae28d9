import type { ReportMaterial } from "../material.ts";
import { createRenaming } from "./names.ts";
import type { StreamOrder } from "../../stream-order.ts";
import type { NamedId, Renaming } from "./renaming.ts";

/** What a document lists. */
export type Listed = Pick<ReportMaterial, "records" | "leadUps" | "gaps">;

/**
 * Other names for everybody in a document.
 *
 * @param named everybody and every place that the whole trail names.
 */
export function renamingOf(
  { records, leadUps, gaps }: Listed,
  named: readonly NamedId[],
  { oldestFirst }: Pick<StreamOrder, "oldestFirst">,
): Renaming {
  const leading = [...leadUps.values()].flat().map(({ record }) => record);
  const all = [...new Set([...records, ...leading, ...gaps])].toSorted(oldestFirst);
  return createRenaming(all, named);
}

/** The same under other names. */
export function renamedList(
  { records, leadUps, gaps }: Listed,
  { record: rename }: Renaming,
): Listed {
  const ups = [...leadUps].map(
    ([id, own]) => [id, own.map(({ why, record }) => ({ why, record: rename(record) }))] as const,
  );
  return { records: records.map(rename), gaps: gaps.map(rename), leadUps: new Map(ups) };
}
