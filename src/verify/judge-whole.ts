import { counted, verbFor } from "../lib/counted.ts";
import type { FindingCode, FindingParts } from "./findings.ts";
import type { StreamSummary } from "./judged-stream.ts";
import type { StreamJudge } from "./stream-judge.ts";

/** What {@link judgeWhole} takes. */
export interface WholeParts {
  /** Of all streams, finished. */
  readonly judges: readonly StreamJudge[];
  readonly streams: readonly StreamSummary[];
  /** Lines that were records. */
  readonly lines: number;
  /** Whether a record was read of the time that was asked for. */
  readonly isTimeRead: boolean;
  readonly found: (code: FindingCode, finding: FindingParts) => void;
}

/** Finds what concerns all streams together. */
export function judgeWhole({ judges, streams, lines, isTimeRead, found }: WholeParts): void {
  const shownInPart = streams.filter(({ isWhole }) => !isWhole);
  if (shownInPart.length > 0) {
    const message = `of ${shownInPart.length} of ${counted(streams.length, "stream")} only views were read, which show results: that nothing else is missing cannot be shown`;
    found("only_results", { message, count: shownInPart.length });
  }
  const unclosed = streams.filter(({ isClosed }) => !isClosed);
  if (unclosed.length > 0) {
    const message = `${unclosed.length} of ${counted(streams.length, "stream")} ${verbFor(unclosed.length, "was")} not closed: ${unclosed.length === 1 ? "its process is" : "their processes are"} still running, or died`;
    found("stream_unclosed", { message, count: unclosed.length });
  }
  const adopted = streams.reduce((sum, stream) => sum + stream.adopted, 0);
  if (adopted > 0) {
    const message = `${counted(adopted, "record")} ${verbFor(adopted, "was")} not attested by the process that wrote ${adopted === 1 ? "it" : "them"}, but adopted by another after it had died`;
    found("records_adopted", { message, count: adopted });
  }
  const isTimeCovered = isTimeRead || judges.some((judge) => judge.isTimeCovered());
  if (lines > 0 && !isTimeCovered) {
    const message =
      "no record of the time that was asked for was read, and no checkpoints stand around it: nothing is said of it";
    found("time_unread", { message });
  }
  if (lines > 0 && !judges.some((judge) => judge.isAnySigned())) {
    found("nothing_signed", {
      message: "no record is covered by a checkpoint: nothing can be shown",
    });
  }
}
