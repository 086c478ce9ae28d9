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
  readonly opening: Omit<OpeningFacts, "custody" | "sealed" | "rotation">;
  /** Totals since the stream began. Default: there are no calls. */
  readonly calls?: () => Iterable<CallCount>;
  /** Milliseconds after which a checkpoint shows that the process lives. Default: none does. */
  readonly heartbeatMillis?: number | undefined;
}

/** A record has its checkpoint after so many milliseconds, give or take what keeps processes apart. */
const MIN_DELAY_MILLIS = 5000;
const MAX_DELAY_MILLIS = 10_000;

/** A record that no checkpoint covers yet. */
interface Waiting {
  readonly leaf: Uint8Array;
  readonly isResult: boolean;
}

/** A checkpoint that is not signed yet. */
interface Draft {
  readonly text: string;
  readonly time: string;
  readonly calls: readonly CallCount[];
  readonly covered: Subtrees;
  readonly leaves: readonly Uint8Array[];
}

/** Begins with the checkpoint that opens the stream, as soon as a record was taken. */
export function createSealer(options: SealerOptions): Sealer {
  const { stream, signer, clock, report, opening, heartbeatMillis } = options;
  const key = encodeKey(signer.key);
  const callCounts = createCallCounts(options.calls ?? (() => []));
  let covered = NO_LEAVES;
  /** Records behind those that are covered. */
  let waiting: Waiting[] = [];
  /** Leaves up to the last one that is of no checkpoint: those have to be covered. */
  let owed = 0;
  let number = 0;
  let previous: string | undefined;
  let failing: string | undefined;
  let isWriting = false;
  let isClosed = false;
  let signing: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let soon: NodeJS.Immediate | undefined;
  const heartbeat =
    heartbeatMillis === undefined
      ? undefined
      : setInterval(() => make("idle"), heartbeatMillis).unref();

  function draftOf(state: CheckpointState): Draft {
    const next = waiting.slice(0, MAX_COVERED);
    const leaves = next.map(({ leaf }) => leaf);
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
      results: next.filter(({ isResult }) => isResult).length,
      leaf: LEAF_VERSION,
      key,
      previous,
      calls,
      opening:
        number > 0
          ? undefined
          : {
              ...opening,
              custody: signer.custody,
              sealed: SEALED_PREFIXES,
              rotation: signer.rotation,
            },
    };
    return { text: encodeCheckpoint(checkpoint), time, calls, covered: after, leaves };
  }

  /** Whether the state is said is up to the number of leaves: what does not fit comes with the next one. */
  function make(state: CheckpointState): void {
    if (isClosed || isWriting || signing !== undefined || waiting.length === 0) return;
    const draft = draftOf(state);
    try {
      const note = signNote(signer, draft.text);
      if (typeof note === "string") finish(draft, note);
      else signing = finishLater(draft, note);
    } catch (error) {
      fail(error);
    }
  }

  async function finishLater(draft: Draft, note: Promise<string>): Promise<void> {
    try {
      finish(draft, await note);
    } catch (error) {
      fail(error);
    } finally {
      signing = undefined;
    }
    if (failing === undefined) settle();
  }

  function finish({ time, calls, covered: after, leaves }: Draft, note: string): void {
    isWriting = true;
    try {
      options.write(checkpointRecord({ note, time, leaves, subtrees: covered }));
    } finally {
      isWriting = false;
    }
    covered = after;
    waiting = waiting.slice(leaves.length);
    number++;
    previous = hash("sha256", note, "base64");
    callCounts.told(calls);
    if (failing !== undefined) report("checkpoints are made again");
    failing = undefined;
  }

  function fail(error: unknown): void {
    if (failing === undefined)
      report(`a checkpoint cannot be made, records are written without: ${messageOf(error)}`);
    failing = messageOf(error);
    later();
  }

  function later(): void {
    if (isClosed) return;
    const spread = Math.random() * (MAX_DELAY_MILLIS - MIN_DELAY_MILLIS);
    timer ??= setTimeout(onTimer, MIN_DELAY_MILLIS + spread).unref();
  }

  function onTimer(): void {
    timer = undefined;
    if (!isOwing()) return;
    make("run");
    if (isOwing()) later();
  }

  const isOwing = (): boolean => owed > covered.size;

  const isDue = (): boolean =>
    failing === undefined && (number === 0 ? isOwing() : waiting.length >= MAX_COVERED);

  function settle(): void {
    for (let before = -1; before !== number && isDue();) {
      before = number;
      make("run");
    }
  }

  async function flush(): Promise<void> {
    const goal = owed;
    await signing;
    for (let before = -1; before !== number && goal > covered.size;) {
      before = number;
      make("run");
      await signing;
    }
  }

  async function close(): Promise<void> {
    clearInterval(heartbeat);
    clearTimeout(timer);
    clearImmediate(soon);
    if (signing !== undefined) await signing;
    for (let before = -1; before !== number && waiting.length > MAX_COVERED;) {
      before = number;
      make("run");
      if (signing !== undefined) await signing;
    }
    make("close");
    if (signing !== undefined) await signing;
    isClosed = true;
  }

  return {
    seal: createRecordSealer(options.redactableOf),
    took(leaf, kind, isUrgent) {
      waiting.push({ leaf, isResult: kind === "result" });
      if (isWriting) return;
      owed = covered.size + waiting.length;
      later();
      if (isUrgent) soon ??= setImmediate(hurry).unref();
    },
    settle,
    flush,
    close,
    problem: () => failing,
  };

  function hurry(): void {
    soon = undefined;
    if (isOwing()) make("run");
  }
}
