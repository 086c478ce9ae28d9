/**
 * Makes the checkpoints of one stream, one behind the other.
 *
 * In: the leaves of its records. Out: a note over those that none covers, signed now or later, as a
 * record of the stream. Promise: one that cannot be signed or written changes nothing, so that the
 * next attempt covers the same records.
 */
import { hash } from "node:crypto";
import type { AuditRecord } from "../event/portable.ts";
import { type Clock, toIsoMicros } from "../lib/clock.ts";
import { messageOf } from "../lib/errors.ts";
import { createCallCounts } from "./call-counts.ts";
import {
  type CallCount,
  type CheckpointState,
  encodeCheckpoint,
  type OpeningFacts,
} from "./checkpoint.ts";
import { checkpointRecord, MAX_COVERED } from "./checkpoint-record.ts";
import { LEAF_VERSION } from "./leaf.ts";
import { createLeafQueue } from "./leaf-queue.ts";
import { encodeKey } from "./note.ts";
import { SEALED_PREFIXES } from "./sealed-fields.ts";
import { sha256 } from "./sha256.ts";
import { signNote } from "./sign-note.ts";
import type { Signer } from "./signer.ts";
import { addLeaves, hashAtOnce, NO_LEAVES, rootOf, type Subtrees } from "./tree.ts";

/** Makes checkpoints when it is asked to. */
export interface CheckpointMaker {
  /** The record of the leaf stands in the stream, behind all that were taken. */
  readonly take: (leaf: Uint8Array, isResult: boolean) => void;
  /**
   * Makes one of what waits, as far as one can cover it. Nothing where nothing waits, or one is being
   * made. Never throws.
   */
  readonly make: (state: CheckpointState) => void;
  /** Resolves when the one that somebody signs now was written, or failed; undefined: there is none. */
  readonly signing: () => Promise<void> | undefined;
  /** Whether the record that is being written is one of them. */
  readonly isWriting: () => boolean;
  /** Checkpoints that were made. */
  readonly number: () => number;
  /** Records that they cover. */
  readonly covered: () => number;
  /** Records that were taken and that none covers. */
  readonly waiting: () => number;
  /** Why the last one could not be made; undefined: it could. */
  readonly problem: () => string | undefined;
  /** Makes and writes none any more. */
  readonly end: () => void;
}

/** What {@link createCheckpointMaker} takes. */
export interface CheckpointMakerOptions {
  readonly stream: string;
  readonly signer: Signer;
  /** Writes a record into the stream; throws where the disk refuses. */
  readonly write: (record: AuditRecord) => void;
  readonly clock: Clock;
  readonly report: (line: string) => void;
  readonly opening: Omit<OpeningFacts, "custody" | "sealed" | "rotations">;
  /** Totals since the stream began. Default: there are no calls. */
  readonly calls?: () => Iterable<CallCount>;
  /** One was made. */
  readonly onMade: () => void;
  /** One could not be made. */
  readonly onFailed: () => void;
  /** Nobody signs any more. */
  readonly onSigned: () => void;
}

/** A checkpoint that is not signed yet. */
interface Draft {
  readonly text: string;
  readonly time: string;
  readonly calls: readonly CallCount[];
  readonly covered: Subtrees;
  /** Of the records that no checkpoint covered, base64url. */
  readonly leaves: readonly string[];
}

/** What a checkpoint covered, for the next one to carry it again. */
interface Carried {
  readonly before: Subtrees;
  /** Base64url. */
  readonly leaves: readonly string[];
}

/** Begins with the checkpoint that opens the stream. */
export function createCheckpointMaker(options: CheckpointMakerOptions): CheckpointMaker {
  return new Maker(options);
}

class Maker implements CheckpointMaker {
  readonly #options: CheckpointMakerOptions;
  readonly #callCounts;
  /** Records behind those that are covered. */
  readonly #waiting = createLeafQueue();
  #covered = NO_LEAVES;
  /** The first checkpoint has none before it. */
  #carried: Carried = { before: NO_LEAVES, leaves: [] };
  #number = 0;
  #previous: string | undefined;
  #problem: string | undefined;
  #isMaking = false;
  #isWriting = false;
  #isEnded = false;
  #signing: Promise<void> | undefined;

  constructor(options: CheckpointMakerOptions) {
    this.#options = options;
    this.#callCounts = createCallCounts(options.calls ?? (() => []));
  }

  take(leaf: Uint8Array, isResult: boolean): void {
    this.#waiting.push(leaf, isResult);
  }

  make(state: CheckpointState): void {
    // A function of the user's that records what it signs calls back here.
    const isBusy = this.#isMaking || this.#signing !== undefined;
    if (this.#isEnded || isBusy || this.waiting() === 0) return;
    this.#isMaking = true;
    try {
      const draft = this.#draftOf(state);
      const note = signNote(this.#options.signer, draft.text);
      if (typeof note === "string") this.#finish(draft, note);
      else this.#signing = this.#finishLater(draft, note);
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#isMaking = false;
    }
  }

  signing(): Promise<void> | undefined {
    return this.#signing;
  }

  isWriting(): boolean {
    return this.#isWriting;
  }

  number(): number {
    return this.#number;
  }

  covered(): number {
    return this.#covered.size;
  }

  waiting(): number {
    return this.#waiting.length();
  }

  problem(): string | undefined {
    return this.#problem;
  }

  end(): void {
    this.#isEnded = true;
  }

  /** Whether the state is said is up to the number of leaves: what does not fit comes with the next one. */
  #draftOf(state: CheckpointState): Draft {
    const { stream, signer, clock } = this.#options;
    const { leaves, results } = this.#waiting.first(MAX_COVERED);
    const after = hashAtOnce(addLeaves(this.#covered, leaves), sha256);
    const root = hashAtOnce(rootOf(after), sha256) ?? new Uint8Array();
    const time = toIsoMicros(clock.nowMicros());
    const calls = this.#callCounts.changed();
    const isFirst = this.#number === 0;
    const text = encodeCheckpoint({
      stream,
      size: after.size,
      root: Uint8Array.from(root),
      number: this.#number + 1,
      state: isFirst ? "open" : state,
      time,
      results,
      leaf: LEAF_VERSION,
      key: encodeKey(signer.key),
      previous: this.#previous,
      begin: this.#covered.size,
      calls,
      opening: isFirst ? this.#openingFacts() : undefined,
    });
    return { text, time, calls, covered: after, leaves: leaves.map(textOfLeaf) };
  }

  #openingFacts(): OpeningFacts {
    const { opening, signer } = this.#options;
    const { custody, rotations } = signer;
    return { ...opening, custody, sealed: SEALED_PREFIXES, rotations };
  }

  async #finishLater(draft: Draft, note: Promise<string>): Promise<void> {
    try {
      const signedNote = await note;
      // Nobody takes records any more, and nobody waits for this one.
      if (!this.#isEnded) this.#finish(draft, signedNote);
    } catch (error) {
      if (!this.#isEnded) this.#fail(error);
    } finally {
      this.#signing = undefined;
    }
    this.#options.onSigned();
  }

  #finish({ time, calls, covered, leaves }: Draft, note: string): void {
    const { write, report, onMade } = this.#options;
    this.#isWriting = true;
    try {
      const all = [...this.#carried.leaves, ...leaves];
      write(checkpointRecord({ note, time, leaves: all, subtrees: this.#carried.before }));
    } finally {
      this.#isWriting = false;
    }
    this.#carried = { before: this.#covered, leaves };
    this.#covered = covered;
    this.#waiting.drop(leaves.length);
    this.#number++;
    this.#previous = hash("sha256", note, "base64");
    this.#callCounts.told(calls);
    if (this.#problem !== undefined) report("checkpoints are made again");
    this.#problem = undefined;
    onMade();
  }

  #fail(error: unknown): void {
    const { report, onFailed } = this.#options;
    if (this.#problem === undefined)
      report(`a checkpoint cannot be made, records are written without: ${messageOf(error)}`);
    this.#problem = messageOf(error);
    onFailed();
  }
}

/** Base64url, without the copies that a browser would need. */
function textOfLeaf({ buffer, byteOffset, length }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, length).toString("base64url");
}
