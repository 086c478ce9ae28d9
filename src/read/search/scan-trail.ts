/**
 * Goes through everything that a trail is read from.
 *
 * In: sources and a request. Out: of each block what matches, in the order of reading, each record once
 * however often it stands there, the journals first, which decide about copies; last, actions that began and
 * have no result. Nothing is written.
 */
import { createNumberSet, type NumberSet } from "../../lib/number-set.ts";
import type { FlatRecord } from "../../format/index.ts";
import { EVERYTHING } from "../query/query.ts";
import {
  createOwed,
  type DecidingSources,
  decidingSources,
  isOfJournal,
} from "./journal-decides.ts";
import { loneIntents } from "./lone-intents.ts";
import { createMatches, placeOf } from "./matches.ts";
import { scanSources, type SourcePart } from "./scan-sources.ts";
import type { CallResult, ScannedBlock, ScannedPart, ScanRequest } from "./scanned-block.ts";
import type { TrailSource } from "./sources.ts";

/** How a trail is gone through. */
export interface ScanOptions {
  /** Told now and then how many bytes of how many were read. */
  readonly onProgress?: ((done: number, all: number) => void) | undefined;
  /**
   * Told behind each reading how many of the records that were looked at came from a store that keeps texts
   * alone, with a value of which nobody knows whether it was one; not told of none.
   */
  readonly onMadeTexts?: ((records: number) => void) | undefined;
  /** Ends it: the promise rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
}

type OnRead = (bytes: number) => void;

/** Whether a match counts. */
type Counts = (stream: string, number: number, isNamed: boolean) => boolean;

/** @throws {AuditError} as a rejection: `unreadable` where a source cannot be read. */
export async function* scanTrail(
  sources: readonly TrailSource[],
  request: ScanRequest,
  { onProgress, onMadeTexts, signal }: ScanOptions = {},
): AsyncGenerator<ScannedPart> {
  const scan = new TrailScan(decidingSources(sources), request, signal);
  const onRead = progressOf(sources, onProgress);
  yield* scan.journals(onRead);
  yield* scan.copies(onRead);
  if (scan.madeTexts > 0) onMadeTexts?.(scan.madeTexts);
  yield* scan.owed();
  yield* scan.lost();
  yield* scan.lone();
}

/** Its parts, one after the other. */
class TrailScan {
  readonly #sources: DecidingSources;
  readonly #request: ScanRequest;
  readonly #signal: AbortSignal | undefined;
  readonly #wasSeen = createSeen();
  readonly #settled = createSettled();
  readonly #intents = new Map<string, FlatRecord>();
  /** What matches in copies, and a journal should have and did not give. */
  readonly #owed = createOwed();
  readonly #owedIntents = new Map<string, FlatRecord>();
  #madeTexts = 0;

  constructor(sources: DecidingSources, request: ScanRequest, signal: AbortSignal | undefined) {
    this.#sources = sources;
    this.#request = { ...request, tellsResults: sources.pipes.length > 0 };
    this.#signal = signal;
  }

  /** Records of which texts were made, that were read so far. */
  get madeTexts(): number {
    return this.#madeTexts;
  }

  /** What journals say, and pipes, which cannot be asked again. */
  async *journals(onRead: OnRead): AsyncGenerator<ScannedPart> {
    const { journals, pipes } = this.#sources;
    for await (const part of this.#scan([...journals, ...pipes], this.#request, onRead)) {
      this.#settled.add(part.scanned);
      this.#madeTexts += part.scanned.madeTexts ?? 0;
      for (const intent of part.scanned.intents) addFirst(this.#intents, intent);
      yield told(part, (stream, number) => !this.#wasSeen(stream, number));
    }
  }

  /** What other files and stores have that no journal should have. */
  async *copies(onRead: OnRead): AsyncGenerator<ScannedPart> {
    const { journals, copies, firsts } = this.#sources;
    const asked = journals.length === 0 ? this.#request : { ...this.#request, journals: firsts };
    for await (const part of this.#scan(copies, asked, onRead)) {
      this.#settled.add(part.scanned);
      this.#madeTexts += part.scanned.madeTexts ?? 0;
      for (const intent of part.scanned.intents) {
        if (!isOfJournal(firsts, intent)) addFirst(this.#intents, intent);
        else if (!this.#intents.has(intent.record_id)) addFirst(this.#owedIntents, intent);
      }
      yield told(part, (stream, number, isNamed) => {
        if (this.#wasSeen(stream, number)) return false;
        if (isNamed) this.#owed.add(stream, number);
        return !isNamed;
      });
    }
    for (const intent of this.#owedIntents.values()) this.#owed.add(...placeOf(intent));
  }

  /** Looks in the journals for what they did not give: they have it and it does not match, or it came since. */
  async *owed(): AsyncGenerator<ScannedPart> {
    const only = this.#owed.left();
    if (only === undefined) return;
    const journals = this.#sources.journalsOf(only.keys());
    for await (const part of this.#scanOnly(journals, only)) {
      for (const intent of part.scanned.intents) addFirst(this.#intents, intent);
      yield told(part, (stream, number, isNamed) => this.#owed.take(stream, number) && !isNamed);
    }
    for (const intent of this.#owedIntents.values())
      if (this.#owed.take(...placeOf(intent))) addFirst(this.#intents, intent);
  }

  /** What the journals have lost. */
  async *lost(): AsyncGenerator<ScannedPart> {
    const only = this.#owed.left();
    if (only === undefined) return;
    for await (const part of this.#scanOnly(this.#sources.copies, only))
      yield told(part, (stream, number, isNamed) => !isNamed && this.#owed.take(stream, number));
  }

  /** Actions that began, and have no result anywhere. */
  async *lone(): AsyncGenerator<ScannedPart> {
    if (this.#intents.size === 0) return;
    const calls = Map.groupBy(this.#intents.values(), ({ call_id: call = "" }) => call);
    // Everything once more for their calls: nearly always the result stands in the same block.
    const fold = { kind: "settle", calls: [...calls.keys()] } as const;
    const { journals, copies } = this.#sources;
    for await (const { scanned } of this.#scan([...journals, ...copies], {
      query: EVERYTHING,
      fold,
    }))
      this.#settled.add(scanned);
    const matches = createMatches(this.#request.fold);
    for (const record of this.#settled.lone(calls))
      matches.add({ kind: "record", record, text: () => JSON.stringify(record), line: 0, end: -1 });
    const part = { source: "", scanned: matches.end() };
    yield told(part, (stream, number) => !this.#wasSeen(stream, number));
  }

  #scan(
    sources: readonly TrailSource[],
    request: ScanRequest,
    onRead?: OnRead,
  ): AsyncGenerator<SourcePart> {
    return scanSources(sources, request, { onRead, signal: this.#signal });
  }

  /** What is no record in what is read again was told. */
  async *#scanOnly(
    sources: readonly TrailSource[],
    only: ScanRequest["only"] & object,
  ): AsyncGenerator<SourcePart> {
    const { query, fold } = this.#request;
    for await (const { source, scanned } of this.#scan(sources, { query, fold, only }))
      yield { source, scanned: { ...scanned, problems: [] } };
  }
}

function addFirst(intents: Map<string, FlatRecord>, intent: FlatRecord): void {
  if (!intents.has(intent.record_id)) intents.set(intent.record_id, intent);
}

/** A part, of which it is known what counts. */
function told({ source, scanned }: SourcePart, counts: Counts): ScannedPart {
  const { streams, stream, sequence, isNamed } = scanned;
  const isFirst = Uint8Array.from(sequence, (number, at) =>
    counts(streams[stream[at] ?? 0] ?? "", number, isNamed[at] === 1) ? 1 : 0,
  );
  return { source, scanned, isFirst };
}

/** Tells records that were seen before. */
function createSeen(): (stream: string, number: number) => boolean {
  const seen = new Map<string, NumberSet>();
  return (stream, number) => {
    const set = seen.get(stream) ?? createNumberSet();
    seen.set(stream, set);
    return !set.add(number);
  };
}

function progressOf(
  sources: readonly TrailSource[],
  onProgress: ScanOptions["onProgress"],
): OnRead {
  const all = sources.reduce((sum, { bytes }) => sum + bytes, 0);
  let done = 0;
  return (bytes) => onProgress?.((done += bytes), Math.max(all, done));
}

/** What is known of calls that ended. */
interface Settled {
  readonly add: (scanned: ScannedBlock) => void;
  /** Of the intents of each call, those that have no result. */
  readonly lone: (calls: ReadonlyMap<string, readonly FlatRecord[]>) => readonly FlatRecord[];
}

function createSettled(): Settled {
  const results = new Map<string, CallResult[]>();
  const last = new Map<string, number>();
  return {
    add(scanned) {
      for (const result of scanned.results) {
        const known = results.get(result.call);
        if (known === undefined) results.set(result.call, [result]);
        else known.push(result);
      }
      for (const [stream, sequence] of scanned.last)
        last.set(stream, Math.max(last.get(stream) ?? 0, sequence));
    },
    lone: (calls) =>
      [...calls].flatMap(([call, own]) =>
        call === "" ? own : loneIntents(own, results.get(call) ?? [], last),
      ),
  };
}
