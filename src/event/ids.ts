import { randomBytes } from "node:crypto";

const STARTS_WITH_LETTER = /^[A-Za-z]/;

/**
 * A new stream or call id: 12 random bytes as 16 base64url characters, the first of them a letter,
 * so that no id looks like a command-line option, a formula or a negation.
 */
export function newId(): string {
  for (;;) {
    const id = randomBytes(12).toString("base64url");
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
