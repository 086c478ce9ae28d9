/**
 * Signed notes and the keys that sign them (https://c2sp.org/signed-note).
 *
 * In: text. Out: the text with signature lines behind it, and back. Nothing is hashed or signed here.
 */
import { fromBase64, toBase64 } from "../lib/base64.ts";

/** A note that was taken apart; nothing of it is verified yet. */
export interface SignedNote {
  /** What is signed, its last line end included. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

/** One line behind the text of a note. */
export interface NoteSignature {
  readonly name: string;
  /** 8 lower-case hex digits. */
  readonly keyId: string;
  readonly signature: Uint8Array<ArrayBuffer>;
}

/** A public key as notes know it. */
export interface NoteKey {
  readonly name: string;
  /** 8 lower-case hex digits. */
  readonly keyId: string;
  /** Ed25519 (RFC 8032), 32 bytes. */
  readonly publicKey: Uint8Array<ArrayBuffer>;
}

/** More lines, or a longer note, than this is none of ours: refused before anything is looked at. */
const MAX_SIGNATURES = 16;
const MAX_NOTE_UNITS = 1_000_000;
/** A longer text is not signed: a signature stands behind it. */
export const MAX_TEXT_UNITS: number = MAX_NOTE_UNITS - 1000;
const ED25519 = 0x01;
const KEY_ID_BYTES = 4;
const PUBLIC_KEY_BYTES = 32;
const SIGNATURE_LINE = /^\u2014 ([^\s+]+) ([A-Za-z0-9+/]+={0,2})$/;
/** Name, key id and base64 of the type and the key. */
const KEY_TEXT = /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+={0,2})$/;
// eslint-disable-next-line no-control-regex -- what must not be there
const CONTROL = /[\u0000-\u0009\u000b-\u001f]/;

/** The note of a text, which must end in a line end and hold no other control characters. */
export function encodeNote({ text, signatures }: SignedNote): string {
  const lines = signatures.map(({ name, keyId, signature }) => {
    const bytes = new Uint8Array(KEY_ID_BYTES + signature.length);
    bytes.set(bytesOfKeyId(keyId));
    bytes.set(signature, KEY_ID_BYTES);
    return `\u2014 ${name} ${toBase64(bytes)}\n`;
  });
  return `${text}\n${lines.join("")}`;
}

/** Takes a note apart; undefined where it is none. */
export function decodeNote(note: string): SignedNote | undefined {
  if (note.length > MAX_NOTE_UNITS || CONTROL.test(note) || !note.isWellFormed()) return undefined;
  const border = note.lastIndexOf("\n\n");
  if (border < 0 || !note.endsWith("\n")) return undefined;
  const lines = note.slice(border + 2, -1).split("\n");
  if (lines.length > MAX_SIGNATURES) return undefined;
  const signatures: NoteSignature[] = [];
  for (const line of lines) {
    const signature = decodeSignature(line);
    if (signature === undefined) return undefined;
    signatures.push(signature);
  }
  return { text: note.slice(0, border + 1), signatures };
}

function decodeSignature(line: string): NoteSignature | undefined {
  const [, name, base64] = SIGNATURE_LINE.exec(line) ?? [];
  const bytes = base64 === undefined ? undefined : fromBase64(base64);
  if (name === undefined || bytes === undefined || bytes.length <= KEY_ID_BYTES) return undefined;
  return {
    name,
    keyId: keyIdOfBytes(bytes),
    signature: bytes.slice(KEY_ID_BYTES),
  };
}

/** What is hashed (SHA-256) for the id of a key: its first four bytes are the id. */
export function keyIdInput(name: string, publicKey: Uint8Array): Uint8Array {
  const start = new TextEncoder().encode(`${name}\n`);
  const input = new Uint8Array(start.length + 1 + publicKey.length);
  input.set(start);
  input[start.length] = ED25519;
  input.set(publicKey, start.length + 1);
  return input;
}

/** The id of a key, from the hash of {@link keyIdInput}. */
export function keyIdOfBytes(bytes: Uint8Array): string {
  let id = "";
  for (const byte of bytes.subarray(0, KEY_ID_BYTES)) id += byte.toString(16).padStart(2, "0");
  return id;
}

/** A key in one line, as `otel-audit+1a2b3c4d+AbCd…`: what Go's `sumdb/note` calls a verifier key. */
export function encodeKey({ name, keyId, publicKey }: NoteKey): string {
  const bytes = new Uint8Array(1 + publicKey.length);
  bytes[0] = ED25519;
  bytes.set(publicKey, 1);
  return `${name}+${keyId}+${toBase64(bytes)}`;
}

/** The key of such a line; undefined where it is none. Its id is not compared with its hash. */
export function decodeKey(text: string): NoteKey | undefined {
  const [, name, keyId, base64] = KEY_TEXT.exec(text) ?? [];
  const bytes = base64 === undefined ? undefined : fromBase64(base64);
  if (name === undefined || keyId === undefined || bytes === undefined) return undefined;
  if (bytes.length !== 1 + PUBLIC_KEY_BYTES || bytes[0] !== ED25519) return undefined;
  return { name, keyId, publicKey: bytes.slice(1) };
}

function bytesOfKeyId(keyId: string): Uint8Array {
  return Uint8Array.from({ length: KEY_ID_BYTES }, (_, at) =>
    Number.parseInt(keyId.slice(at * 2, at * 2 + 2), 16),
  );
}
