/**
 * Whether a trail is what was signed, and whether it is all of it.
 *
 * In: pieces of files that were examined, in any order. Out: a report. A finding is data, also the
 * worst one; nothing here throws because of what a file says.
 */
import { recordId } from "../event/portable.ts";
import { HASH_BYTES, type NoteKey, type StreamHead } from "../seal/portable.ts";
import { judgeAnchor } from "./anchor-heads.ts";
import { type CallReconciliation, createCallLedger } from "./call-ledger.ts";
import { checkCheckpoint, isSound, type SoundCheckpoint } from "./check-checkpoint.ts";
import type { VerifyCrypto } from "./crypto.ts";
import {
  KIND,
  type ExaminedBlock,
  type GapClaim,
  type PurgedRange,
  type RecordDetail,
} from "./examined-block.ts";
import type { FieldFinding } from "./examine.ts";
import type { Finding } from "./findings.ts";
import { createFindingList } from "./finding-list.ts";
import { createKeyRing, type Trust, type UsedKey } from "./key-ring.ts";
import { purgedStreams } from "./purged-streams.ts";
import type { Run } from "./runs.ts";
import { ALL_TIME, isInside, type TimeWindow } from "./time-window.ts";
import {
  createStreamJudge,
  type Place,
  type StreamJudge,
  type StreamSummary,
} from "./stream-judge.ts";

/** Options of a verification. */
export interface VerificationOptions {
  readonly crypto: VerifyCrypto;
  /** Keys that are trusted. Default: those that the log names, which proves that it is consistent, not whose it is. */
  readonly publicKeys?: readonly NoteKey[];
  /** Heads of streams that somebody saw and signed earlier. Default none. */
  readonly anchors?: readonly StreamHead[];
  /** Whether what cannot be shown counts as a failure: unsigned tails, adopted records, keys in memory. Default false. */
  readonly isStrict?: boolean;
  /** Whether a redaction policy asks for a field to be redacted. Default: every redaction is taken for one. */
  readonly isExplained?: (key: string, action: string) => boolean;
  /** Digests of the redaction policies that are known. Default: nobody asks which one was in force. */
  readonly redactionDigests?: readonly string[];
  /** Whether the same record may come more than once. Default true. */
  readonly areCopiesExpected?: boolean;
  /** Of which time findings are wanted. Default: all. */
  readonly window?: TimeWindow;
}

/** What was verified, as data. */
export interface VerificationFacts {
  readonly findings: readonly Finding[];
  /** Findings beyond those that are listed. */
  readonly unlisted: number;
  readonly streams: readonly StreamSummary[];
  readonly keys: readonly UsedKey[];
  readonly trust: Trust;
  /** Lines that were records, copies counted each. */
  readonly lines: number;
  /** How often a field was redacted, by key. */
  readonly redactions: Readonly<Record<string, number>>;
  readonly gaps: readonly (GapClaim & { readonly record: string })[];
  readonly calls: readonly CallReconciliation[];
}

/** A verification that is going on. */
export interface Verification {
  /** Takes a piece; pieces of one file in their order, so that little has to be kept. */
  readonly add: (block: ExaminedBlock) => Promise<void>;
  /** A file that could not be read. */
  readonly addUnreadable: (file: string, why: string) => void;
  /** A file that is sound and says nothing that can be verified. */
  readonly passOver: (file: string, why: string) => void;
  readonly finish: () => VerificationFacts;
}

/** What a proven record is needed to show. */
interface Claim {
  readonly stream: string;
  readonly sequence: number;
  readonly purged?: readonly PurgedRange[];
  readonly gap?: GapClaim;
}

/** Begins one. */
export function createVerification(options: VerificationOptions): Verification {
  const { crypto, isExplained, areCopiesExpected = true } = options;
  const window = options.window ?? ALL_TIME;
  const list = createFindingList(options.isStrict ?? false);
  const keys = createKeyRing(options.publicKeys ?? []);
  const judges = new Map<string, StreamJudge>();
  const calls = createCallLedger();
  const claims: Claim[] = [];
  const redactions = new Map<string, number>();
  let lines = 0;
  let saltsLeft = 0;

  function judgeOf(stream: string): StreamJudge {
    let judge = judges.get(stream);
    if (judge === undefined) {
      judge = createStreamJudge({ stream, found: list.add, areCopiesExpected, window });
      judges.set(stream, judge);
    }
    return judge;
  }

  async function addDetail(detail: RecordDetail, at: RecordPlace): Promise<void> {
    const { stream, sequence, place } = at;
    const record = recordId(stream, sequence);
    for (const doubt of detail.doubts ?? []) {
      list.add("text_contradicts", {
        message: `record ${record}: ${doubt}`,
        stream,
        record,
        ...place,
      });
    }
    const { action = "" } = detail;
    for (const field of detail.fields ?? []) addField(field, action, { record, stream, ...place });
    if (detail.checkpoint !== undefined) await addCheckpoint(detail.checkpoint, at);
    const { purged, gap } = detail;
    if (purged !== undefined || gap !== undefined) {
      claims.push({
        stream,
        sequence,
        ...(purged === undefined ? {} : { purged }),
        ...(gap === undefined ? {} : { gap }),
      });
    }
  }

  function addField(
    { key, state, isSaltLeft }: FieldFinding,
    action: string,
    place: Place & { readonly record: string; readonly stream: string },
  ): void {
    const where = { ...place, field: key };
    if (state === "redacted") {
      redactions.set(key, (redactions.get(key) ?? 0) + 1);
      if (isSaltLeft) saltsLeft++;
      if (isExplained?.(key, action) === false) {
        const message = `record ${place.record}: ${key} was redacted, and no rule of the redaction policy asks for that`;
        list.add("field_unexplained", { message, ...where });
      }
    } else if (state === "altered") {
      const message = `record ${place.record}: ${key} is not the value that was signed`;
      list.add("field_altered", { message, ...where });
    } else if (state === "unopenable") {
      const message = `record ${place.record}: ${key} has no salt: nobody can tell whether it is what was signed`;
      list.add("field_unopenable", { message, ...where });
    } else {
      const message = `record ${place.record}: ${key} was redacted in part, or hashed: nobody can tell what it was`;
      list.add("field_unexplained", { message, ...where });
    }
  }

  async function addCheckpoint(
    parts: NonNullable<RecordDetail["checkpoint"]>,
    { stream, sequence, place }: RecordPlace,
  ): Promise<void> {
    const record = recordId(stream, sequence);
    const checked = await checkCheckpoint(parts, crypto);
    if (!isSound(checked)) {
      const code = checked.kind === "altered" ? "checkpoint_altered" : "format_unsupported";
      list.add(code, { message: `checkpoint ${record}: ${checked.why}`, stream, record, ...place });
      return;
    }
    const problem = misplaced(checked, { stream, sequence, time: parts.time });
    if (problem !== undefined) {
      const message = `checkpoint ${record}: ${problem}`;
      list.add("checkpoint_altered", { message, stream, record, ...place });
      return;
    }
    keys.use(checked);
    checkPolicy(checked, record, place);
    judgeOf(checked.checkpoint.stream).expect(checked, place);
    calls.say(checked.checkpoint);
  }

  function checkPolicy({ checkpoint }: SoundCheckpoint, record: string, place: Place): void {
    const { stream, opening } = checkpoint;
    const known = options.redactionDigests;
    if (opening === undefined || known === undefined || known.includes(opening.redactionPolicy))
      return;
    const message = `stream ${stream} was written under another redaction policy than the one given (digest ${opening.redactionPolicy})`;
    list.add("policy_differs", { message, stream, record, ...place });
  }

  return {
    async add(block) {
      let next = 0;
      for (let at = 0; at < block.sequence.length; at++) {
        const place = placeIn(block, at);
        const detail = block.details[next]?.at === at ? block.details[next++] : undefined;
        const time = block.time[at] ?? Number.NaN;
        // Checkpoints of any time are needed: they come behind their records.
        const isWanted = isInside(window, time) || detail?.checkpoint !== undefined;
        if (detail !== undefined && isWanted) await addDetail(detail, place);
        const kind = block.kind[at] ?? KIND.other;
        const isFirst = judgeOf(place.stream).see({
          sequence: place.sequence,
          leaf: block.leaves.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES),
          kind,
          ...place.place,
          time,
          isView: block.isView,
          isDoubtful: detail !== undefined && isDoubtful(detail),
        });
        const method = block.methods[(block.method[at] ?? 0) - 1];
        if (isFirst && method !== undefined) calls.see(place.stream, method, block.call[at] ?? 0);
        lines++;
      }
      for (const { line, message, isCut } of block.problems) {
        if (isCut) continue;
        const text = `${block.file}:${line}: ${message}`;
        list.add("line_unreadable", { message: text, file: block.file, line });
      }
    },
    passOver: (file, why) => list.add("view_passed_over", { message: `${file}: ${why}`, file }),
    addUnreadable: (file, why) => list.add("line_unreadable", { message: `${file}: ${why}`, file }),
    finish() {
      const believed = claims.filter(({ stream, sequence }) =>
        judges.get(stream)?.isProven(sequence),
      );
      const purged = purgedRuns(believed);
      const streams = [
        ...[...judges.values()].map((judge) => judge.finish(purged.get(judge.stream) ?? [])),
        ...purgedStreams({ purged, isKnown: (stream) => judges.has(stream), found: list.add }),
      ];
      for (const head of options.anchors ?? []) judgeAnchor(head, judges, streams, list.add);
      const ring = keys.finish(list.add);
      tellAbout(streams);
      if (saltsLeft > 0) {
        const message = `${saltsLeft} redacted fields still have their salts: take those away too, or short values can be guessed`;
        list.add("salt_left", { message, count: saltsLeft });
      }
      return {
        findings: list.findings(),
        unlisted: list.unlisted(),
        streams,
        keys: ring.keys,
        trust:
          ring.trust === "pinned" && (options.anchors ?? []).length > 0 ? "anchored" : ring.trust,
        lines,
        redactions: Object.fromEntries([...redactions].toSorted(([a], [b]) => (a < b ? -1 : 1))),
        gaps: believed.flatMap(({ stream, sequence, gap }) =>
          gap === undefined ? [] : [{ ...gap, record: recordId(stream, sequence) }],
        ),
        calls: calls.finish(),
      };
    },
  };

  function tellAbout(streams: readonly StreamSummary[]): void {
    const unclosed = streams.filter(({ isClosed }) => !isClosed);
    if (unclosed.length > 0) {
      const message = `${unclosed.length} of ${streams.length} streams were not closed: their processes are still running, or died`;
      list.add("stream_unclosed", { message, count: unclosed.length });
    }
    const adopted = streams.reduce((sum, stream) => sum + stream.adopted, 0);
    if (adopted > 0) {
      const message = `${adopted} records were not attested by the process that wrote them, but adopted by another after it had died`;
      list.add("records_adopted", { message, count: adopted });
    }
    if (lines > 0 && streams.every(({ proven, adopted: taken }) => proven + taken === 0)) {
      list.add("nothing_signed", {
        message: "no record is covered by a checkpoint: nothing can be shown",
      });
    }
  }
}

/** What retention deleted, by stream; in any order. */
function purgedRuns(claims: readonly Claim[]): ReadonlyMap<string, readonly Run[]> {
  const ranges = claims.flatMap(({ purged }) => purged ?? []);
  const byStream = Map.groupBy(ranges, ({ stream }) => stream);
  return new Map(
    [...byStream].map(([stream, own]) => [
      stream,
      own.map(({ first, last }): Run => [first, last]),
    ]),
  );
}

function isDoubtful({ doubts = [], fields = [] }: RecordDetail): boolean {
  return doubts.length > 0 || fields.some(({ state }) => state === "altered");
}

interface RecordPlace {
  readonly stream: string;
  readonly sequence: number;
  readonly place: Place;
}

function placeIn(block: ExaminedBlock, at: number): RecordPlace {
  return {
    stream: block.streams[block.stream[at] ?? 0] ?? "",
    sequence: block.sequence[at] ?? 0,
    place: { file: block.file, line: block.line[at] ?? 0 },
  };
}

/** What a note says must fit the record that carries it. */
function misplaced(
  { checkpoint }: SoundCheckpoint,
  record: { readonly stream: string; readonly sequence: number; readonly time: string },
): string | undefined {
  const { stream, size, state, adopter, time } = checkpoint;
  if (time !== record.time) return "its note has another time";
  if (state === "adopted") {
    if (adopter !== record.stream)
      return `its note is of an adopter ${adopter ?? "without a name"}`;
    return stream === record.stream ? "its note adopts its own stream" : undefined;
  }
  if (stream !== record.stream) return `its note is of stream ${stream}`;
  return record.sequence > size ? undefined : "its note covers itself";
}
