/**
 * Goes through everything that a trail is read from, in threads where that pays.
 *
 * In: sources and a request. Out: of each block what matches, in the order of reading, each record once
 * however often it stands there; last, actions that began and have no result. Nothing is written.
 */
import { createWorkerPool } from "../../lib/worker-pool.ts";
import { createNumberSet, type NumberSet } from "../../lib/number-set.ts";
import type { FlatRecord } from "../../format/index.ts";
import type { Block, FileProblem } from "../block.ts";
import { EVERYTHING } from "../query/query.ts";
import { loneIntents } from "./lone-intents.ts";
import { createJournalDecider } from "./journal-decides.ts";
import { createMatches } from "./matches.ts";
import { createBlockScanner } from "./scan-block.ts";
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

/** Starting threads takes as long as reading this much. */
const THREADS_FROM_BYTES = 48 * 1024 * 1024;
const BLOCK_BYTES = 512 * 1024;
const YOUNG_MEGABYTES = 24;

/** @throws {AuditError} as a rejection: `unreadable` where a source cannot be read. */
export async function* scanTrail(
  sources: readonly TrailSource[],
  request: ScanRequest,
  options: ScanOptions = {},
): AsyncGenerator<ScannedPart> {
  const isFirst = createFirstTest();
  const intents = new Map<string, FlatRecord>();
  const settled = createSettled();
  const tellsResults = sources.some(({ isReadOnce }) => isReadOnce);
  const { signal } = options;
  const decider = createJournalDecider(sources, {
    query: request.query,
    scan: (again, lookUp) => scanSources(again, lookUp, { signal }),
  });
  let madeTexts = 0;
  for await (const { source, scanned } of scanSources(
    sources,
    { ...request, tellsResults },
    options,
  )) {
    settled.add(scanned);
    madeTexts += scanned.madeTexts ?? 0;
    const begun = scanned.intents.filter(({ record_id: id }) => !intents.has(id));
    for (const intent of begun) intents.set(intent.record_id, intent);
    yield await decider.told({ source, scanned, isFirst: isFirst(scanned) }, begun);
  }
  if (madeTexts > 0) options.onMadeTexts?.(madeTexts);
  yield* decider.rest();
  for (const [id, intent] of intents) if (decider.isOther(intent)) intents.delete(id);
  if (intents.size === 0) return;
  const calls = Map.groupBy(intents.values(), ({ call_id: call = "" }) => call);
  // Everything once more for their calls: nearly always the result stands in the same block.
  const again = sources.filter(({ isReadOnce }) => isReadOnce !== true);
  const fold = { kind: "settle", calls: [...calls.keys()] } as const;
  const settling = { query: EVERYTHING, fold };
  for await (const { scanned } of scanSources(again, settling, { signal })) settled.add(scanned);
  const matches = createMatches(request.fold);
  for (const record of settled.lone(calls)) {
    matches.add({ kind: "record", record, text: () => JSON.stringify(record), line: 0, end: -1 });
  }
  const scanned = matches.end();
  yield { source: "", scanned, isFirst: isFirst(scanned) };
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

interface SourcePart {
  readonly source: string;
  readonly scanned: ScannedBlock;
}

/** Blocks in their order, several under way at a time. */
async function* scanSources(
  sources: readonly TrailSource[],
  request: ScanRequest,
  { onProgress, signal }: ScanOptions,
): AsyncGenerator<SourcePart> {
  const all = sources.reduce((sum, { bytes }) => sum + bytes, 0);
  const scanner = all < THREADS_FROM_BYTES ? localScanner(request) : threadScanner(request);
  const underWay: Promise<SourcePart>[] = [];
  let done = 0;
  try {
    for (const { name, blocks } of sources) {
      for await (const block of blocks(request.query, { blockBytes: BLOCK_BYTES })) {
        signal?.throwIfAborted();
        // The bytes are handed over.
        const { length } = "kind" in block ? [] : block.bytes;
        const scanned = "kind" in block ? problemPart(block) : scanner.scan(block);
        const part = Promise.resolve(scanned).then((of) => ({ source: name, scanned: of }));
        // Whoever comes to it is told; until then it is no unhandled rejection.
        part.catch(() => {});
        underWay.push(part);
        onProgress?.((done += length), Math.max(all, done));
        if (underWay.length >= scanner.capacity) yield await first(underWay);
      }
    }
    while (underWay.length > 0) yield await first(underWay);
  } finally {
    await Promise.allSettled(underWay);
    await scanner.close();
  }
}

async function first<Part>(underWay: Promise<Part>[]): Promise<Part> {
  const part = underWay.shift();
  if (part === undefined) throw new RangeError("nothing is under way");
  return part;
}

function problemPart(problem: FileProblem): ScannedBlock {
  return { ...createMatches({ kind: "records", order: "read" }).end(), problems: [problem] };
}

interface Scanner {
  readonly scan: (block: Block) => ScannedBlock | Promise<ScannedBlock>;
  readonly capacity: number;
  readonly close: () => Promise<void>;
}

function localScanner(request: ScanRequest): Scanner {
  return { scan: createBlockScanner(request), capacity: 1, close: async () => {} };
}

function threadScanner(request: ScanRequest): Scanner {
  const { ask, capacity, close } = createWorkerPool<Block, ScannedBlock>({
    callerUrl: import.meta.url,
    module: "scan-worker",
    data: { request },
    youngMegabytes: YOUNG_MEGABYTES,
  });
  return { scan: (block) => ask(block, [block.bytes.buffer]), capacity, close };
}

/** Tells records that were seen before. */
function createFirstTest(): (scanned: ScannedBlock) => Uint8Array {
  const seen = new Map<string, NumberSet>();
  const setOf = (name: string): NumberSet => {
    let set = seen.get(name);
    if (set === undefined) seen.set(name, (set = createNumberSet()));
    return set;
  };
  return ({ streams, stream, sequence }) => {
    const sets = streams.map(setOf);
    return Uint8Array.from(sequence, (number, at) =>
      sets[stream[at] ?? 0]?.add(number) === true ? 1 : 0,
    );
  };
}
