/** Sealed streams with fixed times, salts and keys: the bytes are the same every time. */
import { createPrivateKey, hash, type KeyObject, sign } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { AttributeValue, AuditRecord, BodyMap } from "../../src/event/index.ts";
import { toBase64, toBase64Url } from "../../src/lib/base64.ts";
import { encodeFieldSeals } from "../../src/seal/field-seals.ts";
import {
  addLeaves,
  type Checkpoint,
  commitmentText,
  encodeCheckpoint,
  encodeKey,
  encodeNote,
  type FieldSeal,
  hashAtOnce,
  keyIdInput,
  keyIdOfBytes,
  type KeyRotation,
  LEAF_VERSION,
  leafText,
  NO_LEAVES,
  type NoteKey,
  rootOf,
  rotationText,
  sealedFieldsOf,
  type Subtrees,
} from "../../src/seal/portable.ts";

/** SHA-256 of bytes, or of a text in UTF-8. */
export const sha256 = (input: Uint8Array | string): Uint8Array => hash("sha256", input, "buffer");

/** Both halves of a key. */
export interface TestKey {
  readonly private: KeyObject;
  readonly note: NoteKey;
  /** The public one in one line. */
  readonly line: string;
}

interface Rfc8032 {
  readonly tests: readonly {
    readonly secret: string;
    readonly publicKey: string;
    readonly message: string;
    readonly signature: string;
  }[];
}

/** The tests of RFC 8032, section 7.1; hex. */
export const rfc8032: Rfc8032["tests"] = (
  JSON.parse(
    readFileSync(join(import.meta.dirname, "../vectors/seal/rfc8032.json"), "utf8"),
  ) as Rfc8032
).tests;

/** PKCS #8 up to the 32 bytes of an Ed25519 key (RFC 8410). */
const PKCS8_START = "302e020100300506032b657004220420";

/** The key of one of these tests, counted from 0. */
export function keyOfTest(at: number): TestKey {
  const { secret = "", publicKey = "" } = rfc8032[at] ?? {};
  const bytes = Uint8Array.from(Buffer.from(publicKey, "hex"));
  const der = Buffer.from(PKCS8_START + secret, "hex");
  const name = "otel-audit";
  const note = { name, keyId: keyIdOfBytes(sha256(keyIdInput(name, bytes))), publicKey: bytes };
  const key = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
  return { private: key, note, line: encodeKey(note) };
}

/** A record and its leaf. */
export interface SealedRecord {
  readonly record: AuditRecord;
  readonly leaf: Uint8Array;
}

/** Seals a record; salts follow from its id and the key. */
export function sealFixed(record: AuditRecord, redactable: readonly string[]): SealedRecord {
  const attributes: Record<string, AttributeValue> = { ...record.attributes };
  const fields = sealedFieldsOf(record);
  const seals: FieldSeal[] = [];
  for (const { key, text, isBody } of fields) {
    if (redactable.includes(key)) {
      const id = String(attributes["audit.record.id"]);
      const salt = toBase64Url(sha256(`${id} ${key}`)).slice(0, 22);
      seals.push({ key, commitment: toBase64Url(sha256(commitmentText(salt, key, text))), salt });
    } else if (isBody) seals.push({ key });
  }
  if (seals.length > 0) attributes["audit.integrity.fields"] = encodeFieldSeals(seals);
  const sealed = { ...record, attributes };
  return { record: sealed, leaf: sha256(leafText(sealed, fields, seals)) };
}

/** A signed note. */
export function signFixed(text: string, { private: key, note }: TestKey): string {
  const signature = Uint8Array.from(sign(null, Buffer.from(text), key));
  return encodeNote({ text, signatures: [{ name: note.name, keyId: note.keyId, signature }] });
}

/** What an earlier key signs of a later one. */
export function rotationOf(earlier: TestKey, later: TestKey): KeyRotation {
  const text = Buffer.from(rotationText(earlier.line, later.line));
  const signature = sign(null, text, earlier.private).toString("base64");
  return { from: earlier.line, to: later.line, signature };
}

/** What a record of a test says. */
export interface RecordParts {
  readonly kind: string;
  readonly action: string;
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
  readonly body?: BodyMap;
  readonly rest?: Pick<AuditRecord, "traceId" | "spanId" | "resource" | "service">;
  /** Keys of fields that get a commitment. */
  readonly redactable?: readonly string[];
}

/** How far a stream is under checkpoints. */
export interface WriterState {
  covered: Subtrees;
  number: number;
  previous: string | undefined;
  /** What the last own checkpoint covered, which the next one carries again. */
  carried: { readonly before: Subtrees; readonly leaves: readonly Uint8Array[] };
}

/** Writes one stream. */
export interface StreamWriter {
  readonly stream: string;
  readonly records: SealedRecord[];
  readonly state: WriterState;
  readonly add: (parts: RecordParts) => void;
  /** Covers what no checkpoint covers yet; `more` is said instead of what is true, and signed as `change` has it. */
  readonly checkpoint: (
    state: Checkpoint["state"],
    more?: Partial<Checkpoint>,
    change?: (text: string) => string,
  ) => void;
  readonly adopt: (other: StreamWriter, more?: Partial<Checkpoint>) => void;
}

/** A second after the one before it. */
export function createSeconds(): () => string {
  let second = 0;
  return () => `2026-11-21T09:00:${String(++second).padStart(2, "0")}.123456Z`;
}

/** Nothing is written yet. */
export function createStreamWriter(
  stream: string,
  key: TestKey,
  nextTime: () => string,
): StreamWriter {
  const records: SealedRecord[] = [];
  const state: WriterState = {
    covered: NO_LEAVES,
    number: 0,
    previous: undefined,
    carried: { before: NO_LEAVES, leaves: [] },
  };

  function add(parts: RecordParts, time = nextTime()): void {
    const { kind, action, attributes = {}, body = {}, rest = {}, redactable = [] } = parts;
    const sequence = records.length + 1;
    const own = {
      "audit.time": time,
      "audit.record.id": `${stream}.${sequence}`,
      "audit.sequence.number": sequence,
      "audit.schema.version": "1",
    };
    const common = {
      "audit.record.kind": kind,
      "audit.action": action,
      "audit.category": "audit",
      "audit.impact": "normal",
    };
    const all = { ...common, ...attributes, ...own };
    records.push(sealFixed({ attributes: all, body, service: "trainer", ...rest }, redactable));
  }

  function cover(
    of: StreamWriter,
    name: Checkpoint["state"],
    more: Partial<Checkpoint>,
    change = (text: string) => text,
  ): void {
    const next = of.records.slice(of.state.covered.size);
    const leaves = next.map(({ leaf }) => leaf);
    const covered = hashAtOnce(addLeaves(of.state.covered, leaves), sha256);
    const carried =
      name === "adopted" ? { before: of.state.covered, leaves: [] } : of.state.carried;
    const subtrees = carried.before;
    const checkpoint: Checkpoint = {
      stream: of.stream,
      size: covered.size,
      root: Uint8Array.from(hashAtOnce(rootOf(covered), sha256) ?? []),
      number: of.state.number + 1,
      state: name,
      time: nextTime(),
      results: next.filter(({ record }) => record.attributes["audit.record.kind"] === "result")
        .length,
      leaf: LEAF_VERSION,
      key: key.line,
      previous: of.state.previous,
      begin: of.state.covered.size,
      calls: [],
      ...more,
    };
    const note = signFixed(change(encodeCheckpoint(checkpoint)), key);
    of.state.carried = { before: of.state.covered, leaves };
    of.state.covered = covered;
    of.state.number++;
    of.state.previous = toBase64(sha256(note));
    const attributes = {
      "audit.impact": "low",
      "audit.checkpoint.note": note,
      "audit.checkpoint.leaves": [...carried.leaves, ...leaves].map(toBase64Url),
      ...(subtrees.roots.length === 0
        ? {}
        : { "audit.checkpoint.subtrees": subtrees.roots.map(toBase64Url) }),
    };
    add({ kind: "checkpoint", action: "checkpoint", attributes }, checkpoint.time);
  }

  const writer: StreamWriter = {
    stream,
    records,
    state,
    add: (parts) => add(parts),
    checkpoint: (name, more = {}, change) => cover(writer, name, more, change),
    adopt: (other, more = {}) => cover(other, "adopted", { adopter: stream, ...more }),
  };
  return writer;
}
