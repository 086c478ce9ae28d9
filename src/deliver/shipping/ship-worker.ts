/**
 * The thread that ships, so that reading, serialising and waiting never cost the event loop, and
 * nothing of it keeps the process alive, is traced, or is audited.
 *
 * In: {@link ShipRequest}. Out: {@link ShipAnswer}.
 */
import { parentPort, workerData } from "node:worker_threads";
import { createOtlpSender } from "./create-otlp-sender.ts";
import { createJournalSource } from "./journal-source.ts";
import { createMemorySource, type MemoryLines } from "./memory-source.ts";
import type { ShipAnswer, ShipRequest, ShipWorkerData } from "./ship-thread.ts";
import { createShipper } from "./shipper.ts";

const data = workerData as ShipWorkerData;
/** How shipping stands is told this often. */
const STATUS_MILLIS = 1000;

function answer(message: ShipAnswer): void {
  parentPort?.postMessage(message);
}

const report = (line: string): void => answer({ kind: "report", line });
let giveLines: ((lines: MemoryLines) => void) | undefined;
/** Lines of a memory journal that were settled, by this thread and those before it. */
let settledCount = data.settledBefore;
/** What is left of it, once the main thread stands still. */
let rest: MemoryLines | undefined;

function tellStatus(): void {
  answer({ kind: "status", status: shipper.status() });
}

const source =
  data.directory === undefined
    ? createMemorySource({
        report,
        ask(maxBytes) {
          if (rest !== undefined) return Promise.resolve(rest);
          const { promise, resolve } = Promise.withResolvers<MemoryLines>();
          giveLines = resolve;
          answer({ kind: "read", maxBytes });
          return promise;
        },
        settled(count, refused) {
          settledCount += count;
          if (rest !== undefined) rest = { ...rest, lines: rest.lines.slice(count) };
          answer({ kind: "settled", count, refused });
        },
      })
    : createJournalSource({
        directory: data.directory,
        stream: data.stream,
        host: data.host,
        report,
      });
const shipper = createShipper({
  source,
  sender: createOtlpSender(data.shipping),
  host: data.host,
  report,
  onIdle() {
    tellStatus();
    answer({ kind: "idle" });
  },
});
const telling = setInterval(tellStatus, STATUS_MILLIS);

parentPort?.on("message", (request: ShipRequest) => {
  switch (request.kind) {
    case "wake":
      return shipper.wake();
    case "lines":
      return giveLines?.(request.lines);
    case "close-now":
      rest = {
        ...request.lines,
        lines: request.lines.lines.slice(settledCount - request.settled),
      };
      giveLines?.(rest);
      return void shipper.close().then(() => {
        Atomics.store(request.done, 1, settledCount);
        Atomics.store(request.done, 0, 1);
        Atomics.notify(request.done, 0);
      });
    case "close":
      clearInterval(telling);
      return void shipper.close().then(() => {
        tellStatus();
        answer({ kind: "closed" });
      });
  }
});
