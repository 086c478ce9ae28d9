import type { StreamHead } from "../seal/portable.ts";
import type { FindingCode } from "./findings.ts";
import type { FindingParts, StreamJudge, StreamSummary } from "./stream-judge.ts";

/** Compares what is there with what was anchored. */
export function judgeAnchor(
  { stream, size, root }: StreamHead,
  judges: ReadonlyMap<string, StreamJudge>,
  summaries: readonly StreamSummary[],
  found: (code: FindingCode, finding: FindingParts) => void,
): void {
  const summary = summaries.find((known) => known.stream === stream);
  const judge = judges.get(stream);
  if (summary === undefined || judge === undefined) {
    const message = `stream ${stream} is missing: it was anchored with ${size} records`;
    found("stream_missing", { message, stream, count: size });
    return;
  }
  const here = judge.chain.rootAt(size);
  if (here !== undefined && here !== root) {
    const message = `stream ${stream} is not the one that was anchored: its first ${size} records have another root`;
    found("anchor_differs", { message, stream });
  } else if (summary.size < size) {
    const count = size - summary.size;
    const message = `stream ${stream} was cut: ${size} records were anchored, ${summary.size} are signed here`;
    found("records_missing", { message, stream, count, ranges: [[summary.size + 1, size]] });
  } else if (here === undefined) {
    const message = `stream ${stream}: no checkpoint of exactly ${size} records is there to compare with the anchor`;
    found("record_unproven", { message, stream });
  }
}
