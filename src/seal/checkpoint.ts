/**
 * What a checkpoint says: the text of its note (https://c2sp.org/tlog-checkpoint).
 *
 * In: size and root of a stream's tree, and what else is known of it. Out: lines of text, and back. The
 * first three lines are those of every transparency log; each further one is a word, a space, and a value.
 */
import { fromBase64, toBase64 } from "../lib/base64.ts";
import { HASH_BYTES } from "./tree.ts";

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

/** Where the private key is: in a file, only in the memory of the process, or behind a function of the user's. */
export type KeyCustody = "file" | "memory" | "function";

/** What only the first checkpoint of a stream says. */
export interface OpeningFacts {
  readonly custody: KeyCustody;
  /** Prefixes of the attributes that are sealed. */
  readonly sealed: readonly string[];
  /** What may be redacted where the action does not say otherwise. */
  readonly redactable: readonly string[];
  /** SHA-256, base64url, of the audit policy. */
  readonly auditPolicy: string;
  /** SHA-256, base64url, of the redaction policy. */
  readonly redactionPolicy: string;
  /** Resource attributes, as the start record has them. */
  readonly resource: Readonly<Record<string, unknown>>;
  /** Where the key came after an earlier one: the earlier key in one line, and what it signed. */
  readonly rotation?: KeyRotation | undefined;
}

/** An earlier key says which one comes after it. */
export interface KeyRotation {
  /** One line, as `encodeKey` writes it. */
  readonly from: string;
  /** Ed25519 of the earlier key over {@link rotationText}; base64. */
  readonly signature: string;
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
  /** How many of the records that it covers are results: views hold no others. */
  readonly results: number;
  /** Version of the leaves. */
  readonly leaf: string;
  /** The key that signs, in one line. */
  readonly key: string;
  /** SHA-256, base64, of the whole note before this one; absent in the first. */
  readonly previous?: string | undefined;
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
  const { previous, opening, adopter } = checkpoint;
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
    ...(adopter === undefined ? [] : [`adopter ${adopter}`]),
    ...checkpoint.calls.map(
      ({ method, handled, recorded }) => `calls ${handled} ${recorded} ${JSON.stringify(method)}`,
    ),
    ...(opening === undefined ? [] : openingLines(opening)),
  ];
  return `${lines.join("\n")}\n`;
}

function openingLines(facts: OpeningFacts): readonly string[] {
  const { custody, sealed, redactable, auditPolicy, redactionPolicy, resource, rotation } = facts;
  return [
    `custody ${custody}`,
    `sealed ${sealed.join(" ")}`,
    `redactable ${redactable.join(" ")}`,
    `audit-policy ${auditPolicy}`,
    `redaction-policy ${redactionPolicy}`,
    `resource ${JSON.stringify(resource)}`,
    ...(rotation === undefined ? [] : [`rotation ${rotation.from} ${rotation.signature}`]),
  ];
}

/** What an earlier key signs for the one that comes after it. */
export function rotationText(from: string, to: string): string {
  return `otel-audit key rotation\n${from}\n${to}\n`;
}

/** Lines that stand once at most, and their values. Lines of later versions are passed over. */
const LINE = /^([a-z-]+) (.+)$/;
const COUNT = /^(?:0|[1-9]\d{0,15})$/;
const CALLS = /^(\d{1,16}) (\d{1,16}) (".*")$/;
const HEAD_LINES = 3;

/** What a text says; a text says why it is no checkpoint. */
export function decodeCheckpoint(text: string): Checkpoint | string {
  if (!text.endsWith("\n")) return "its text has no line end";
  const lines = text.slice(0, -1).split("\n");
  const [origin = "", size = "", root = ""] = lines;
  const words = new Map<string, string>();
  const calls: CallCount[] = [];
  for (const line of lines.slice(HEAD_LINES)) {
    const [, word, value] = LINE.exec(line) ?? [];
    if (word === undefined || value === undefined)
      return `${JSON.stringify(line)} is no line of it`;
    if (word === "calls") {
      const count = decodeCalls(value);
      if (count === undefined) return `${JSON.stringify(line)} counts no calls`;
      calls.push(count);
    } else if (words.has(word)) return `it says ${word} twice`;
    else words.set(word, value);
  }
  const format = words.get("format");
  if (format !== CHECKPOINT_FORMAT)
    return `its format is ${JSON.stringify(format ?? "unknown")}; this version reads ${CHECKPOINT_FORMAT}`;
  if (!origin.startsWith(ORIGIN_PREFIX)) return `its origin is ${JSON.stringify(origin)}`;
  const rootBytes = fromBase64(root);
  const number = countOf(words.get("number"));
  const state = words.get("state");
  const results = countOf(words.get("results"));
  const [time, leaf, key] = [words.get("time"), words.get("leaf"), words.get("key")];
  if (rootBytes?.length !== HASH_BYTES) return "its root is no SHA-256";
  const leaves = countOf(size);
  if (leaves === undefined || leaves < 1) return `its size is ${JSON.stringify(size)}`;
  if (number === undefined || number < 1) return "it has no number";
  if (results === undefined) return "it does not say how many results it covers";
  if (!isState(state)) return `its state is ${JSON.stringify(state ?? "unknown")}`;
  if (time === undefined || leaf === undefined || key === undefined)
    return "it lacks its time, the version of its leaves, or its key";
  const opening = decodeOpening(words);
  if (typeof opening === "string") return opening;
  return {
    stream: origin.slice(ORIGIN_PREFIX.length),
    size: leaves,
    root: rootBytes,
    number,
    state,
    time,
    results,
    leaf,
    key,
    previous: words.get("previous"),
    adopter: words.get("adopter"),
    calls,
    opening,
  };
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
  const [, handled = "", recorded = "", quoted = ""] = CALLS.exec(value) ?? [];
  const method = parse(quoted);
  if (typeof method !== "string") return undefined;
  return { method, handled: Number(handled), recorded: Number(recorded) };
}

const CUSTODIES: ReadonlySet<string> = new Set<KeyCustody>(["file", "memory", "function"]);

function decodeOpening(words: ReadonlyMap<string, string>): OpeningFacts | string | undefined {
  const custody = words.get("custody");
  if (custody === undefined) return undefined;
  if (!isCustody(custody)) return `its custody is ${JSON.stringify(custody)}`;
  const resource = parse(words.get("resource") ?? "");
  if (typeof resource !== "object" || resource === null || Array.isArray(resource))
    return "its resource is no map";
  const [from, signature] = (words.get("rotation") ?? "").split(" ");
  return {
    custody,
    sealed: (words.get("sealed") ?? "").split(" "),
    redactable: (words.get("redactable") ?? "").split(" "),
    auditPolicy: words.get("audit-policy") ?? "",
    redactionPolicy: words.get("redaction-policy") ?? "",
    resource: resource as Readonly<Record<string, unknown>>,
    rotation:
      from === undefined || from === "" || signature === undefined
        ? undefined
        : { from, signature },
  };
}

function isCustody(text: string): text is KeyCustody {
  return CUSTODIES.has(text);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
