/** The thread that looks at pieces of files. In: a `ScanRequest` to begin with, then each {@link Block}. Out: a `ScannedBlock` of each. */
import { parentPort, workerData } from "node:worker_threads";
import type { Block } from "../block.ts";
import { createBlockScanner } from "./scan-block.ts";
import type { ScanRequest } from "./scanned-block.ts";

const { request } = workerData as { readonly request: ScanRequest };
const scan = createBlockScanner(request);

parentPort?.on("message", (block: Block) => {
  const scanned = scan(block);
  const { stream, sequence, isNamed, groups } = scanned;
  const columns = [stream, sequence, isNamed, groups.at, groups.key, groups.weight];
  // Handed over, not copied.
  parentPort?.postMessage(
    scanned,
    columns.map(({ buffer }) => buffer),
  );
});
