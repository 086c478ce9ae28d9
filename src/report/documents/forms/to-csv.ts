/** The records of a document as CSV (RFC 4180), guarded against spreadsheets that would run a cell. */
import { encodeCsvCell } from "../../../format/index.ts";
import { OWN_COLUMNS } from "./csv-columns.ts";
import type { ReportDocument } from "../document.ts";

/**
 * A row a record, of all that the document is about: in the order of time, or as they are read where there
 * are more than it lists. The header names the columns of this kind of document.
 */
export async function* documentCsv(document: ReportDocument): AsyncGenerator<string> {
  const { kind, rows, markOf, isVerified } = document;
  const columns: readonly string[] = [...COLUMNS, ...OWN_COLUMNS[kind], "imported", "what"];
  yield columns.join(",");
  for await (const { id, columns: own } of rows()) {
    const finding = isVerified ? (markOf(id)?.text ?? "") : "not verified";
    const cells: Readonly<Record<string, string>> = { ...own, finding };
    yield columns.map((column) => encodeCsvCell(cells[column] ?? "")).join(",");
  }
}

const COLUMNS = [
  "timestamp",
  "record_id",
  "action",
  "impact",
  "outcome",
  "actor",
  "actor_type",
  "role",
  "on_behalf_of",
  "target_type",
  "target_id",
  "changes",
  "reason",
  "error",
  "approval",
  "approver",
  "finding",
];
