/**
 * What a checkpoint says: the text of its note (https://c2sp.org/tlog-checkpoint).
 *
 * In: size and root of a stream's tree, and what else is known of it. Out: lines of text, and back. The
 * first three lines are those of every transparency log; each further one is a word, a space, and a value.
 */
import { isId } from "../event/portable.ts";
import { fromBase64, toBase64 } from "../lib/base64.ts";
import { decodeOpening, type OpeningFacts, openingLines } from "./opening-facts.ts";
import { HASH_BYTES } from "./tree.ts";

export {
  type KeyCustody,
  type KeyRotation,
  type OpeningFacts,
  rotationText,
} from "./opening-facts.ts";

/** The version of the text. */
export const CHECKPOINT_FORMAT = "audit-checkpoint/1";

/** Begins the first line; the stream stands behind it. */
const ORIGIN_PREFIX = "otel-audit/";

/**
 * Why a checkpoint was made. `open`: the stream begins. `run`: enough records, some time, or a closed
 * action. `idle`: to show that the process lives. `close`: the last one. `adopted`: the process died, and
 * another one signs what it found on disk.
 */
export type CheckpointState = "open" | "run" | "idle" | "close" | "adopted";

const STATES: ReadonlySet<string> = new Set<CheckpointState>([
  "open",
  "run",
  "idle",
  "close",
  "adopted",
]);

/** How many calls of a method there were since the stream began. */
export interface CallCount {
  /** As in `trainer.Trainer/Pause`. */
  readonly method: string;
  /** Counted where gRPC hands calls over, whatever became of their records. */
  readonly handled: number;
  /** Those of which a record was written. */
  readonly recorded: number;
}

/** A checkpoint in words. */
export interface Checkpoint {
  readonly stream: string;
  /** Leaves in the tree: records 1 to `size` of the stream. */
  readonly size: number;
  readonly root: Uint8Array<ArrayBuffer>;
  /** Counted from 1 within the stream. */
  readonly number: number;
  readonly state: CheckpointState;
  /** As in `audit.time`. */
  readonly time: string;
  /** How many of the records that it counts are results: views hold no others. */
  readonly results: number;
  /** Version of the leaves. */
  readonly leaf: string;
  /** The key that signs, in one line. */
  readonly key: string;
  /** SHA-256, base64, of the whole note before this one; absent in the first. */
  readonly previous?: string | undefined;
  /**
   * Leaves before those that it counts. It carries some of them again: where the checkpoint before is lost,
   * this one proves what that covered.
   */
  readonly begin: number;
  /** Methods whose count has changed since the checkpoint before. */
  readonly calls: readonly CallCount[];
  /** In the first one. */
  readonly opening?: OpeningFacts | undefined;
  /** Stream of the process that signs, where it is not the one that wrote the records. */
  readonly adopter?: string | undefined;
}

/** The text that is signed. */
export function encodeCheckpoint(checkpoint: Checkpoint): string {
  const { stream, size, root, number, state, time, results, leaf, key } = checkpoint;
  const { previous, begin, opening, adopter } = checkpoint;
  const lines = [
    `${ORIGIN_PREFIX}${stream}`,
    String(size),
    toBase64(root),
    `format ${CHECKPOINT_FORMAT}`,
    `number ${number}`,
    `state ${state}`,
    `time ${time}`,
    `results ${results}`,
    `leaf ${leaf}`,
    `key ${key}`,
    ...(previous === undefined ? [] : [`previous ${previous}`]),
    ...(begin === 0 ? [] : [`begin ${begin}`]),
    ...(adopter === undefined ? [] : [`adopter ${adopter}`]),
    ...checkpoint.calls.map(
      ({ method, handled, recorded }) => `calls ${handled} ${recorded} ${JSON.stringify(method)}`,
    ),
    ...(opening === undefined ? [] : openingLines(opening)),
  ];
  return `${lines.join("\n")}\n`;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Lines that stand once at most, and their values. Lines of later versions are passed over. */
const LINE = /^([a-z-]+) (.+)$/s;
const COUNT = /^(?:0|[1-9]\d{0,15})$/;
const CALLS = /^(\d+) (\d+) (".*")$/s;
/** Looked for first: of a later format nothing else is known. */
const FORMAT_LINE = "format ";

/** What a text says; a text says why it is no checkpoint. */
export function decodeCheckpoint(text: string): Checkpoint | string {
  if (!text.endsWith("\n")) return "its text has no line end";
  const lines = text.slice(0, -1).split("\n").map(ownText);
  const [origin = "", size = "", root = "", ...rest] = lines;
  const format = rest.find((line) => line.startsWith(FORMAT_LINE))?.slice(FORMAT_LINE.length);
  if (format === undefined) return "it does not say its format";
  if (format !== CHECKPOINT_FORMAT)
    return `its format is ${JSON.stringify(format)}; this version reads ${CHECKPOINT_FORMAT}`;
  const words = new Map<string, string>();
  const calls: CallCount[] = [];
  const rotations: string[] = [];
  for (const line of rest) {
    const [, word, value] = LINE.exec(line) ?? [];
    if (word === undefined || value === undefined)
      return `${JSON.stringify(line)} is no line of it`;
    if (word === "calls") {
      const count = decodeCalls(value);
      if (count === undefined) return `${JSON.stringify(line)} counts no calls`;
      calls.push(count);
    } else if (word === "rotation") rotations.push(value);
    else if (words.has(word)) return `it says ${word} twice`;
    else words.set(word, value);
  }
  const stream = origin.slice(ORIGIN_PREFIX.length);
  if (!origin.startsWith(ORIGIN_PREFIX) || !isId(stream))
    return `its origin is ${JSON.stringify(origin)}`;
  const rootBytes = fromBase64(root);
  const number = countOf(words.get("number"));
  const state = words.get("state");
  const results = countOf(words.get("results"));
  const begin = countOf(words.get("begin") ?? "0");
  const [time, leaf, key] = [words.get("time"), words.get("leaf"), words.get("key")];
  if (rootBytes?.length !== HASH_BYTES) return "its root is no SHA-256";
  const leaves = countOf(size);
  if (leaves === undefined || leaves < 1) return `its size is ${JSON.stringify(size)}`;
  if (number === undefined || number < 1) return "it has no number";
  if (results === undefined) return "it does not say how many results it covers";
  if (begin === undefined || begin >= leaves) return "it does not say where it begins";
  if (!isState(state)) return `its state is ${JSON.stringify(state ?? "unknown")}`;
  if (time === undefined || leaf === undefined || key === undefined)
    return "it lacks its time, the version of its leaves, or its key";
  const previous = words.get("previous");
  if (previous !== undefined && fromBase64(previous)?.length !== HASH_BYTES)
    return "the hash of the one before is no SHA-256";
  const opening = decodeOpening(words, rotations);
  if (typeof opening === "string") return opening;
  return {
    stream,
    size: leaves,
    root: rootBytes,
    number,
    state,
    time,
    results,
    leaf,
    key,
    previous,
    begin,
    adopter: words.get("adopter"),
    calls,
    opening,
  };
}

/** A copy: a piece cut from a text may keep all of that in memory, and these are kept for long. */
function ownText(text: string): string {
  return decoder.decode(encoder.encode(text));
}

function isState(text: string | undefined): text is CheckpointState {
  return text !== undefined && STATES.has(text);
}

function countOf(text: string | undefined): number | undefined {
  if (text === undefined || !COUNT.test(text)) return undefined;
  const count = Number(text);
  return Number.isSafeInteger(count) ? count : undefined;
}

function decodeCalls(value: string): CallCount | undefined {
  const [, first, second, quoted = ""] = CALLS.exec(value) ?? [];
  const handled = countOf(first);
  const recorded = countOf(second);
  const method = parse(quoted);
  if (handled === undefined || recorded === undefined || typeof method !== "string")
    return undefined;
  return { method, handled, recorded };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
