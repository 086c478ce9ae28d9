import { allOf, verbFor } from "../lib/counted.ts";
import { countOf, joinRuns, type Run } from "./runs.ts";
import type { StreamJudgeOptions, StreamSummary } from "./judged-stream.ts";

/** What {@link purgedStreams} takes. */
export interface PurgedStreamsParts extends Pick<StreamJudgeOptions, "found"> {
  /** What proven records say that retention deleted, by stream. */
  readonly purged: ReadonlyMap<string, readonly Run[]>;
  /** Whether anything of a stream was read. */
  readonly isKnown: (stream: string) => boolean;
}

/** Streams of which retention left nothing but the record that says so. */
export function purgedStreams(parts: PurgedStreamsParts): readonly StreamSummary[] {
  const { purged, isKnown, found } = parts;
  return [...purged].flatMap(([stream, runs]) => {
    if (isKnown(stream)) return [];
    const count = countOf(joinRuns(runs));
    const message = `${allOf(count, "record")} of stream ${stream} ${verbFor(count, "was")} deleted by retention, as a signed record says`;
    found("records_purged", { message, stream, count });
    return [summaryOf(stream, count)];
  });
}

function summaryOf(stream: string, purged: number): StreamSummary {
  return {
    stream,
    records: 0,
    proven: 0,
    adopted: 0,
    unsigned: 0,
    missing: 0,
    purged,
    size: 0,
    // Nothing of it is waited for.
    isClosed: true,
    until: undefined,
    isWhole: true,
    head: undefined,
  };
}
