import { createWorkerPool } from "../lib/worker-pool.ts";
import { type Block, decodeBlock } from "../read/index.ts";
import type { ExaminedBlock } from "./examined-block.ts";
import { examinePiece } from "./examine-piece.ts";
import { createExaminer } from "./examine.ts";
import { createNodeCrypto } from "./node-crypto.ts";

/** Examines pieces of files, in threads where that pays. */
export interface Examiners {
  readonly examine: (block: Block) => Promise<ExaminedBlock>;
  /** So many pieces may be under way before the results are taken. */
  readonly capacity: number;
  readonly close: () => Promise<void>;
}

/** Half of what a thread takes unasked: the records of a piece are gone when the next one comes. */
const YOUNG_MEGABYTES = 24;

/** In the thread of the caller. */
export function createLocalExaminer(): Examiners {
  const examiner = createExaminer(createNodeCrypto());
  return {
    capacity: 1,
    examine: (block) => examinePiece(block, examiner, decodeBlock),
    close: async () => {},
  };
}

/** In threads of their own, one for each core. */
export function createExaminers(): Examiners {
  const { ask, capacity, close } = createWorkerPool<Block, ExaminedBlock>({
    callerUrl: import.meta.url,
    module: "examine-worker",
    youngMegabytes: YOUNG_MEGABYTES,
  });
  return { examine: (block) => ask(block, [block.bytes.buffer]), capacity, close };
}
