/** What the processes of a random history write and sign, and what was seen of their trees. */
import { toBase64 } from "../../src/lib/base64.ts";
import {
  addLeaves,
  type Checkpoint,
  hashAtOnce,
  NO_LEAVES,
  rootOf,
} from "../../src/seal/portable.ts";
import {
  createStreamWriter,
  keyOfTest,
  type RecordParts,
  rotationOf,
  type SealedRecord,
  sha256,
  type StreamWriter,
  type TestKey,
  type WriterState,
} from "./fixed-stream.ts";
import { result } from "./key-histories.ts";
import { openingOf } from "./opening-histories.ts";
import type { Carry, History, Lie, Place, Step } from "./history-steps.ts";
import { STREAMS } from "./sealed-journal.ts";
import type { SeenTree } from "./two-verifiers.ts";

/** The keys of a history, by their numbers in it. */
export const KEYS: readonly [TestKey, TestKey, TestKey] = [
  keyOfTest(0),
  keyOfTest(1),
  keyOfTest(2),
];
const KEY_OF = [KEYS[0], KEYS[0], KEYS[1]] as const;

const PARTS: Readonly<Record<Extract<Step, { kind: "add" }>["what"], RecordParts>> = {
  result,
  redactable: { ...result, redactable: ["note"] },
  intent: { kind: "intent", action: "pause" },
  gap: { kind: "gap", action: "records_lost" },
};

/** The streams while they are written. */
export interface Written {
  readonly writers: readonly [StreamWriter, StreamWriter, StreamWriter];
  /** How far each was under checkpoints before each of them. */
  readonly states: readonly [WriterState[], WriterState[], WriterState[]];
  /** What stands in older copies of their files. */
  readonly forgotten: readonly [SealedRecord[], SealedRecord[], SealedRecord[]];
  readonly nextTime: () => string;
}

/** Writes what the processes did. */
export function writtenBy({ steps }: Pick<History, "steps">): Written {
  let second = 0;
  const nextTime = (): string =>
    `2026-11-21T09:00:${String(++second % 60).padStart(2, "0")}.123456Z`;
  const writer = (at: Place): StreamWriter => createStreamWriter(STREAMS[at], KEY_OF[at], nextTime);
  const written: Written = {
    writers: [writer(0), writer(1), writer(2)],
    states: [[], [], []],
    forgotten: [[], [], []],
    nextTime,
  };
  for (const one of written.writers) one.add({ kind: "start", action: "stream_start" });
  for (const step of steps) perform(step, written);
  return written;
}

function perform(step: Step, written: Written): void {
  const writer = written.writers[step.stream];
  const states = written.states[step.stream];
  if (step.kind === "add") {
    for (let count = 0; count < step.count; count++) writer.add(PARTS[step.what]);
  } else if (step.kind === "purge") {
    const { of, first, count, redactable } = step;
    const segments = [`${STREAMS[of]}/1-1: ${first}-${first + count - 1}`];
    const parts = { kind: "result", action: "retention_purge", body: { scope: { segments } } };
    writer.add({ ...parts, redactable: redactable ? ["scope_segments"] : [] });
  } else if (step.kind === "cut") {
    const { of, change, redactable } = step;
    const body = { file: `journal/${STREAMS[of]}/1.jsonl`, change };
    writer.add({ kind: "result", action: "audit_file_change", body, redactable });
  } else if (step.kind === "rewind") {
    const { covered, number } = Object.assign(writer.state, states.at(-step.by));
    if (step.how === "leave") return;
    const forgotten = writer.records.splice(covered.size + Math.min(number, 1));
    if (step.how === "rewrite") written.forgotten[step.stream].push(...forgotten);
  } else if (step.kind === "checkpoint") {
    states.push({ ...writer.state });
    carry(writer, step.carry);
    const state = writer.state.number === 0 ? "open" : "run";
    const { more, change } = told(step.lie, writer.state);
    withKey(step, written, (signer) => {
      signer.checkpoint(step.state === "next" ? state : step.state, more, change);
    });
  } else adopt(step, written);
}

/** Another process covers what is left of a stream. */
function adopt(step: Extract<Step, { kind: "adopt" }>, written: Written): void {
  const of = written.writers[step.of];
  written.states[step.of].push({ ...of.state });
  const before = { ...of.state };
  const { size } = of.state.covered;
  const isOther = step.stream !== step.of;
  const leave = isOther ? Math.min(step.leave, of.records.length - size - 1) : 0;
  const left = leave > 0 ? of.records.splice(-leave) : [];
  of.state.covered = treeOf(of, Math.max(0, size - step.again));
  const { more } = told(step.lie, before);
  const begin = step.counted ? of.state.covered.size : size;
  withKey(step, written, (signer) => signer.adopt(of, { begin, ...more }));
  of.records.push(...left);
  if (step.unseen) Object.assign(of.state, before);
}

/** The tree of the first records. */
function treeOf({ records }: StreamWriter, size: number): WriterState["covered"] {
  const leaves = records.slice(0, size).map(({ leaf }) => leaf);
  return hashAtOnce(addLeaves(NO_LEAVES, leaves), sha256);
}

/** Changes what the next checkpoint carries again. */
function carry(writer: StreamWriter, how: Carry): void {
  const { state, records } = writer;
  const { before, leaves } = state.carried;
  if (how === "none") state.carried = { before: state.covered, leaves: [] };
  else if (how === "all") {
    const all = records.slice(0, state.covered.size).map(({ leaf }) => leaf);
    state.carried = { before: NO_LEAVES, leaves: all };
  } else if (how === "fewer") {
    const middle = leaves.length >> 1;
    const first = hashAtOnce(addLeaves(before, leaves.slice(0, middle)), sha256);
    state.carried = { before: first, leaves: leaves.slice(middle) };
  } else if (how === "others" && leaves.length > 0) {
    const others = [sha256("another"), ...leaves.slice(1)];
    state.carried = { before, leaves: others };
    state.covered = hashAtOnce(addLeaves(before, others), sha256);
  }
}

/** What a checkpoint says instead of what is so. */
function told(
  lie: Lie,
  { covered, number }: WriterState,
): { readonly more: Partial<Checkpoint>; readonly change?: (text: string) => string } {
  if (lie.word === "text") return { more: {}, change: (whole) => `${whole}${lie.value}\n` };
  if (lie.word === "state")
    return { more: {}, change: (whole) => whole.replace(/\nstate .*/, `\nstate ${lie.value}`) };
  if (lie.word === "previous") return { more: { previous: lie.value || undefined } };
  if (lie.word === "adopter") return { more: { adopter: lie.value } };
  if (lie.word === "root") return { more: { root: new Uint8Array(32) } };
  if (lie.word === "time") return { more: { time: "2026-11-21T10:00:00.000000Z" } };
  if (lie.word === "begin") return { more: { begin: Math.max(0, covered.size + lie.by) } };
  if (lie.word === "number") return { more: { number: Math.max(1, number + 1 + lie.by) } };
  if (lie.word === "results") return { more: { results: Math.max(0, 2 + lie.by) } };
  if (lie.word === "size") return { more: { size: Math.max(1, covered.size + 2 + lie.by) } };
  if (lie.word !== "opening") return { more: {} };
  const rotations = lie.rotations.map(([from, to, signer]) => {
    const [earlier, later, hand] = [KEYS[from], KEYS[to], KEYS[signer]];
    if (earlier === undefined || later === undefined || hand === undefined)
      throw new Error("no key");
    return {
      ...rotationOf(earlier, later),
      signature: rotationOf({ ...earlier, private: hand.private }, later).signature,
    };
  });
  return { more: { opening: { ...openingOf(lie.service), custody: lie.custody, rotations } } };
}

/** Lets the writer of a step sign, or one of its stream with another key. */
function withKey(
  { stream, lie }: Extract<Step, { lie: Lie }>,
  { writers, nextTime }: Written,
  sign: (signer: StreamWriter) => void,
): void {
  const writer = writers[stream];
  if (lie.word !== "key") {
    sign(writer);
    return;
  }
  const signer = createStreamWriter(STREAMS[stream], KEYS[2], nextTime);
  signer.records.push(...writer.records);
  Object.assign(signer.state, writer.state);
  sign(signer);
  writer.records.splice(0, Infinity, ...signer.records);
  Object.assign(writer.state, signer.state);
}

/** What somebody saw of it: a tree of a stream as it was after a checkpoint, or one that never was. */
export function seenIn(
  { writers, states }: Written,
  anchors: History["anchors"],
): readonly SeenTree[] {
  return anchors.flatMap(({ stream, at, more, isOther }) => {
    const known = [...states[stream], writers[stream].state];
    const size = (known[at % known.length]?.covered.size ?? 0) + more;
    if (size === 0) return [];
    const tree = treeOf(writers[stream], size);
    const root = isOther ? new Uint8Array(32) : hashAtOnce(rootOf(tree), sha256);
    return root === undefined ? [] : [{ stream: STREAMS[stream], size, root: toBase64(root) }];
  });
}
