/**
 * Seals the records of one stream.
 *
 * In: records that have their place in the stream, before they are written. Out: commitments in
 * their attributes, and now and then a signed checkpoint, as a record of its own. Promise: nothing
 * here keeps a record from being written; a checkpoint that cannot be written or signed now is made
 * later, and people are told.
 */
import type { AuditRecord } from "../event/portable.ts";
import {
  type CheckpointMaker,
  type CheckpointMakerOptions,
  createCheckpointMaker,
} from "./checkpoint-maker.ts";
import { MAX_COVERED } from "./checkpoint-record.ts";
import type { IsRedactable } from "./redactable.ts";
import { createRecordSealer, type SealedRecord } from "./seal-record.ts";

/** Seals one stream. */
export interface Sealer {
  /** Seals a record that has its place in the stream. */
  readonly seal: (record: AuditRecord) => SealedRecord;
  /**
   * The record of the leaf stands in the journal, the next of its stream.
   *
   * @param kind `audit.record.kind`.
   * @param isUrgent whether a checkpoint is to follow at once.
   */
  readonly took: (leaf: Uint8Array, kind: string, isUrgent: boolean) => void;
  /** Writes the checkpoints that are due. Never throws. */
  readonly settle: () => void;
  /** Resolves when everything that was taken is under a checkpoint, or that failed. Never rejects. */
  readonly flush: () => Promise<void>;
  /** Makes the last checkpoint. At once, where the signer signs at once. Never throws or rejects. */
  readonly close: () => Promise<void>;
  /** Why records go without a checkpoint now; undefined: all is well. */
  readonly problem: () => string | undefined;
}

/** What {@link createSealer} takes. */
export interface SealerOptions extends Omit<
  CheckpointMakerOptions,
  "onMade" | "onFailed" | "onSigned"
> {
  readonly redactableOf: (action: string) => IsRedactable;
  /** Milliseconds after which a checkpoint shows that the process lives. Default: none does. */
  readonly heartbeatMillis?: number | undefined;
}

/** A record has its checkpoint after so many milliseconds, give or take what keeps processes apart. */
const MIN_DELAY_MILLIS = 5000;
const MAX_DELAY_MILLIS = 10_000;
/** A process that ends waits no longer than that for its signer. */
const CLOSING_LIMIT_MILLIS = 10_000;
/** After a long time without: the service goes on between so many and the next ones. */
const MAX_AT_ONCE = 8;
/** The longest delay that timers take. */
const FOREVER_MILLIS = 2 ** 31 - 1;

/** Begins with the checkpoint that opens the stream, as soon as a record was taken. */
export function createSealer(options: SealerOptions): Sealer {
  return new StreamSealer(options);
}

/** Says when checkpoints are made. */
class StreamSealer implements Sealer {
  readonly seal: Sealer["seal"];
  readonly #maker: CheckpointMaker;
  /** Leaves up to the last one that is of no checkpoint: those have to be covered. */
  #owed = 0;
  /** Leaves up to here are to be covered as soon as can be; 0: nothing is wanted, or it failed. */
  #wanted = 0;
  #isEnding = false;
  #isClosed = false;
  /** Whether a closed action's result waits for it. */
  #isHurried = false;
  #timer: NodeJS.Timeout | undefined;
  #soon: NodeJS.Immediate | undefined;
  readonly #heartbeat: NodeJS.Timeout | undefined;

  constructor({ redactableOf, heartbeatMillis, ...options }: SealerOptions) {
    this.seal = createRecordSealer(redactableOf);
    const maker = createCheckpointMaker({
      ...options,
      // It would bring back a heartbeat that was cleared.
      onMade: () => void (this.#isEnding || this.#heartbeat?.refresh()),
      onFailed: () => {
        this.#wanted = 0;
        this.#later();
      },
      onSigned: () => {
        if (maker.problem() === undefined) this.settle();
      },
    });
    this.#maker = maker;
    if (heartbeatMillis !== undefined)
      this.#heartbeat = setInterval(() => maker.make("idle"), heartbeatMillis).unref();
  }

  took(leaf: Uint8Array, kind: string, isUrgent: boolean): void {
    const maker = this.#maker;
    maker.take(leaf, kind === "result");
    if (maker.isWriting()) return;
    this.#owed = maker.covered() + maker.waiting();
    this.#later();
    if (!isUrgent) return;
    this.#isHurried = true;
    this.#makeSoon();
  }

  settle(): void {
    let left = MAX_AT_ONCE;
    for (let before = -1; before !== this.#maker.number() && left > 0 && this.#isDue(); left--) {
      before = this.#maker.number();
      this.#maker.make("run");
    }
    if (left === 0 && this.#isDue()) this.#makeSoon();
  }

  async flush(): Promise<void> {
    const goal = this.#owed;
    const isEnough = (): boolean => this.#isClosed || goal <= this.#maker.covered();
    this.#coverAll();
    // What fails is no longer wanted.
    const isLeft = (): boolean => !isEnough() && goal <= this.#wanted;
    while (isLeft()) {
      if (this.#maker.signing() !== undefined) await this.#signed(isEnough);
      else {
        await nextTurn();
        this.settle();
      }
    }
  }

  async close(): Promise<void> {
    const maker = this.#maker;
    this.#isEnding = true;
    clearInterval(this.#heartbeat);
    clearTimeout(this.#timer);
    clearImmediate(this.#soon);
    let isLate = false;
    const limit = Promise.withResolvers<void>();
    const limitTimer = setTimeout(() => {
      isLate = true;
      limit.resolve();
    }, CLOSING_LIMIT_MILLIS);
    const isOver = (): boolean => isLate;
    const settled = (): Promise<void> => this.#signed(isOver, limit.promise);
    if (maker.signing() !== undefined) await settled();
    for (
      let before = -1;
      before !== maker.number() && maker.waiting() > MAX_COVERED && !isOver();
    ) {
      before = maker.number();
      maker.make("run");
      if (maker.signing() !== undefined) await settled();
    }
    // The last one covers everything, or is none.
    if (maker.waiting() <= MAX_COVERED && !isOver()) maker.make("close");
    if (maker.signing() !== undefined) await settled();
    clearTimeout(limitTimer);
    this.#isClosed = true;
    maker.end();
  }

  problem(): string | undefined {
    return this.#maker.problem();
  }

  #later(): void {
    if (this.#isEnding || this.#timer !== undefined) return;
    const spread = Math.random() * (MAX_DELAY_MILLIS - MIN_DELAY_MILLIS);
    this.#timer = setTimeout(() => this.#onTimer(), MIN_DELAY_MILLIS + spread).unref();
  }

  #onTimer(): void {
    this.#timer = undefined;
    if (!this.#isOwing()) return;
    this.#coverAll();
    if (this.#isOwing()) this.#later();
  }

  #isOwing(): boolean {
    return this.#owed > this.#maker.covered();
  }

  #isDue(): boolean {
    const maker = this.#maker;
    if (this.#wanted > maker.covered()) return true;
    if (maker.problem() !== undefined) return false;
    return maker.number() === 0 ? this.#isOwing() : maker.waiting() >= MAX_COVERED;
  }

  /** At once, or, while something is being signed, right behind that. */
  #coverAll(): void {
    this.#wanted = this.#owed;
    this.settle();
  }

  /** A process that waits for it does not end meanwhile: the signer may hold no handle of its own. */
  async #signed(isEnough: () => boolean, limit?: Promise<void>): Promise<void> {
    const alive = setInterval(() => {}, FOREVER_MILLIS);
    for (
      let now = this.#maker.signing();
      now !== undefined && !isEnough();
      now = this.#maker.signing()
    )
      await (limit === undefined ? now : Promise.race([now, limit]));
    clearInterval(alive);
  }

  #makeSoon(): void {
    this.#soon ??= setImmediate(() => {
      this.#soon = undefined;
      if (this.#isHurried) this.#wanted = this.#owed;
      this.#isHurried = false;
      this.settle();
    }).unref();
  }
}

function nextTurn(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  setImmediate(resolve);
  return promise;
}
