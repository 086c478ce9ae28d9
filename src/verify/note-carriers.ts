import { recordId } from "../event/portable.ts";
import { placeOf } from "./compare-copies.ts";
import type { SeenRecord, StreamJudgeOptions } from "./judged-stream.ts";

/** In which records of a stream the notes of its checkpoints stand: each in one, copies of it aside. */
export interface NoteCarriers {
  /** A record with a note that holds together. */
  readonly see: (record: SeenRecord) => void;
  /** Numbers of records whose note is that of an earlier record; each copy is found. */
  readonly repeated: () => ReadonlySet<number>;
}

type Carrier = Pick<SeenRecord, "sequence" | "file" | "line">;

/** Knows of no note. */
export function createNoteCarriers(
  options: Pick<StreamJudgeOptions, "stream" | "found">,
): NoteCarriers {
  return new Carriers(options);
}

/** A class: there is one for each stream that was signed, and there may be very many. */
class Carriers implements NoteCarriers {
  readonly #options: Pick<StreamJudgeOptions, "stream" | "found">;
  readonly #first = new Map<string, Carrier>();
  /** By note, those that came behind the first: mostly there are none. */
  #further: Map<string, Carrier[]> | undefined;

  constructor(options: Pick<StreamJudgeOptions, "stream" | "found">) {
    this.#options = options;
  }

  see({ note, sequence, file, line }: SeenRecord): void {
    if (note === undefined) return;
    const carrier = { sequence, file, line };
    if (!this.#first.has(note)) return void this.#first.set(note, carrier);
    this.#further ??= new Map<string, Carrier[]>();
    const further = this.#further.get(note);
    if (further === undefined) this.#further.set(note, [carrier]);
    else further.push(carrier);
  }

  repeated(): ReadonlySet<number> {
    const { stream, found } = this.#options;
    const others = new Set<number>();
    for (const [note, further] of this.#further ?? []) {
      const known = this.#first.get(note);
      const records = known === undefined ? further : [known, ...further];
      const first = records.reduce((least, { sequence }) => Math.min(least, sequence), Infinity);
      for (const record of records) {
        if (record.sequence === first) continue;
        others.add(record.sequence);
        const message = `checkpoint ${recordId(stream, record.sequence)}: its note is that of record ${recordId(stream, first)}`;
        found("checkpoint_altered", { message, ...placeOf(stream, record) });
      }
    }
    return others;
  }
}
