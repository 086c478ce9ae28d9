/**
 * Holds the copies of covered records against the leaves that checkpoints carry.
 *
 * In: each copy with the range that covers it. Out: findings, and which numbers are proven or altered.
 */
import { recordId } from "../event/portable.ts";
import { counted, verbFor } from "../lib/counted.ts";
import { HASH_BYTES } from "../seal/portable.ts";
import type { Coverage, CoveredRange } from "./coverage.ts";
import { KIND } from "./examined-block.ts";
import { createNumberSet, type NumberSet } from "../lib/number-set.ts";
import type { FindingParts } from "./findings.ts";
import type { SeenRecord, StreamJudgeOptions } from "./judged-stream.ts";
import { ALL_TIME, isInside } from "./time-window.ts";

/** What {@link createCopyComparer} takes. */
export interface CopyComparerOptions extends StreamJudgeOptions {
  readonly coverage: Pick<Coverage, "of">;
}

/** Compares copies. */
export interface CopyComparer {
  /** The copies of one record that are at hand, in their order; all of them before anything is forgotten. */
  readonly compare: (records: readonly SeenRecord[], range: CoveredRange) => void;
  readonly proven: NumberSet;
  /** Those of them that are of the time that is asked for. */
  readonly counted: NumberSet;
  /** Of those that are proven: results. */
  readonly results: NumberSet;
  /** Numbers with a copy that is not what was signed, or does not show it. */
  readonly altered: NumberSet;
  /** Tells of records that an adopter proved first, and the process itself later. */
  readonly settle: () => void;
  /**
   * @param closedAt size of the stream when its process closed it; undefined: it did not.
   * @param hasOwn whether its process made a checkpoint.
   */
  readonly finish: (closedAt: number | undefined, hasOwn: boolean) => ComparedCounts;
}

/** What the covered records come to, copies counted once. */
export interface ComparedCounts {
  /** Signed by the process that wrote them. */
  readonly proven: number;
  readonly adopted: number;
  /** Right, and behind the end of their stream. */
  readonly inserted: number;
  /** Whether any is proven or adopted, of whatever time. */
  readonly isAny: boolean;
}

/** A process that is alive, or was killed, leaves no more records than this without a checkpoint. */
export const MAX_UNSIGNED = 512;

/** The first checkpoint comes right behind the first record; where the signer answers later, few stand between. */
export const MAX_UNOPENED = 8;

/** A record that was compared with what an adopter signed. */
interface AdoptedRecord extends Pick<
  SeenRecord,
  "sequence" | "kind" | "file" | "line" | "onProven"
> {
  isProven: boolean;
  isCounted: boolean;
}

/** Nothing was compared yet. */
export function createCopyComparer(options: CopyComparerOptions): CopyComparer {
  return new Comparer(options);
}

/** A class: there is one for each stream that was signed, and there may be very many. */
class Comparer implements CopyComparer {
  readonly proven: NumberSet = createNumberSet();
  readonly counted: NumberSet;
  readonly results = createNumberSet();
  readonly altered = createNumberSet();
  readonly #options: CopyComparerOptions;
  /** First copies: a later checkpoint of the process itself says whose they are, or that there are none. */
  #adopted: Map<number, AdoptedRecord> | undefined;
  readonly #copies = new FurtherCopies();
  #provenCount = 0;
  #isAnyOwn = false;

  constructor(options: CopyComparerOptions) {
    this.#options = options;
    this.counted = options.window === ALL_TIME ? this.proven : createNumberSet();
  }

  compare(records: readonly SeenRecord[], range: CoveredRange): void {
    for (const record of records) this.#compareOne(record, range);
    // What is signed of an adopted record may come from the process itself later.
    const isWhole = range.seen === range.size - range.from;
    if (isWhole && !this.#options.areLeavesKept && range.isOwn) range.leaves = undefined;
  }

  settle(): void {
    for (const { sequence, isProven, onProven } of this.#adopted?.values() ?? [])
      if (isProven && this.#isOwn(sequence)) onProven?.();
  }

  finish(closedAt: number | undefined, hasOwn: boolean): ComparedCounts {
    const { stream, found } = this.#options;
    const counts = { proven: this.#provenCount, adopted: 0, inserted: 0, isAny: this.#isAnyOwn };
    const borrowed: AdoptedRecord[] = [];
    for (const record of this.#adopted?.values() ?? []) {
      const { sequence, isProven, isCounted } = record;
      const one = isProven && isCounted ? 1 : 0;
      const isOwn = this.#isOwn(sequence);
      counts.isAny ||= isProven && (isOwn || !isBehindEnd(record, closedAt));
      if (isOwn) counts.proven += one;
      else if (isBehindEnd(record, closedAt)) {
        counts.inserted += one;
        found("record_inserted", behindEnd(stream, record, closedAt));
      } else {
        counts.adopted += one;
        if (isProven) borrowed.push(record);
      }
    }
    this.#judgeBorrowed(borrowed, hasOwn ? MAX_UNSIGNED : MAX_UNOPENED);
    return counts;
  }

  #compareOne(record: SeenRecord, range: CoveredRange): void {
    const { stream, found, areCopiesExpected, window } = this.#options;
    const { sequence, leaf } = record;
    if (range.leaves === undefined) return this.#insert(record);
    const isRight = isAt(leaf, range.leaves, (sequence - range.from - 1) * HASH_BYTES);
    if (!areCopiesExpected && this.#copies.isFurther(record, isRight)) this.#insert(record);
    const borrowed = range.isOwn ? undefined : this.#adoptedOf(record);
    if (!isRight) {
      this.altered.add(sequence);
      const message = `record ${recordId(stream, sequence)} is not the one that was signed`;
      return found("record_altered", { message, ...placeOf(stream, record) });
    }
    if (record.isDoubtful) return void this.altered.add(sequence);
    if (!this.proven.add(sequence)) return;
    range.seen++;
    if (record.kind === KIND.result) this.results.add(sequence);
    // Asked for only now: the time of a record that is not the one that was signed says nothing.
    const isCounted = isInside(window, record.time);
    if (isCounted) this.counted.add(sequence);
    const { onProven } = record;
    if (borrowed !== undefined) Object.assign(borrowed, { isProven: true, isCounted, onProven });
    else {
      this.#isAnyOwn = true;
      onProven?.();
      if (isCounted) this.#provenCount++;
    }
  }

  #insert(record: SeenRecord): void {
    const { stream, found, repeatCode } = this.#options;
    found(repeatCode, standsTwice(stream, record, repeatCode));
  }

  #isOwn(sequence: number): boolean {
    return this.#options.coverage.of(sequence)?.isOwn === true;
  }

  #adoptedOf({ sequence, kind, file, line }: SeenRecord): AdoptedRecord {
    let known = this.#adopted?.get(sequence);
    if (known === undefined) {
      const unproven = { onProven: undefined, isProven: false, isCounted: false };
      known = { sequence, kind, file, line, ...unproven };
      (this.#adopted ??= new Map<number, AdoptedRecord>()).set(sequence, known);
    }
    return known;
  }

  /** Who adopts makes no more of records than their process could have left. */
  #judgeBorrowed(records: readonly AdoptedRecord[], most: number): void {
    const { stream, found } = this.#options;
    const [first] = records.toSorted((left, right) => left.sequence - right.sequence);
    if (first === undefined || records.length <= most) return;
    const message = `${counted(records.length, "record")} of stream ${stream} ${verbFor(records.length, "was")} signed by an adopter alone: more than a process leaves that dies`;
    found("record_unproven", { message, ...placeOf(stream, first), count: records.length });
  }
}

/** Whether a record stands behind the last checkpoint of a stream that was closed; that one's own does not. */
export function isBehindEnd(
  { sequence, kind }: Pick<SeenRecord, "sequence" | "kind">,
  closedAt: number | undefined,
): closedAt is number {
  if (closedAt === undefined || sequence <= closedAt) return false;
  return kind !== KIND.checkpoint || sequence !== closedAt + 1;
}

/** The finding of such a record. */
export function behindEnd(
  stream: string,
  record: Pick<SeenRecord, "sequence" | "file" | "line">,
  closedAt: number,
): FindingParts {
  const id = recordId(stream, record.sequence);
  const message = `record ${id} stands behind the end of its stream, which was closed with ${counted(closedAt, "record")}`;
  return { message, ...placeOf(stream, record) };
}

/** The finding of a copy that nobody expects. */
export function standsTwice(
  stream: string,
  copy: Pick<SeenRecord, "sequence" | "file" | "line">,
  code: StreamJudgeOptions["repeatCode"],
): FindingParts {
  const why =
    code === "record_unproven"
      ? ": a cut of its files, of which nobody can be believed, would explain that"
      : "";
  const message = `record ${recordId(stream, copy.sequence)} stands twice in its journal${why}`;
  return { message, ...placeOf(stream, copy) };
}

/** Where a finding of a record is. */
export function placeOf(
  stream: string,
  { sequence, file, line }: Pick<SeenRecord, "sequence" | "file" | "line">,
): Omit<FindingParts, "message"> {
  return { stream, record: recordId(stream, sequence), file, line };
}

/** Tells of each copy whether one that is like it came before. */
class FurtherCopies {
  #right: NumberSet | undefined;
  /** Leaves of those that are not right, by number. */
  #others: Map<number, Set<string>> | undefined;

  isFurther({ sequence, leaf }: SeenRecord, isRight: boolean): boolean {
    if (isRight) return !(this.#right ??= createNumberSet()).add(sequence);
    this.#others ??= new Map<number, Set<string>>();
    const known = this.#others.get(sequence) ?? new Set();
    this.#others.set(sequence, known);
    const { size } = known;
    return known.add(leaf.join()).size === size;
  }
}

/** Whether the bytes stand at that place. */
function isAt(leaf: Uint8Array, leaves: Uint8Array, place: number): boolean {
  for (let at = 0; at < HASH_BYTES; at++) if (leaf[at] !== leaves[place + at]) return false;
  return true;
}
