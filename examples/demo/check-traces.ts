/**
 * Spans and records are two views of one call: the console exporter of OpenTelemetry printed the
 * spans, the journal holds the records.
 */
import type { FlatRecord } from "otel-audit/read";

/** A span as the console exporter printed it. */
export interface PrintedSpan {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
}

/** The spans in a program's output, by the call id that otel-audit put on them. */
export function printedSpans(output: string): ReadonlyMap<string, PrintedSpan> {
  const spans = new Map<string, PrintedSpan>();
  // Each is one object, printed over several lines; only its last line starts with a brace.
  for (const text of output.split(/^\}$/m)) {
    const callId = valueOf(text, "'audit.call.id'");
    const [name, traceId, spanId] = ["name", "traceId", "id"].map((key) => valueOf(text, key));
    if (callId === undefined || name === undefined) continue;
    spans.set(callId, { name, traceId: traceId ?? "", spanId: spanId ?? "" });
  }
  return spans;
}

/**
 * The span of each record's call.
 *
 * @throws Error when there is none, or its trace id or span id is not that of the record.
 */
export function expectSharedTraces(
  records: readonly FlatRecord[],
  spans: ReadonlyMap<string, PrintedSpan>,
): void {
  for (const record of records) spanOf(record, spans);
}

/** The span of a record's call. @throws Error as {@link expectSharedTraces} does. */
export function spanOf(
  { record_id, call_id = "", trace_id, span_id }: FlatRecord,
  spans: ReadonlyMap<string, PrintedSpan>,
): PrintedSpan {
  const span = spans.get(call_id);
  if (span === undefined) throw new Error(`no span was printed for the call of ${record_id}`);
  if (span.traceId !== trace_id || span.spanId !== span_id) {
    throw new Error(
      `${record_id} has trace ${trace_id} and span ${span_id}, its call ${span.traceId} and ${span.spanId}`,
    );
  }
  return span;
}

/** The value of a key at the outermost level (two blanks) or among the attributes (four). */
function valueOf(text: string, key: string): string | undefined {
  const indent = key.startsWith("'") ? 4 : 2;
  return new RegExp(`^ {${indent}}${key}: '([^']*)'`, "m").exec(text)?.[1];
}
