/**
 * Goes through sources block by block, in threads where that pays.
 *
 * In: sources and a request. Out: what each block holds of what was asked for, in the order of reading.
 */
import { createWorkerPool } from "../../lib/worker-pool.ts";
import type { Block, FileProblem } from "../block.ts";
import { createMatches } from "./matches.ts";
import { createBlockScanner } from "./scan-block.ts";
import type { ScannedBlock, ScanRequest } from "./scanned-block.ts";
import type { TrailSource } from "./sources.ts";

/** Starting threads takes as long as reading this much. */
const THREADS_FROM_BYTES = 48 * 1024 * 1024;
const BLOCK_BYTES = 512 * 1024;
const YOUNG_MEGABYTES = 24;

/** A block of a source. */
export interface SourcePart {
  readonly source: string;
  readonly scanned: ScannedBlock;
}

/** How sources are gone through. */
export interface Reading {
  /** Told of each block how long it is. */
  readonly onRead?: ((bytes: number) => void) | undefined;
  /** Ends it: the generator throws its reason. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Blocks in their order, several under way at a time.
 *
 * @throws {AuditError} as a rejection: `unreadable` where a source cannot be read.
 */
export async function* scanSources(
  sources: readonly TrailSource[],
  request: ScanRequest,
  { onRead, signal }: Reading,
): AsyncGenerator<SourcePart> {
  if (sources.length === 0) return;
  const all = sources.reduce((sum, { bytes }) => sum + bytes, 0);
  const scanner = all < THREADS_FROM_BYTES ? localScanner(request) : threadScanner(request);
  const underWay: Promise<SourcePart>[] = [];
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
        onRead?.(length);
        if (underWay.length >= scanner.capacity) yield await next(underWay);
      }
    }
    while (underWay.length > 0) yield await next(underWay);
  } finally {
    await Promise.allSettled(underWay);
    await scanner.close();
  }
}

async function next<Part>(underWay: Promise<Part>[]): Promise<Part> {
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
