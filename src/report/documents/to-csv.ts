/** The records of a document as CSV (RFC 4180), guarded against spreadsheets that would run a cell. */
import { encodeCsvCell } from "../../format/index.ts";
import type { ReportDocument } from "./document.ts";

/** A row a record, in the order of time; the header names the columns of this kind of document. */
export function* documentCsv({ kind, events }: ReportDocument): Generator<string> {
  const columns = [...COLUMNS, ...OWN[kind], "what"];
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

const OWN: Readonly<Record<ReportDocument["kind"], readonly string[]>> = {
  release: [],
  incident: ["led_to_by"],
  exclusions: ["samples", "sample_ids", "origins"],
  decisions: [
    "model_version",
    "inputs",
    "output",
    "confidence",
    "threshold",
    "rationale",
    "human_in_the_loop",
    "reviewer",
    "overridden_by",
    "decision_id",
    "original_output",
    "new_output",
  ],
};
