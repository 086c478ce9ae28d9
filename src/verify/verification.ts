/**
 * Whether a trail is what was signed, and whether it is all of it.
 *
 * In: pieces of files that were examined, in any order. Out: a report. A finding is data, also the
 * worst one; nothing here throws because of what a file says.
 */
import { recordId } from "../event/portable.ts";
import { encodeKey, HASH_BYTES } from "../seal/portable.ts";
import { createAdoptedViews } from "./adopted-views.ts";
import { judgeAnchors, trustedAnchors } from "./anchor-heads.ts";
import { createCallLedger } from "./call-ledger.ts";
import { checkCheckpoint, isSound, type SoundCheckpoint } from "./check-checkpoint.ts";
import { KIND, type ExaminedBlock, type GapClaim, type RecordDetail } from "./examined-block.ts";
import { countContested } from "./contested.ts";
import { createFieldLedger } from "./field-ledger.ts";
import { createFindingList } from "./finding-list.ts";
import { judgeWhole } from "./judge-whole.ts";
import { misplaced } from "./misplaced.ts";
import { createTreeGrower } from "./grow-tree.ts";
import { createKeyRing } from "./key-ring.ts";
import { purgedStreams } from "./purged-streams.ts";
import type { Run } from "./runs.ts";
import { createSourceLedger } from "./source-ledger.ts";
import { createUnknownKeys } from "./unknown-keys.ts";
import type { Place } from "./judged-stream.ts";
import { createStreamJudge, type StreamJudge } from "./stream-judge.ts";
import { ALL_TIME, isInside } from "./time-window.ts";
import type { CutState, VerificationFacts, VerificationOptions } from "./verification-options.ts";

/** A verification that is going on. */
export interface Verification {
  /** Takes a piece; pieces of one file in their order, so that little has to be kept. */
  readonly add: (block: ExaminedBlock) => Promise<void>;
  /** A file that could not be read. */
  readonly addUnreadable: (file: string, why: string) => void;
  /**
   * What is signed of a record: its leaf, 32 bytes. Undefined where nothing is, or where no copies were
   * expected and it was forgotten.
   */
  readonly signedLeaf: (stream: string, sequence: number) => Uint8Array | undefined;
  /** A file that is sound and says nothing that can be verified. */
  readonly passOver: (file: string, why: string) => void;
  readonly finish: () => VerificationFacts;
  /** When it has finished: streams with a record of what somebody did to their files while they were written. */
  readonly cutStreams: () => ReadonlyMap<string, CutState>;
  /** Streams with a checkpoint that could not be compared with all others, because their leaves were forgotten. */
  readonly forgottenStreams: () => readonly string[];
}

/** Begins one. */
export function createVerification(options: VerificationOptions): Verification {
  const { crypto, areCopiesExpected = true, cutStreams, keptStreams } = options;
  const window = options.window ?? ALL_TIME;
  const list = createFindingList(options.isStrict ?? false);
  const { publicKeys = [] } = options;
  const pinned = new Set(publicKeys.map(encodeKey));
  const keys = createKeyRing(publicKeys);
  const judges = new Map<string, StreamJudge>();
  const calls = createCallLedger();
  const sources = createSourceLedger();
  const unknown = createUnknownKeys();
  const views = createAdoptedViews();
  const grower = createTreeGrower(crypto);
  const fields = createFieldLedger(list.add, options.isExplained);
  const purged = new Map<string, Run[]>();
  const cut = new Map<string, CutState>();
  const gaps: (GapClaim & { readonly record: string })[] = [];
  let lines = 0;
  let isTimeRead = false;

  function judgeOf(stream: string): StreamJudge {
    let judge = judges.get(stream);
    if (judge === undefined) {
      const cutState = cutStreams?.get(stream);
      const areExpected = areCopiesExpected || cutState === "shown";
      judge = createStreamJudge({
        stream,
        found: list.add,
        areCopiesExpected: areExpected,
        repeatCode: cutState === "said" ? "record_unproven" : "record_inserted",
        areLeavesKept: areExpected || cutState === "said" || keptStreams?.has(stream) === true,
        window,
      });
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
    if (detail.unknownKeys !== undefined) unknown.see(detail.unknownKeys, at);
    const { action = "" } = detail;
    for (const field of detail.fields ?? [])
      fields.add(field, action, { record, stream, ...place });
  }

  /** Only a record that its own process signed is believed: who adopts attests nothing. */
  function believe(
    { purged: ranges = [], cut: cutStream, gap }: RecordDetail,
    record: string,
    isWanted: boolean,
  ): void {
    for (const { stream, first, last } of ranges) {
      const known = purged.get(stream) ?? [];
      purged.set(stream, known);
      known.push([first, last]);
    }
    if (cutStream !== undefined) cut.set(cutStream, "shown");
    if (gap !== undefined && isWanted) gaps.push({ ...gap, record });
  }

  async function addCheckpoint(
    parts: NonNullable<RecordDetail["checkpoint"]>,
    { stream, sequence, place }: RecordPlace,
  ): Promise<string | undefined> {
    const record = recordId(stream, sequence);
    const checked = await checkCheckpoint(parts, crypto, grower);
    if (!isSound(checked)) {
      const code = checked.kind === "altered" ? "checkpoint_altered" : "format_unsupported";
      list.add(code, { message: `checkpoint ${record}: ${checked.why}`, stream, record, ...place });
      return undefined;
    }
    const problem = misplaced(checked, { stream, sequence, time: parts.time });
    if (problem !== undefined) {
      const message = `checkpoint ${record}: ${problem}`;
      list.add("checkpoint_altered", { message, stream, record, ...place });
      return undefined;
    }
    keys.use(checked);
    checkPolicy(checked, record, place);
    const { checkpoint } = checked;
    judgeOf(checkpoint.stream).expect(checked, place);
    if (checkpoint.stream !== stream) views.adopt(place.file, stream, checkpoint.stream);
    calls.say(checkpoint);
    sources.say(checkpoint, pinned.has(encodeKey(checked.key)));
    return checked.noteHash;
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
        const checkpoint = detail?.checkpoint;
        const isInTime = isInside(window, time);
        if (isInTime) isTimeRead = true;
        // Checkpoints of any time are needed: they come behind their records.
        const isWanted = isInTime || checkpoint !== undefined;
        const maybeCut = detail?.cut ?? (detail?.isCutHidden === true ? place.stream : undefined);
        if (maybeCut !== undefined && !cut.has(maybeCut)) cut.set(maybeCut, "said");
        if (detail !== undefined && isWanted) await addDetail(detail, place);
        const note = checkpoint === undefined ? undefined : await addCheckpoint(checkpoint, place);
        const kind = block.kind[at] ?? KIND.other;
        const source = block.sources[(block.source[at] ?? 0) - 1];
        if (source !== undefined && isWanted)
          sources.see(place.stream, place.sequence, source, place.place);
        const isOfAll = block.showsAll || (!block.isView && kind !== KIND.checkpoint);
        if (isOfAll) views.show(block.file, place.stream);
        const isFirst = judgeOf(place.stream).see({
          sequence: place.sequence,
          leaf: block.leaves.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES),
          kind,
          file: block.file,
          line: place.place.line,
          time,
          isOfAll,
          isDoubtful: detail !== undefined && isDoubtful(detail),
          note,
          addition: checkpoint?.addition,
          onProven:
            detail === undefined || !isTelling(detail)
              ? undefined
              : () => believe(detail, recordId(place.stream, place.sequence), isWanted),
        });
        const method = block.methods[(block.method[at] ?? 0) - 1];
        if (isFirst && method !== undefined && method !== "") {
          const { stream, sequence } = place;
          const call = block.call[at] ?? 0;
          calls.see({ stream, sequence, method, call, count: detail?.calls ?? 1 });
        }
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
    cutStreams: () => cut,
    forgottenStreams: () =>
      [...judges.values()].flatMap((judge) => (judge.hasForgotten() ? judge.stream : [])),
    signedLeaf: (stream, sequence) => judges.get(stream)?.signedLeaf(sequence),
    finish() {
      for (const stream of views.finish()) judgeOf(stream).markWhole();
      for (const judge of judges.values()) judge.settle();
      const streams = [
        ...[...judges.values()].map((judge) => judge.finish(purged.get(judge.stream) ?? [])),
        ...purgedStreams({ purged, isKnown: (stream) => judges.has(stream), found: list.add }),
      ];
      const summaries = new Map(streams.map((summary) => [summary.stream, summary]));
      const trail = { judges, streams: summaries, purged, found: list.add };
      const ring = keys.finish(list.add);
      const heads = trustedAnchors(options, ring.keys, list.add);
      const { isContradicted, ...anchored } = judgeAnchors(heads, trail);
      const isAnchored = anchored.streams > 0 && !isContradicted;
      sources.finish(list.add);
      unknown.finish(list.add);
      judgeWhole({ judges: [...judges.values()], streams, lines, isTimeRead, found: list.add });
      fields.finish();
      const unlistedFindings = list.unlisted();
      const findings = list.findings();
      return {
        findings,
        unlisted: unlistedFindings.reduce((sum, { count }) => sum + count, 0),
        unlistedFindings,
        streams,
        keys: ring.keys,
        trust: ring.trust === "pinned" && isAnchored ? "anchored" : ring.trust,
        anchored,
        contested: countContested({
          findings,
          unlistedFindings,
          isProven: (stream, sequence) => judges.get(stream)?.isProven(sequence) === true,
        }),
        lines,
        redactions: fields.redactions(),
        gaps,
        calls: calls.finish(),
      };
    },
  };
}

function isDoubtful({ doubts = [], fields = [] }: RecordDetail): boolean {
  return doubts.length > 0 || fields.some(({ state }) => state === "altered");
}

/** Whether it says something of other records. */
function isTelling({ purged, cut, gap }: RecordDetail): boolean {
  return purged !== undefined || cut !== undefined || gap !== undefined;
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
