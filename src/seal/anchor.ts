/**
 * The heads of many streams as one signed note, to be kept where the records are not: in git, with a
 * witness, in another store (https://c2sp.org/tlog-checkpoint).
 *
 * In: heads. Out: lines of text, and back. The first three lines are those of a transparency log whose
 * leaves are the `head` lines.
 */
import { fromBase64, toBase64 } from "../lib/base64.ts";
import { HASH_BYTES } from "./tree.ts";

/** The version of the text. */
export const ANCHOR_FORMAT = "audit-anchor/1";

const ORIGIN = "otel-audit/anchor";
const LEAF_START = "\0";

/** How far a stream has come. */
export interface StreamHead {
  readonly stream: string;
  /** Leaves in its tree. */
  readonly size: number;
  /** Base64 of the root of its tree. */
  readonly root: string;
}

/** What an anchor says. */
export interface Anchor {
  /** When it was made, as in `audit.time`. */
  readonly time: string;
  /** The key that signs, in one line. */
  readonly key: string;
  /** By stream. */
  readonly heads: readonly StreamHead[];
}

/** An anchor, and the root that it names. */
export interface RootedAnchor extends Anchor {
  /** Root of the tree of its heads. */
  readonly root: Uint8Array<ArrayBuffer>;
}

/** What is hashed (SHA-256, in UTF-8) for the leaf of a head. */
export function headLeafText(head: StreamHead): string {
  return LEAF_START + headLine(head);
}

/** The text that is signed. */
export function encodeAnchor({ time, key, heads, root }: RootedAnchor): string {
  const lines = [
    ORIGIN,
    String(heads.length),
    toBase64(root),
    `format ${ANCHOR_FORMAT}`,
    `time ${time}`,
    `key ${key}`,
    ...heads.map(headLine),
  ];
  return `${lines.join("\n")}\n`;
}

const HEAD = /^head ([A-Za-z][A-Za-z0-9_-]{15}) ([1-9]\d{0,15}) ([A-Za-z0-9+/]{43}=)$/;
const LINE = /^(format|time|key) (.+)$/;
const FIXED_LINES = 3;

/** What a text says; a text says why it is no anchor. */
export function decodeAnchor(text: string): RootedAnchor | string {
  const [origin, count, root = "", ...rest] = text.split("\n");
  if (origin !== ORIGIN) return `it is no anchor: its first line is not ${ORIGIN}`;
  if (rest.pop() !== "") return "its text has no line end";
  const words = new Map<string, string>();
  const heads: StreamHead[] = [];
  for (const line of rest) {
    const [, stream, size, streamRoot = ""] = HEAD.exec(line) ?? [];
    const [, word, value = ""] = LINE.exec(line) ?? [];
    if (stream !== undefined) heads.push({ stream, size: Number(size), root: streamRoot });
    else if (word !== undefined) words.set(word, value);
  }
  const [format, time, key] = [words.get("format"), words.get("time"), words.get("key")];
  if (format !== ANCHOR_FORMAT)
    return `its format is ${JSON.stringify(format ?? "unknown")}; this version reads ${ANCHOR_FORMAT}`;
  const bytes = fromBase64(root);
  if (bytes?.length !== HASH_BYTES || time === undefined || key === undefined)
    return `one of its first ${FIXED_LINES} lines, its time or its key is wrong`;
  if (count !== String(heads.length)) return `it names ${heads.length} heads instead of ${count}`;
  return { time, key, heads, root: bytes };
}

function headLine({ stream, size, root }: StreamHead): string {
  return `head ${stream} ${size} ${root}`;
}
