import { randomFillSync } from "node:crypto";

const ID_BYTES = 12;
/** Asking for random bytes costs more than the bytes: one request serves this many ids. */
const IDS_PER_REQUEST = 256;
const STARTS_WITH_LETTER = /^[A-Za-z]/;

const pool: Buffer = Buffer.allocUnsafe(ID_BYTES * IDS_PER_REQUEST);
let used = pool.length;

/**
 * A new stream or call id: 12 random bytes as 16 base64url characters, the first of them a letter,
 * so that no id looks like a command-line option, a formula or a negation.
 */
export function newId(): string {
  for (;;) {
    if (used === pool.length) {
      randomFillSync(pool);
      used = 0;
    }
    const id = pool.toString("base64url", used, (used += ID_BYTES));
    if (STARTS_WITH_LETTER.test(id)) return id;
  }
}

/** Whether a text has the shape of {@link newId}. */
export function isId(text: string): boolean {
  return /^[A-Za-z][A-Za-z0-9_-]{15}$/.test(text);
}

/** The record id of a place in a stream. */
export function recordId(stream: string, sequence: number): string {
  return `${stream}.${sequence}`;
}

/** The stream of a record id: what stands before its last dot. */
export function streamOf(id: string): string {
  const dot = id.lastIndexOf(".");
  return dot < 0 ? id : id.slice(0, dot);
}
