import type { Worker } from "node:worker_threads";
import { messageOf } from "../../lib/errors.ts";
import { startOwnWorker } from "../../lib/own-worker.ts";
import type { MemoryLines, MemoryRefusals } from "./memory-source.ts";
import { safeText } from "./otlp-answer.ts";
import type { OtlpSenderOptions } from "./otlp-sender.ts";
import type { ShipStatus } from "./ship-status.ts";
import type { Shipper } from "./shipper.ts";

/** What the main thread asks of the shipping thread. */
export type ShipRequest =
  | { readonly kind: "wake" }
  | { readonly kind: "lines"; readonly lines: MemoryLines }
  | { readonly kind: "close" }
  /** All that is left of a memory journal, of which so many lines were settled; the main thread waits for `done`. */
  | {
      readonly kind: "close-now";
      readonly lines: MemoryLines;
      readonly settled: number;
      readonly done: Int32Array;
    };

/** What the shipping thread answers. */
export type ShipAnswer =
  | { readonly kind: "report"; readonly line: string }
  | { readonly kind: "status"; readonly status: ShipStatus }
  | { readonly kind: "idle" }
  | { readonly kind: "read"; readonly maxBytes: number }
  | {
      readonly kind: "settled";
      readonly count: number;
      readonly refused: MemoryRefusals;
    }
  | { readonly kind: "closed" };

/** What the shipping thread is started with. */
export interface ShipWorkerData {
  /** Undefined: a memory journal is shipped. */
  readonly directory: string | undefined;
  readonly stream: string;
  readonly host: string;
  readonly shipping: OtlpSenderOptions;
  /** Lines of a memory journal that threads before this one settled. */
  readonly settledBefore: number;
}

/** A journal that is only in the memory of this thread, as the shipping thread needs it. */
export interface MemoryQueue {
  readonly oldest: (maxBytes: number) => MemoryLines;
  readonly settled: (count: number, refused: MemoryRefusals) => void;
  /** Of all lines since the start. */
  readonly settledCount: () => number;
}

/** A shipper in a thread of its own. */
export interface ShipThread extends Shipper {
  /**
   * While the event loop stands still, at process exit: ships what a memory journal holds, for 2 s
   * at most. What a directory holds goes out with the next start.
   */
  readonly closeNow: () => void;
}

/** What {@link startShipThread} takes. */
export interface ShipThreadOptions {
  /** The audit directory, or what stands in for it. */
  readonly from: string | MemoryQueue;
  /** The stream of this process. */
  readonly stream: string;
  readonly shipping: OtlpSenderOptions;
  readonly report: (line: string) => void;
}

/** A thread that failed is started anew after so long: what it was asked to do does not go away. */
const RESTART_MILLIS = 30_000;

/** The same as the thread takes for its last try, and a little for the way. */
const EXIT_WAIT_MILLIS = 2200;
/** A thread that hangs in a file or a lock does not answer at all. */
const CLOSE_WAIT_MILLIS = 3000;

const NOTHING_SHIPPED: ShipStatus = {
  shipped: 0,
  quarantined: 0,
  unreadable: 0,
  backlogRecords: 0,
  backlogBytes: 0,
  oldestTime: undefined,
  lastSuccessMillis: undefined,
  problem: undefined,
  isShipping: false,
};

/** Starts the shipping thread; the service's end of it says that there is something new, and goes on. */
export function startShipThread(options: ShipThreadOptions): ShipThread {
  const { from, stream, shipping, report } = options;
  const { host } = new URL(shipping.url);
  let status = NOTHING_SHIPPED;
  /** What threads before this one came to. */
  let before = NOTHING_SHIPPED;
  let isBusy = true;
  let isWakeWanted = false;
  let isClosed = false;
  let restart: NodeJS.Timeout | undefined;
  /** Why the last thread ended, as long as no thread has answered since. */
  let saidWhy: string | undefined;
  let closed: (() => void) | undefined;
  let worker: Worker | null = start();

  function start(): Worker | null {
    try {
      return startOwnWorker<ShipAnswer>({
        callerUrl: import.meta.url,
        module: "ship-worker",
        data: {
          directory: typeof from === "string" ? from : undefined,
          stream,
          host,
          shipping,
          settledBefore: typeof from === "string" ? 0 : from.settledCount(),
        } satisfies ShipWorkerData,
        onMessage: answered,
        onEnd: ended,
      });
    } catch (error) {
      startLater(messageOf(error));
      return null;
    }
  }

  function startLater(why: string): void {
    before = total();
    status = { ...NOTHING_SHIPPED, problem: `the shipping thread ended (${safeText(why)})` };
    // Where threads are forbidden, this would be a line every 30 s for ever.
    if (why !== saidWhy) {
      report(
        `the shipping thread ended (${why}): what is not shipped waits, it is started anew every ${RESTART_MILLIS / 1000} s`,
      );
    }
    saidWhy = why;
    restart = setTimeout(() => {
      isBusy = true;
      worker = start();
    }, RESTART_MILLIS);
    restart.unref();
  }

  function ended(why: string): void {
    if (worker === null) return;
    worker = null;
    closed?.();
    if (!isClosed) startLater(why);
  }

  function answered(message: ShipAnswer): void {
    saidWhy = undefined;
    switch (message.kind) {
      case "report":
        return report(message.line);
      case "status":
        status = message.status;
        return;
      case "idle":
        isBusy = false;
        if (isWakeWanted) wake();
        return;
      case "read":
        if (typeof from !== "string") ask({ kind: "lines", lines: from.oldest(message.maxBytes) });
        return;
      case "settled":
        if (typeof from !== "string") from.settled(message.count, message.refused);
        return;
      case "closed":
        return closed?.();
    }
  }

  function ask(request: ShipRequest): void {
    worker?.postMessage(request);
  }

  /** One message for however many records: the thread looks again until there is nothing. */
  function wake(): void {
    isWakeWanted = isBusy;
    if (isBusy || worker === null) return;
    isBusy = true;
    ask({ kind: "wake" });
  }

  function total(): ShipStatus {
    return {
      ...status,
      shipped: before.shipped + status.shipped,
      quarantined: before.quarantined + status.quarantined,
      unreadable: before.unreadable + status.unreadable,
      lastSuccessMillis: status.lastSuccessMillis ?? before.lastSuccessMillis,
    };
  }

  return {
    wake,
    status: total,
    async close() {
      isClosed = true;
      clearTimeout(restart);
      if (worker === null) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      closed = resolve;
      const limit = setTimeout(() => {
        report(
          "the shipping thread does not end: what is not shipped goes out with the next start",
        );
        resolve();
      }, CLOSE_WAIT_MILLIS);
      // Nothing of ours keeps the process alive, except somebody who waits for an answer.
      worker.ref();
      ask({ kind: "close" });
      await promise;
      clearTimeout(limit);
      // Not waited for: a thread that hangs in a system call ends when that does.
      worker?.unref();
      void worker?.terminate();
      worker = null;
    },
    closeNow() {
      isClosed = true;
      if (worker === null || typeof from === "string") return;
      const settled = from.settledCount();
      const lines = from.oldest(Number.POSITIVE_INFINITY);
      if (lines.lines.length === 0) return;
      const done = new Int32Array(new SharedArrayBuffer(8));
      ask({ kind: "close-now", lines, settled, done });
      Atomics.wait(done, 0, 0, EXIT_WAIT_MILLIS);
      from.settled(Math.max(0, Atomics.load(done, 1) - settled), { at: [], why: "" });
      worker = null;
    },
  };
}
