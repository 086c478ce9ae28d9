/** The part of this room that runs in a browser too: from bytes to records, in every form but CSV. */
export {
  type Block,
  type FileProblem,
  type Form,
  type Found,
  type FoundRecord,
  type Problem,
} from "./block.ts";
export { type BlockCutter, type BlockOptions, createBlockCutter } from "./block-cutter.ts";
export { decodeJsonBlock } from "./decode-json-block.ts";
