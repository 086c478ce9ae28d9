/** The page of a trace in whatever shows traces. */
import { AuditError } from "../../lib/errors.ts";
import { shown } from "../../lib/shown.ts";
import type { FlatRecord } from "../../format/index.ts";

const VARIABLE = "AUDIT_TRACE_URL";
const TRACE = "{trace_id}";
const SPAN = "{span_id}";

/**
 * Fills in `AUDIT_TRACE_URL`.
 *
 * @returns undefined where it is not set, or the record has no such id.
 * @throws {AuditError} `invalid_option` where it is set and has no place for an id.
 */
export function traceLinkOf({ trace_id: trace, span_id: span }: FlatRecord): string | undefined {
  const template = process.env[VARIABLE] ?? "";
  if (template === "") return undefined;
  if (!template.includes(TRACE) && !template.includes(SPAN))
    throw new AuditError(
      "invalid_option",
      `${VARIABLE} must have ${TRACE} where the trace id goes, as in https://traces.example/trace/${TRACE}; it is ${shown(template)}`,
    );
  // A lone surrogate has no place in a URL, and is no id of a trace.
  const isMissing = (place: string, id = ""): boolean =>
    template.includes(place) && (id === "" || !id.isWellFormed());
  if (isMissing(TRACE, trace) || isMissing(SPAN, span)) return undefined;
  return template
    .replaceAll(TRACE, () => encodeURIComponent(trace ?? ""))
    .replaceAll(SPAN, () => encodeURIComponent(span ?? ""));
}
