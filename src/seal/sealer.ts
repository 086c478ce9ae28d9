/**
 * Seals the records of one stream.
 *
 * In: records that have their place in the stream, before they are written. Out: commitments in
 * their attributes, and now and then a signed checkpoint, as a record of its own. Promise: nothing
 * here keeps a record from being written; a checkpoint that cannot be written or signed now is made
 * later, and people are told.
 */
import { hash } from "node:crypto";
import {
  ATTR_ACTION,
  ATTR_CATEGORY,
  ATTR_CHECKPOINT_LEAVES,
  ATTR_CHECKPOINT_NOTE,
  ATTR_CHECKPOINT_SUBTREES,
  ATTR_IMPACT,
  ATTR_RECORD_KIND,
  ATTR_TIME,
  type AuditRecord,
  CHECKPOINT,
} from "../event/portable.ts";
import { toBase64Url } from "../lib/base64.ts";
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
import { LEAF_VERSION } from "./leaf.ts";
import { encodeKey, encodeNote } from "./note.ts";
import type { IsRedactable } from "./redactable.ts";
import { createRecordSealer, type SealedRecord } from "./seal-record.ts";
import { SEALED_PREFIXES } from "./sealed-fields.ts";
import { isSignatureOf, type Signer } from "./signer.ts";
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

/** So many records are covered by one checkpoint at most. */
export const MAX_COVERED = 256;
/** A record has its checkpoint after so many milliseconds, give or take what keeps processes apart. */
const MIN_DELAY_MILLIS = 5000;
const MAX_DELAY_MILLIS = 10_000;
/** A signer that does not answer is not waited for longer. */
const SIGNING_LIMIT_MILLIS = 10_000;

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
      const bytes = new TextEncoder().encode(draft.text);
      const signature = signer.sign(bytes);
      if (signature instanceof Uint8Array) finish(draft, signature);
      else signing = finishLater(draft, signature);
    } catch (error) {
      fail(error);
    }
  }

  async function finishLater(draft: Draft, signature: Promise<Uint8Array>): Promise<void> {
    try {
      finish(draft, await withinLimit(signature));
    } catch (error) {
      fail(error);
    } finally {
      signing = undefined;
    }
    if (failing === undefined) settle();
  }

  function finish(
    { text, time, calls, covered: after, leaves }: Draft,
    signature: Uint8Array,
  ): void {
    // What nobody could verify would be worse than none: a function of the user's may be wrong.
    if (signer.custody === "function" && !isSignatureOf(signer.key, text, signature))
      throw new Error("the signing function does not sign with the key that it named");
    const { name, keyId } = signer.key;
    const note = encodeNote({
      text,
      signatures: [{ name, keyId, signature: Uint8Array.from(signature) }],
    });
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

interface CheckpointParts {
  readonly note: string;
  readonly time: string;
  readonly leaves: readonly Uint8Array[];
  readonly subtrees: Subtrees;
}

/** A checkpoint as a record; what stands left of its leaves is needed to get from them to the root. */
export function checkpointRecord({ note, time, leaves, subtrees }: CheckpointParts): AuditRecord {
  return {
    attributes: {
      [ATTR_RECORD_KIND]: "checkpoint",
      [ATTR_ACTION]: CHECKPOINT,
      [ATTR_CATEGORY]: "audit",
      [ATTR_IMPACT]: "low",
      [ATTR_TIME]: time,
      [ATTR_CHECKPOINT_NOTE]: note,
      [ATTR_CHECKPOINT_LEAVES]: leaves.map(toBase64Url),
      ...(subtrees.roots.length === 0
        ? {}
        : { [ATTR_CHECKPOINT_SUBTREES]: subtrees.roots.map(toBase64Url) }),
    },
    body: {},
  };
}

function sha256(input: Uint8Array): Uint8Array {
  return hash("sha256", input, "buffer");
}

async function withinLimit(signature: Promise<Uint8Array>): Promise<Uint8Array> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(new Error(`the signer did not answer within ${SIGNING_LIMIT_MILLIS} ms`)),
    SIGNING_LIMIT_MILLIS,
  ).unref();
  try {
    return await Promise.race([signature, promise]);
  } finally {
    clearTimeout(timer);
  }
}
