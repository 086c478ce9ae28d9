import { recordId } from "../event/portable.ts";
import { placeOf } from "./compare-copies.ts";
import type { SeenRecord, StreamJudgeOptions } from "./stream-judge.ts";

/** In which records of a stream the notes of its checkpoints stand: each in one, copies of it aside. */
export interface NoteCarriers {
  /** A record with a note that holds together. */
  readonly see: (record: SeenRecord) => void;
  /** Numbers of records whose note is that of an earlier record; each copy is found. */
  readonly repeated: () => ReadonlySet<number>;
}

type Carrier = Pick<SeenRecord, "sequence" | "file" | "line">;

/** Knows of no note. */
export function createNoteCarriers({
  stream,
  found,
}: Pick<StreamJudgeOptions, "stream" | "found">): NoteCarriers {
  const carriers = new Map<string, Carrier[]>();
  return {
    see({ note, sequence, file, line }) {
      if (note === undefined) return;
      const known = carriers.get(note);
      if (known === undefined) carriers.set(note, [{ sequence, file, line }]);
      else known.push({ sequence, file, line });
    },
    repeated() {
      const others = new Set<number>();
      for (const records of carriers.values()) {
        const first = records.reduce((least, { sequence }) => Math.min(least, sequence), Infinity);
        for (const record of records) {
          if (record.sequence === first) continue;
          others.add(record.sequence);
          const message = `checkpoint ${recordId(stream, record.sequence)}: its note is that of record ${recordId(stream, first)}`;
          found("checkpoint_altered", { message, ...placeOf(stream, record) });
        }
      }
      return others;
    },
  };
}
