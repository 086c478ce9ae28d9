/** The thread that examines pieces of files. In: a {@link Block}. Out: an {@link ExaminedBlock}. */
import { parentPort } from "node:worker_threads";
import { type Block, decodeBlock } from "../read/index.ts";
import { examinePiece } from "./examine-piece.ts";
import { createExaminer } from "./examine.ts";
import { createNodeCrypto } from "./node-crypto.ts";

const examiner = createExaminer(createNodeCrypto());

parentPort?.on("message", (block: Block) => {
  void examinePiece(block, examiner, decodeBlock).then((examined) => {
    const { stream, sequence, line, time, kind, leaves, method, call } = examined;
    const columns = [stream, sequence, line, time, kind, leaves, method, call];
    // Handed over, not copied.
    const buffers = columns.flatMap(({ buffer }) =>
      buffer instanceof ArrayBuffer ? [buffer] : [],
    );
    parentPort?.postMessage(examined, buffers);
  });
});
