/** The columns of a document as CSV. */
import type { ReportKind } from "../document.ts";

/** The records that set a decision aside. */
export const OVERRIDDEN_BY = "overridden_by";

/** Columns of a kind of document, between those that all have. */
export const OWN_COLUMNS: Readonly<Record<ReportKind, readonly string[]>> = {
  release: [],
  incident: ["led_to_by"],
  exclusions: ["samples", "sample_ids", "origins"],
  // But for one, details of the same name.
  decisions: [
    "model_version",
    "inputs",
    "output",
    "confidence",
    "threshold",
    "rationale",
    "human_in_the_loop",
    "reviewer",
    OVERRIDDEN_BY,
    "decision_id",
    "original_output",
    "new_output",
  ],
};
