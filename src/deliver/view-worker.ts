/**
 * The thread that keeps the views, so that rewriting a file never stops the event loop.
 *
 * In: {@link ViewRequest}. Out: {@link ViewAnswer}.
 */
import { parentPort, workerData } from "node:worker_threads";
import { createViewKeeper, type ViewKeeperOptions } from "./view-keeper.ts";
import type { ViewAnswer, ViewRequest } from "./view-writer.ts";

/** Other processes' records, a lock that became free and a postponed rewrite are noticed this often. */
const POLL_MILLIS = 500;

const data = workerData as Omit<ViewKeeperOptions, "report">;
const keeper = createViewKeeper({
  ...data,
  report: (line) => answer({ kind: "report", line }),
});
const poll = setInterval(() => keeper.run({ isForced: false }), POLL_MILLIS);

function answer(message: ViewAnswer): void {
  parentPort?.postMessage(message);
}

parentPort?.on("message", (request: ViewRequest) => {
  switch (request.kind) {
    case "wake":
      keeper.run({ isForced: false });
      return answer({ kind: "awake" });
    case "flush":
      keeper.run({ isForced: true });
      return answer({ kind: "flushed", id: request.id });
    case "close":
      clearInterval(poll);
      keeper.close();
      // The main thread may stand still at process exit: it waits for this, not for a message.
      Atomics.store(request.done, 0, 1);
      Atomics.notify(request.done, 0);
      return answer({ kind: "closed" });
  }
});

keeper.run({ isForced: false });
