import type { ReportMaterial } from "../material.ts";
import { createRenaming, type Renaming } from "./names.ts";
import { byTime } from "../period.ts";

/** Other names for everybody in a document: the same each time that they are made of the same. */
export function renamingOf({
  records,
  leadUps,
  gaps,
  named,
}: Pick<ReportMaterial, "records" | "leadUps" | "gaps" | "named">): Renaming {
  const leading = [...leadUps.values()].flat().map(({ record }) => record);
  const all = [...new Set([...records, ...leading, ...gaps])].toSorted(byTime);
  return createRenaming(all, named);
}
