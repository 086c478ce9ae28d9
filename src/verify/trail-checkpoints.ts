/** What the checkpoints of a trail say of one record, and of its stream. */
import { type Checkpoint, encodeKey, type NoteKey } from "../seal/portable.ts";
import type { VerifyCrypto } from "./crypto.ts";
import { createKeyRing } from "./key-ring.ts";
import {
  checkPlaced,
  concerns,
  isNoteOf,
  type PlacedCheckpoint,
  type PlacedRecord,
  placeOfCheckpoint,
} from "./placed-checkpoint.ts";
import { createStreamHistory, type StreamHistory } from "./stream-history.ts";

/** What a process says in the checkpoint that opens its stream. */
type Opening = NonNullable<Checkpoint["opening"]>;

/** What was found. */
export interface CheckpointsOfRecord {
  /** Those of its stream that cover it, each note once; and its own, where it is one. */
  readonly checkpoints: readonly PlacedCheckpoint[];
  /** How many such notes there are beside them. */
  readonly unkeptCheckpoints: number;
  /** What all checkpoints of its stream say together. */
  readonly history: StreamHistory;
  /** Checkpoints of its stream that cannot stand beside others. */
  readonly contradictions: readonly string[];
  /** Keys of its own process that are not trusted, although some were given. */
  readonly foreign: readonly string[];
  /** Checkpoints of its stream that cannot be relied on. */
  readonly problems: readonly string[];
  /** Whether the key of a checkpoint is trusted; undefined: no key was given. */
  readonly isTrusted: (checkpoint: PlacedCheckpoint) => boolean | undefined;
  /** What the key of that checkpoint says of the process; where it says nothing, a key that is trusted, or any. */
  readonly openingFor: (checkpoint: PlacedCheckpoint | undefined) => Opening | undefined;
}

/** Collects them. */
export interface TrailCheckpoints {
  readonly see: (found: PlacedRecord, id: string) => Promise<void>;
  readonly finish: () => CheckpointsOfRecord;
}

/** Of which record. */
export interface TrailCheckpointsOptions {
  readonly stream: string;
  readonly sequence: number;
  /** Keys that are trusted. None: those that the log names. */
  readonly publicKeys: readonly NoteKey[];
  readonly crypto: VerifyCrypto;
}

/** More of anything that is said, or shown, is not kept. */
export const MAX_KEPT = 100;

/** Has seen nothing. */
export function createTrailCheckpoints(options: TrailCheckpointsOptions): TrailCheckpoints {
  return new Collector(options);
}

class Collector implements TrailCheckpoints {
  readonly #options: TrailCheckpointsOptions;
  readonly #pinned: ReadonlySet<string>;
  readonly #ring: ReturnType<typeof createKeyRing>;
  readonly #history: StreamHistory;
  /** By note. */
  readonly #checkpoints = new Map<string, PlacedCheckpoint>();
  #unkept = 0;
  /** By key, in one line. */
  readonly #openings = new Map<string, Opening>();
  /** The first resource that an opening names, as text. */
  #resource: string | undefined;
  /** Keys of the process itself, and the first checkpoint of each. */
  readonly #ownKeys = new Map<string, string>();
  /** Those whose key is not one of those given: others go first. */
  readonly #waiting: PlacedCheckpoint[] = [];
  readonly #contradictions: string[] = [];
  readonly #problems: string[] = [];

  constructor(options: TrailCheckpointsOptions) {
    this.#options = options;
    this.#pinned = new Set(options.publicKeys.map(encodeKey));
    this.#ring = createKeyRing(options.publicKeys);
    this.#history = createStreamHistory(options.stream);
  }

  async see(found: PlacedRecord, id: string): Promise<void> {
    const { stream, crypto } = this.#options;
    if (!concerns(found.record, stream)) return;
    const checked = await checkPlaced(found, id, crypto);
    if (typeof checked === "string") {
      if (isNoteOf(found.record, stream))
        keep(this.#problems, `${placeOfCheckpoint(id, found)}: ${checked}`);
      return;
    }
    this.#ring.use(checked.sound);
    if (checked.sound.checkpoint.stream !== stream) return;
    this.#keep(checked);
    this.#rememberKey(checked);
    const isPinned = this.#pinned.has(keyOf(checked));
    const mayWait = this.#pinned.size > 0 && !isPinned && this.#waiting.length < MAX_KEPT;
    if (mayWait) this.#waiting.push(checked);
    else this.#take(checked);
  }

  finish(): CheckpointsOfRecord {
    const { keys } = this.#ring.finish(() => {});
    const trusted = new Set(keys.flatMap(({ key, isTrusted }) => (isTrusted ? [key] : [])));
    const isKeyTrusted = (key: string): boolean => this.#pinned.size === 0 || trusted.has(key);
    const later = this.#waiting.filter((one) => !isKeyTrusted(keyOf(one)));
    for (const one of this.#waiting) if (!later.includes(one)) this.#take(one);
    for (const one of later) this.#take(one);
    const foreign = [...this.#ownKeys].flatMap(([key, place]) =>
      isKeyTrusted(key) ? [] : [`${place} is signed with a key that is none of those given`],
    );
    const openings = [...this.#openings];
    const [, first] = openings.find(([key]) => isKeyTrusted(key)) ?? openings[0] ?? [];
    return {
      checkpoints: [...this.#checkpoints.values()],
      unkeptCheckpoints: this.#unkept,
      history: this.#history,
      contradictions: this.#contradictions,
      foreign,
      problems: this.#problems,
      isTrusted: (one) => (this.#pinned.size === 0 ? undefined : trusted.has(keyOf(one))),
      openingFor: (one) => (one === undefined ? first : (this.#openings.get(keyOf(one)) ?? first)),
    };
  }

  /** Those that cover the record, and its own. */
  #keep(checked: PlacedCheckpoint): void {
    const { sequence } = this.#options;
    const { from, checkpoint, noteHash } = checked.sound;
    const covers = from < sequence && sequence <= checkpoint.size;
    if (!covers && checked.sequence !== sequence) return;
    const known = this.#checkpoints.get(noteHash);
    // Of several copies one that holds nothing else speaks for the note.
    if (known !== undefined && known.addition === undefined) return;
    if (known === undefined && !this.#hasRoom(this.#checkpoints, keyOf(checked))) this.#unkept++;
    else this.#checkpoints.set(noteHash, checked);
  }

  #rememberKey(checked: PlacedCheckpoint): void {
    const { checkpoint } = checked.sound;
    const { opening, state } = checkpoint;
    const key = keyOf(checked);
    const isNew = state !== "adopted" && !this.#ownKeys.has(key);
    if (isNew && this.#hasRoom(this.#ownKeys, key))
      this.#ownKeys.set(key, placeOfCheckpoint(checked.id, checked));
    if (opening === undefined) return;
    const resource = JSON.stringify(opening.resource);
    this.#resource ??= resource;
    if (resource !== this.#resource)
      this.#contradict(checked, "it names another process than another one of its stream");
    if (!this.#openings.has(key) && this.#hasRoom(this.#openings, key))
      this.#openings.set(key, opening);
  }

  #take(checked: PlacedCheckpoint): void {
    const problem = this.#history.take(checked.sound, checked.sequence);
    if (problem !== undefined) this.#contradict(checked, problem);
  }

  #contradict(checked: PlacedCheckpoint, why: string): void {
    const place = placeOfCheckpoint(checked.id, checked);
    keep(this.#contradictions, `${place} contradicts others: ${why}`);
  }

  /** Whoever signs with many keys does not crowd out those that were given. */
  #hasRoom({ size }: ReadonlyMap<string, unknown>, key: string): boolean {
    return size < (this.#pinned.has(key) ? 2 * MAX_KEPT : MAX_KEPT);
  }
}

/** Keeps the first of them. */
export function keep(list: string[], text: string): void {
  if (list.length < MAX_KEPT) list.push(text);
}

function keyOf({ sound }: PlacedCheckpoint): string {
  return encodeKey(sound.key);
}
