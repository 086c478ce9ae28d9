import { allOf, counted, verbFor } from "../lib/counted.ts";
import { encodeKey, type StreamHead } from "../seal/portable.ts";
import type { FindingCode, FindingParts } from "./findings.ts";
import type { UsedKey } from "./key-ring.ts";
import { countOf, joinRuns, type Run, withoutRuns } from "./runs.ts";
import type { StreamSummary } from "./judged-stream.ts";
import type { StreamJudge } from "./stream-judge.ts";
import type { VerificationOptions } from "./verification-options.ts";

/** Head of a stream, as somebody saw it. */
export interface AnchoredHead extends StreamHead {
  /** The key that signed it. Where keys are trusted and it is none of theirs, the head counts for nothing. Default: not asked. */
  readonly signedBy?: string;
}

/** What an anchor is held against. */
export interface AnchoredTrail {
  readonly judges: ReadonlyMap<string, StreamJudge>;
  readonly streams: ReadonlyMap<string, StreamSummary>;
  /** What proven records say that retention deleted, by stream. */
  readonly purged: ReadonlyMap<string, readonly Run[]>;
  readonly found: (code: FindingCode, finding: FindingParts) => void;
}

/** What became of the streams that were anchored. */
export interface AnchoredFacts {
  /** Streams that are there as every head that was given says it. */
  readonly streams: number;
  /** Records that were anchored, and that lie behind all that is signed of their stream, or have no stream here. */
  readonly missing: number;
}

/** What became of one head. */
interface JudgedHead {
  /** `open`: nobody can tell, or nothing is left to compare. */
  readonly state: "same" | "open" | "contradicted";
  readonly missing: number;
}

/**
 * Compares what is there with all that was anchored.
 *
 * @returns also whether any head was contradicted: by another root, or by records that are not there.
 */
export function judgeAnchors(
  heads: readonly StreamHead[],
  trail: AnchoredTrail,
): AnchoredFacts & { readonly isContradicted: boolean } {
  const judged = new Map<string, JudgedHead>();
  for (const head of heads) {
    const now = judgeAnchor(head, trail);
    const { state, missing } = judged.get(head.stream) ?? now;
    judged.set(head.stream, {
      state: state === "same" || now.state === "contradicted" ? now.state : state,
      missing: Math.max(missing, now.missing),
    });
  }
  const all = [...judged.values()];
  return {
    streams: all.filter(({ state }) => state === "same").length,
    missing: all.reduce((sum, { missing }) => sum + missing, 0),
    isContradicted: all.some(({ state }) => state === "contradicted"),
  };
}

/** Compares what is there with one head that was anchored. */
export function judgeAnchor(
  { stream, size, root }: StreamHead,
  { judges, streams, purged, found }: AnchoredTrail,
): JudgedHead {
  const summary = streams.get(stream);
  const judge = judges.get(stream);
  const left = countOf(withoutRuns([[1, size]], joinRuns(purged.get(stream) ?? [])));
  if (summary === undefined || judge === undefined)
    return judgeAbsent({ stream, size, left }, found);
  const here = judge.rootAt(size);
  if (here !== undefined && here !== root) {
    const message = `stream ${stream} is not the one that was anchored: at ${counted(size, "record")} it has another root`;
    found("anchor_differs", { message, stream });
    return { state: "contradicted", missing: 0 };
  }
  if (summary.size < size && left > 0) {
    const count = size - summary.size;
    const message = `stream ${stream} was cut: ${counted(size, "record")} ${verbFor(size, "was")} anchored, ${summary.size} ${verbFor(summary.size, "is")} signed here`;
    found("records_missing", { message, stream, count, ranges: [[summary.size + 1, size]] });
    return { state: "contradicted", missing: count };
  }
  if (here === undefined && left > 0) {
    const message = `stream ${stream}: no checkpoint of exactly ${counted(size, "record")} is there to compare with the anchor`;
    found("record_unproven", { message, stream });
  }
  return { state: here === undefined ? "open" : "same", missing: 0 };
}

/** Retention deletes whole streams as well: then only the record of it is left. */
function judgeAbsent(
  { stream, size, left }: { readonly stream: string; readonly size: number; readonly left: number },
  found: AnchoredTrail["found"],
): JudgedHead {
  if (left > 0) {
    const message = `stream ${stream} is missing: it was anchored with ${counted(size, "record")}`;
    found("stream_missing", { message, stream, count: left });
    return { state: "contradicted", missing: left };
  }
  const message = `${allOf(size, "anchored record")} of stream ${stream} ${verbFor(size, "was")} deleted by retention, as a signed record says`;
  found("records_purged", { message, stream, count: size, ranges: [[1, size]] });
  return { state: "open", missing: 0 };
}

/** Those that count; of the others it is found that they do not. */
export function trustedAnchors(
  { anchors = [], publicKeys = [] }: Pick<VerificationOptions, "anchors" | "publicKeys">,
  used: readonly UsedKey[],
  found: AnchoredTrail["found"],
): readonly AnchoredHead[] {
  if (publicKeys.length === 0) return anchors;
  const trusted = new Set([
    ...publicKeys.map(encodeKey),
    ...used.flatMap(({ key, isTrusted }) => (isTrusted ? [key] : [])),
  ]);
  const isTrusted = ({ signedBy }: AnchoredHead): boolean =>
    signedBy === undefined || trusted.has(signedBy);
  const foreign = anchors.filter((head) => !isTrusted(head));
  for (const key of new Set(foreign.map(({ signedBy }) => signedBy))) {
    const count = foreign.filter(({ signedBy }) => signedBy === key).length;
    const message = `an anchor of ${counted(count, "stream")} counts for nothing: it is signed with the key ${key}, which is none of those given, nor did one of them come to sign what was read: give that key too where you trust it`;
    found("anchor_untrusted", { message, count });
  }
  return anchors.filter(isTrusted);
}
