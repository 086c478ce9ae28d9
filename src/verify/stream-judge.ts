/**
 * Compares the records of one stream with its checkpoints, in whatever order both come.
 *
 * In: sound checkpoints and examined records. Out: findings, and what the stream comes to. What is
 * signed is kept as 32 bytes a record, and forgotten as soon as nothing else can ask for it.
 */
import { HASH_BYTES } from "../seal/portable.ts";
import type { SoundCheckpoint } from "./check-checkpoint.ts";
import { type Claim, claimOf, countBefore } from "./coverage.ts";
import { judgeMissing, type Wanted } from "./judge-missing.ts";
import { judgeWaiting } from "./judge-waiting.ts";
import type { Place, SeenRecord, StreamJudgeOptions, StreamSummary } from "./judged-stream.ts";
import type { Run } from "./runs.ts";
import { createSignedPart, isProof, type SignedPart } from "./signed-part.ts";
import { overlaps, type TimeWindow } from "./time-window.ts";

/** The judge of one stream. */
export interface StreamJudge {
  readonly stream: string;
  /** Root of its tree at a size, base64; undefined where no checkpoint has that size. */
  readonly rootAt: (size: number) => string | undefined;
  readonly expect: (sound: SoundCheckpoint, place: Place) => void;
  /** A note of the stream was found in what is no view. */
  readonly markWhole: () => void;
  /** False: another copy of it came before. */
  readonly see: (record: SeenRecord) => boolean;
  /** What is signed of the record with that number; undefined: nothing, or it was forgotten. */
  readonly signedLeaf: (sequence: number) => Uint8Array | undefined;
  /** Whether a checkpoint could not be compared with what was forgotten: it may exclude another one. */
  readonly hasForgotten: () => boolean;
  /** Everything was seen: tells of what is proven, as far as it was not told. */
  readonly settle: () => void;
  readonly finish: (purged: readonly Run[]) => StreamSummary;
  /** When it has finished: whether a record is counted as proven. */
  readonly isProven: (sequence: number) => boolean;
  /** When it has finished: whether a checkpoint covers any of its records as it is, of whatever time. */
  readonly isAnySigned: () => boolean;
  /** When it has finished: whether a piece of the time that is asked for lies between two of its own checkpoints. */
  readonly isTimeCovered: () => boolean;
}

/** Knows nothing of the stream yet. */
export function createStreamJudge(options: StreamJudgeOptions): StreamJudge {
  return new Judge(options);
}

/** A class: somebody may write very many streams, and closures of each would take a kilobyte. */
class Judge implements StreamJudge {
  readonly stream: string;
  readonly #options: StreamJudgeOptions;
  /** There is one when a note came. */
  #signed: SignedPart | undefined;
  readonly #waiting = new Map<number, SeenRecord[]>();
  /** Whether something came that shows more than results. */
  #isWhole = false;
  #hasForgotten = false;
  #isAnySigned = false;
  #isTimeCovered = false;
  #notes: readonly number[] = [];

  constructor(options: StreamJudgeOptions) {
    this.stream = options.stream;
    this.#options = options;
  }

  rootAt(size: number): string | undefined {
    return this.#signed?.chain.rootAt(size);
  }

  signedLeaf(sequence: number): Uint8Array | undefined {
    const range = this.#signed?.coverage.of(sequence);
    const at = (sequence - (range?.from ?? 0) - 1) * HASH_BYTES;
    return range?.leaves?.slice(at, at + HASH_BYTES);
  }

  markWhole(): void {
    this.#isWhole = true;
  }

  expect(sound: SoundCheckpoint, place: Place): void {
    const { stream, found } = this.#options;
    const { chain, coverage, leftOut } = (this.#signed ??= createSignedPart(this.#options));
    const { checkpoint, leaves } = sound;
    const claim = claimOf(sound);
    this.#hasForgotten ||= coverage.hasForgotten(claim);
    const problem =
      chain.problemOf(sound) ??
      (coverage.agrees(claim, leaves) ? undefined : "it signs other records");
    if (problem === undefined) {
      chain.add(sound);
      coverage.add(claim, leaves);
      this.#resolve(this.#signed, claim);
      return;
    }
    if (claim.isOwn) leftOut.add(claim.note);
    found("histories_differ", {
      message: `checkpoint ${checkpoint.number} of stream ${stream} contradicts others: ${problem}`,
      stream,
      ...place,
    });
  }

  see(record: SeenRecord): boolean {
    const { sequence, note, isOfAll } = record;
    if (isOfAll) this.#isWhole = true;
    if (note !== undefined) (this.#signed ??= createSignedPart(this.#options)).carriers.see(record);
    const copies = this.#signed?.copies;
    const isFirst =
      copies?.proven.has(sequence) !== true &&
      copies?.altered.has(sequence) !== true &&
      !this.#waiting.has(sequence);
    const range = this.#signed?.coverage.of(sequence);
    if (range === undefined) this.#wait(record);
    else copies?.compare([record], range);
    return isFirst;
  }

  hasForgotten(): boolean {
    return this.#hasForgotten;
  }

  settle(): void {
    this.#signed?.copies.settle();
  }

  isProven(sequence: number): boolean {
    const { coverage, copies } = this.#signed ?? {};
    if (copies?.counted.has(sequence) === true) return coverage?.of(sequence)?.isOwn === true;
    return this.#notes.includes(sequence);
  }

  isAnySigned(): boolean {
    return this.#isAnySigned;
  }

  isTimeCovered(): boolean {
    return this.#isTimeCovered;
  }

  finish(purged: readonly Run[]): StreamSummary {
    const { stream, window } = this.#options;
    const waiting = this.#waiting;
    const isWhole = this.#isWhole;
    const signed = this.#signed ?? createSignedPart(this.#options);
    const { chain, coverage, copies, carriers } = signed;
    const parts = coverage.parts();
    const all = coverage.claims();
    const ask = createAsker(all, window);
    const claims = all.map((claim) => ask(claim, claim.begin));
    const last = chain.last();
    const size = parts.at(-1)?.size ?? 0;
    const closedAt = last?.state === "close" ? last.size : undefined;
    const { unsigned, notes, asked } = judgeWaiting({
      ...this.#options,
      waiting,
      size,
      closedAt,
      lastTime: last === undefined ? undefined : Date.parse(last.time),
      isProof: (note) => isProof(note, signed),
      repeated: carriers.repeated(),
    });
    const compared = copies.finish(closedAt, last !== undefined);
    const absent = judgeMissing({
      ...this.#options,
      proven: copies.proven,
      results: copies.results,
      altered: copies.altered,
      parts: parts.map((part) => ask(part, part.from)),
      claims,
      waiting: [...waiting.keys()],
      purged,
      isWhole,
    });
    this.#notes = notes;
    this.#isAnySigned = compared.isAny;
    // Who adopts attests nothing. What came before the first one has no known beginning.
    const own = claims.filter(({ part }) => part.isOwn);
    this.#isTimeCovered = own.slice(1).some(({ isWanted }) => isWanted);
    return {
      stream,
      records: compared.proven + compared.adopted + compared.inserted + asked,
      proven: compared.proven + notes.length,
      adopted: compared.adopted,
      unsigned,
      ...absent,
      size,
      isWhole,
      isClosed: closedAt !== undefined,
      until: last?.time,
      head: chain.head(),
    };
  }

  /** Those that waited for this range. */
  #resolve({ coverage, copies }: SignedPart, { from, size }: Pick<Claim, "from" | "size">): void {
    const waiting = this.#waiting;
    if (waiting.size === 0) return;
    for (let sequence = from + 1; sequence <= size; sequence++) {
      const records = waiting.get(sequence);
      const range = coverage.of(sequence);
      if (records === undefined || range === undefined) continue;
      waiting.delete(sequence);
      copies.compare(records, range);
    }
  }

  #wait(record: SeenRecord): void {
    const others = this.#waiting.get(record.sequence);
    if (others === undefined) this.#waiting.set(record.sequence, [record]);
    else others.push(record);
  }
}

/** Says which parts somebody asks for: those that may have been written in the window. */
function createAsker(
  claims: readonly Claim[],
  window: TimeWindow,
): <Part extends Pick<Claim, "time">>(part: Part, from: number) => Wanted<Part> {
  // Ascending by size. Who adopts does it later, and knows nothing of the time before.
  const ends = claims
    .flatMap(({ isOwn, size, time }) => (isOwn ? { from: size, time } : []))
    .toSorted((left, right) => left.from - right.from);
  return (part, from) => {
    // What stands behind a checkpoint was written after it. Others between may be lost.
    const start = ends[countBefore(ends, from + 1) - 1]?.time;
    // A clock that was set back says nothing of the beginning.
    const isKnown = start !== undefined && start <= part.time;
    return { part, isWanted: overlaps(window, isKnown ? start : undefined, part.time) };
  };
}
