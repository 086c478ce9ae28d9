import { recordId } from "../event/portable.ts";
import { counted } from "../lib/counted.ts";
import type { SoundCheckpoint } from "./check-checkpoint.ts";
import { createCheckpointChain } from "./checkpoint-chain.ts";
import { isBehindEnd } from "./compare-copies.ts";
import { claimOf, createCoverage } from "./coverage.ts";
import type { SeenRecord } from "./judged-stream.ts";

/** What the checkpoints of a stream say together: in any order it comes to the same. */
export interface StreamHistory {
  /**
   * Takes a checkpoint of the stream that holds together.
   *
   * @param sequence of the record that carries it.
   * @returns why it cannot stand beside those that were taken before, where it cannot: then it is not taken.
   */
  readonly take: (sound: SoundCheckpoint, sequence: number) => string | undefined;
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
export function createStreamHistory(stream: string): StreamHistory {
  const chain = createCheckpointChain();
  const coverage = createCoverage();
  /** By note, the record that carries it: the first, where there are several. */
  const carriers = new Map<string, number>();
  return {
    take(sound, sequence) {
      const { leaves, noteHash } = sound;
      const claim = claimOf(sound);
      const problem =
        chain.problemOf(sound) ??
        (coverage.agrees(claim, leaves) ? undefined : "it signs other records");
      if (problem !== undefined) return problem;
      chain.add(sound);
      coverage.add(claim, leaves);
      if (claim.isOwn)
        carriers.set(noteHash, Math.min(sequence, carriers.get(noteHash) ?? Infinity));
      return undefined;
    },
    isProof: (note, sequence) => note === chain.last()?.noteHash && carriers.get(note) === sequence,
    problemOf(record, notes) {
      const { sequence } = record;
      const last = chain.last();
      const closedAt = last?.state === "close" ? last.size : undefined;
      if (isBehindEnd(record, closedAt))
        return `it stands behind the end of its stream, which was closed with ${counted(closedAt, "record")}`;
      const first = notes.reduce(
        (least, note) => Math.min(least, carriers.get(note) ?? least),
        sequence,
      );
      return first < sequence ? `its note is that of record ${recordId(stream, first)}` : undefined;
    },
  };
}
