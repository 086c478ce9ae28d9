/**
 * Seals the records of one stream.
 *
 * In: records that have their place in the stream, before they are written. Out: commitments in
 * their attributes, and now and then a signed checkpoint, as a record of its own. Promise: nothing
 * here keeps a record from being written; a checkpoint that cannot be written or signed now is made
 * later, and people are told.
 */
import { hash } from "node:crypto";
import type { AuditRecord } from "../event/portable.ts";
import { type Clock, toIsoMicros } from "../lib/clock.ts";
import { messageOf } from "../lib/errors.ts";
import { createCallCounts } from "./call-counts.ts";
import {
  type CallCount,
  type Checkpoint,
  type CheckpointState,
  encodeCheckpoint,
  type OpeningFacts,
} from "./checkpoint.ts";
import { checkpointRecord, MAX_COVERED } from "./checkpoint-record.ts";
import { LEAF_VERSION } from "./leaf.ts";
import { createLeafQueue } from "./leaf-queue.ts";
import { encodeKey } from "./note.ts";
import type { IsRedactable } from "./redactable.ts";
import { createRecordSealer, type SealedRecord } from "./seal-record.ts";
import { SEALED_PREFIXES } from "./sealed-fields.ts";
import { sha256 } from "./sha256.ts";
import { signNote } from "./sign-note.ts";
import type { Signer } from "./signer.ts";
import { addLeaves, hashAtOnce, NO_LEAVES, rootOf, type Subtrees } from "./tree.ts";

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
export interface SealerOptions {
  readonly stream: string;
  readonly signer: Signer;
  /** Writes a record into the stream; throws where the disk refuses. */
  readonly write: (record: AuditRecord) => void;
  readonly clock: Clock;
  readonly report: (line: string) => void;
  readonly redactableOf: (action: string) => IsRedactable;
  readonly opening: Omit<OpeningFacts, "custody" | "sealed" | "rotations">;
  /** Totals since the stream began. Default: there are no calls. */
  readonly calls?: () => Iterable<CallCount>;
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

/** The first checkpoint has none before it. */
const NOTHING_CARRIED: Carried = { before: NO_LEAVES, leaves: [] };

/** Begins with the checkpoint that opens the stream, as soon as a record was taken. */
export function createSealer(options: SealerOptions): Sealer {
  const { stream, signer, clock, report, opening, heartbeatMillis } = options;
  const key = encodeKey(signer.key);
  const callCounts = createCallCounts(options.calls ?? (() => []));
  let covered = NO_LEAVES;
  let carried = NOTHING_CARRIED;
  /** Records behind those that are covered. */
  const waiting = createLeafQueue();
  /** Leaves up to the last one that is of no checkpoint: those have to be covered. */
  let owed = 0;
  /** Leaves up to here are to be covered as soon as can be; 0: nothing is wanted, or it failed. */
  let wanted = 0;
  let number = 0;
  let previous: string | undefined;
  let failing: string | undefined;
  let isMaking = false;
  let isWriting = false;
  let isEnding = false;
  let isClosed = false;
  let signing: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let soon: NodeJS.Immediate | undefined;
  /** Whether a closed action's result waits for it. */
  let isHurried = false;
  const heartbeat =
    heartbeatMillis === undefined
      ? undefined
      : setInterval(() => make("idle"), heartbeatMillis).unref();

  function draftOf(state: CheckpointState): Draft {
    const { leaves, results } = waiting.first(MAX_COVERED);
    const after = hashAtOnce(addLeaves(covered, leaves), sha256);
    const root = hashAtOnce(rootOf(after), sha256) ?? new Uint8Array();
    const time = toIsoMicros(clock.nowMicros());
    const calls = callCounts.changed();
    const checkpoint: Checkpoint = {
      stream,
      size: after.size,
      root: Uint8Array.from(root),
      number: number + 1,
      state: number === 0 ? "open" : state,
      time,
      results,
      leaf: LEAF_VERSION,
      key,
      previous,
      begin: covered.size,
      calls,
      opening:
        number > 0
          ? undefined
          : {
              ...opening,
              custody: signer.custody,
              sealed: SEALED_PREFIXES,
              rotations: signer.rotations,
            },
    };
    const text = encodeCheckpoint(checkpoint);
    return { text, time, calls, covered: after, leaves: leaves.map(textOfLeaf) };
  }

  /** Whether the state is said is up to the number of leaves: what does not fit comes with the next one. */
  function make(state: CheckpointState): void {
    // A function of the user's that records what it signs calls back here.
    if (isClosed || isMaking || signing !== undefined || waiting.length() === 0) return;
    isMaking = true;
    try {
      const draft = draftOf(state);
      const note = signNote(signer, draft.text);
      if (typeof note === "string") finish(draft, note);
      else signing = finishLater(draft, note);
    } catch (error) {
      fail(error);
    } finally {
      isMaking = false;
    }
  }

  async function finishLater(draft: Draft, note: Promise<string>): Promise<void> {
    try {
      const signedNote = await note;
      // Nobody takes records any more, and nobody waits for this one.
      if (!isClosed) finish(draft, signedNote);
    } catch (error) {
      if (!isClosed) fail(error);
    } finally {
      signing = undefined;
    }
    if (failing === undefined) settle();
  }

  function finish({ time, calls, covered: after, leaves }: Draft, note: string): void {
    isWriting = true;
    try {
      const all = [...carried.leaves, ...leaves];
      options.write(checkpointRecord({ note, time, leaves: all, subtrees: carried.before }));
    } finally {
      isWriting = false;
    }
    carried = { before: covered, leaves };
    covered = after;
    waiting.drop(leaves.length);
    number++;
    previous = hash("sha256", note, "base64");
    callCounts.told(calls);
    // It would bring back one that was cleared.
    if (!isEnding) heartbeat?.refresh();
    if (failing !== undefined) report("checkpoints are made again");
    failing = undefined;
  }

  function fail(error: unknown): void {
    if (failing === undefined)
      report(`a checkpoint cannot be made, records are written without: ${messageOf(error)}`);
    failing = messageOf(error);
    wanted = 0;
    later();
  }

  function later(): void {
    if (isEnding || timer !== undefined) return;
    const spread = Math.random() * (MAX_DELAY_MILLIS - MIN_DELAY_MILLIS);
    timer = setTimeout(onTimer, MIN_DELAY_MILLIS + spread).unref();
  }

  function onTimer(): void {
    timer = undefined;
    if (!isOwing()) return;
    coverAll();
    if (isOwing()) later();
  }

  const isOwing = (): boolean => owed > covered.size;

  const isDue = (): boolean =>
    wanted > covered.size ||
    (failing === undefined && (number === 0 ? isOwing() : waiting.length() >= MAX_COVERED));

  function settle(): void {
    let left = MAX_AT_ONCE;
    for (let before = -1; before !== number && left > 0 && isDue(); left--) {
      before = number;
      make("run");
    }
    if (left === 0 && isDue()) soon ??= setImmediate(onSoon).unref();
  }

  /** At once, or, while something is being signed, right behind that. */
  function coverAll(): void {
    wanted = owed;
    settle();
  }

  async function flush(): Promise<void> {
    const goal = owed;
    const isEnough = (): boolean => isClosed || goal <= covered.size;
    coverAll();
    // What fails is no longer wanted.
    const isLeft = (): boolean => !isEnough() && goal <= wanted;
    while (isLeft()) {
      if (signing !== undefined) await signed(isEnough);
      else {
        await nextTurn();
        settle();
      }
    }
  }

  /** A process that waits for it does not end meanwhile: the signer may hold no handle of its own. */
  async function signed(isEnough: () => boolean, limit?: Promise<void>): Promise<void> {
    const alive = setInterval(() => {}, FOREVER_MILLIS);
    for (let now = signing; now !== undefined && !isEnough(); now = signing)
      await (limit === undefined ? now : Promise.race([now, limit]));
    clearInterval(alive);
  }

  async function close(): Promise<void> {
    isEnding = true;
    clearInterval(heartbeat);
    clearTimeout(timer);
    clearImmediate(soon);
    let isLate = false;
    const limit = Promise.withResolvers<void>();
    const limitTimer = setTimeout(() => {
      isLate = true;
      limit.resolve();
    }, CLOSING_LIMIT_MILLIS);
    const isOver = (): boolean => isLate;
    const settled = (): Promise<void> => signed(isOver, limit.promise);
    if (signing !== undefined) await settled();
    for (let before = -1; before !== number && waiting.length() > MAX_COVERED && !isOver();) {
      before = number;
      make("run");
      if (signing !== undefined) await settled();
    }
    // The last one covers everything, or is none.
    if (waiting.length() <= MAX_COVERED && !isOver()) make("close");
    if (signing !== undefined) await settled();
    clearTimeout(limitTimer);
    isClosed = true;
  }

  return {
    seal: createRecordSealer(options.redactableOf),
    took(leaf, kind, isUrgent) {
      waiting.push(leaf, kind === "result");
      if (isWriting) return;
      owed = covered.size + waiting.length();
      later();
      if (!isUrgent) return;
      isHurried = true;
      soon ??= setImmediate(onSoon).unref();
    },
    settle,
    flush,
    close,
    problem: () => failing,
  };

  function onSoon(): void {
    soon = undefined;
    if (isHurried) wanted = owed;
    isHurried = false;
    settle();
  }
}

/** Base64url, without the copies that a browser would need. */
function textOfLeaf({ buffer, byteOffset, length }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, length).toString("base64url");
}

function nextTurn(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  setImmediate(resolve);
  return promise;
}
