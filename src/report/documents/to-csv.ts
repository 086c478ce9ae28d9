/** The records of a document as CSV (RFC 4180), guarded against spreadsheets that would run a cell. */
import { encodeCsvCell } from "../../format/index.ts";
import { OWN_COLUMNS } from "./csv-columns.ts";
import type { ReportDocument } from "./document.ts";

/** A row a record, in the order of time; the header names the columns of this kind of document. */
export function* documentCsv({ kind, events }: ReportDocument): Generator<string> {
  const columns: readonly string[] = [...COLUMNS, ...OWN_COLUMNS[kind], "imported", "what"];
  yield columns.join(",");
  for (const { columns: cells } of events)
    yield columns.map((column) => encodeCsvCell(cells[column] ?? "")).join(",");
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
];
