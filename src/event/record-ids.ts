/** Whether a text has the shape of `newId`. */
export function isId(text: string): boolean {
  return /^[A-Za-z][A-Za-z0-9_-]{15}$/.test(text);
}

/** The record id of a place in a stream. */
export function recordId(stream: string, sequence: number): string {
  return `${stream}.${sequence}`;
}

/**
 * The sequence number of a record id: what stands behind its last dot. 0 where nothing does, NaN where
 * that is no number.
 */
export function sequenceOf(id: string): number {
  return Number(id.slice(streamOf(id).length + 1));
}

/** The stream of a record id: what stands before its last dot. */
export function streamOf(id: string): string {
  const dot = id.lastIndexOf(".");
  return dot < 0 ? id : id.slice(0, dot);
}
