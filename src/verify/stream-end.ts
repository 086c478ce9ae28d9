import { recordId } from "../event/portable.ts";
import type { Checkpoint } from "../seal/portable.ts";
import type { SoundCheckpoint } from "./check-checkpoint.ts";
import { isBehindEnd } from "./compare-copies.ts";
import type { SeenRecord } from "./judged-stream.ts";

/** What the checkpoints of a stream say of its end, and of the records that carry them. */
export interface StreamEnd {
  /**
   * Takes a checkpoint of the stream that holds together.
   *
   * @param sequence of the record that carries it.
   */
  readonly see: (sound: SoundCheckpoint, sequence: number) => void;
  /** Whether a note (its SHA-256, base64) proves a record that carries it and that no checkpoint covers. */
  readonly isProof: (note: string, sequence: number) => boolean;
  /**
   * Why a record cannot stand where it does; undefined: it can.
   *
   * @param notes that it carries (SHA-256, base64).
   */
  readonly problemOf: (
    record: Pick<SeenRecord, "sequence" | "kind">,
    notes: readonly string[],
  ) => string | undefined;
}

/** Knows of no checkpoint. */
export function createStreamEnd(stream: string): StreamEnd {
  /** By note, the record that carries it: the first, where there are several. */
  const carriers = new Map<string, number>();
  let last: SoundCheckpoint | undefined;
  let largest = 0;
  return {
    see(sound, sequence) {
      const { checkpoint, noteHash } = sound;
      largest = Math.max(largest, checkpoint.size);
      if (checkpoint.state === "adopted") return;
      carriers.set(noteHash, Math.min(sequence, carriers.get(noteHash) ?? Infinity));
      if (last === undefined || isEndAfter(checkpoint, last.checkpoint)) last = sound;
    },
    isProof: (note, sequence) =>
      note === last?.noteHash && sequence > largest && carriers.get(note) === sequence,
    problemOf(record, notes) {
      const { sequence } = record;
      const { state, size } = last?.checkpoint ?? {};
      const closedAt = state === "close" ? size : undefined;
      if (isBehindEnd(record, closedAt))
        return `it stands behind the end of its stream, which was closed with ${closedAt} records`;
      const first = Math.min(...notes.map((note) => carriers.get(note) ?? sequence));
      return first < sequence ? `its note is that of record ${recordId(stream, first)}` : undefined;
    },
  };
}

/** Whether the stream goes on to it; but nothing comes behind a checkpoint that closes the stream. */
function isEndAfter(one: Checkpoint, known: Checkpoint): boolean {
  return one.number > known.number ? known.state !== "close" : one.state === "close";
}
