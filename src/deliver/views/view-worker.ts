/**
 * The thread that keeps the views, so that rewriting a file never stops the event loop.
 *
 * In: {@link ViewRequest}, and a flag that says that there is something new. Out: {@link ViewAnswer}.
 */
import { parentPort, workerData } from "node:worker_threads";
import { createViewKeeper } from "./view-keeper.ts";
import type { ViewAnswer, ViewRequest, ViewWorkerData } from "./view-writer.ts";

/** New records are shown this often: together they cost a fraction of what each alone would. */
const TICK_MILLIS = 250;
/** Other processes' records, a lock that became free and a changed file are noticed this often. */
const TICKS_A_POLL = 2;
/** A long catch-up stops this often to see what is asked of it. */
const STEP_MILLIS = 50;
/** And leaves the processor to the service for this long, unless somebody waits. */
const REST_MILLIS = 25;
/** What is left after this at the end is for the next start. The files still have to be written. */
const CLOSE_MILLIS = 10_000;
const EXIT_MILLIS = 1200;

const { news, ...data } = workerData as ViewWorkerData;
const keeper = createViewKeeper({
  ...data,
  report: (line) => answer({ kind: "report", line }),
  fileChanged: (change) => answer({ kind: "fileChanged", change }),
});
/** Flushes that are waited for. */
let flushes: number[] = [];
let told: string | undefined;
let ticks = 0;
let next: NodeJS.Timeout | undefined;

function answer(message: ViewAnswer): void {
  parentPort?.postMessage(message);
}

function showLife(): void {
  Atomics.add(news, 1, 1);
}

function tellProblem(): void {
  const problem = keeper.problem();
  if (problem !== told) answer({ kind: "problem", problem });
  told = problem;
}

function work(): void {
  showLife();
  const asked = flushes;
  const isForced = asked.length > 0;
  const isMore = keeper.run({ isForced, forMillis: STEP_MILLIS });
  showLife();
  tellProblem();
  if (isMore) {
    schedule(work, isForced ? 0 : REST_MILLIS);
    return;
  }
  // Those that came meanwhile are about records that this run may not have seen.
  flushes = flushes.filter((id) => !asked.includes(id));
  for (const id of asked) answer({ kind: "flushed", id });
  schedule(flushes.length > 0 ? work : tick, flushes.length > 0 ? 0 : TICK_MILLIS);
}

function tick(): void {
  const isNew = Atomics.exchange(news, 0, 0) === 1;
  if (isNew || ++ticks % TICKS_A_POLL === 0) work();
  else schedule(tick, TICK_MILLIS);
}

function schedule(task: () => void, afterMillis: number): void {
  clearTimeout(next);
  next = setTimeout(task, afterMillis);
}

function close(done: Int32Array, isExit: boolean): void {
  clearTimeout(next);
  showLife();
  keeper.close({ forMillis: isExit ? EXIT_MILLIS : CLOSE_MILLIS });
  for (const id of flushes) answer({ kind: "flushed", id });
  // The main thread may stand still at process exit: it waits for this, not for a message.
  Atomics.store(done, 0, 1);
  Atomics.notify(done, 0);
  answer({ kind: "closed" });
}

parentPort?.on("message", (request: ViewRequest) => {
  switch (request.kind) {
    case "flush":
      flushes.push(request.id);
      return schedule(work, 0);
    case "close":
      return close(request.done, request.isExit);
  }
});

work();
