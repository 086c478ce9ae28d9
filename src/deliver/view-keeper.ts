import type { FileChange } from "../event/index.ts";
import { openCsvView } from "./csv-view.ts";
import { openFiveCsvView } from "./five-csv-view.ts";
import { openFiveJsonView } from "./five-json-view.ts";
import { openJsonView } from "./json-view.ts";
import type { Round } from "./merge.ts";
import { createTries } from "./tries.ts";
import { createStreamEndings } from "./stream-endings.ts";
import { createStreamList } from "./stream-list.ts";
import { createViewLock } from "./view-lock.ts";
import { createViewReading } from "./view-reading.ts";
import { checkViewShape, type ViewShape } from "./view-shape.ts";
import type { View } from "./view.ts";

/** Which views are kept. */
export type ViewFormat = "json" | "csv" | "both";

/** How far one run goes. */
export interface RunOptions {
  /** The files are brought up to date now, not when their pauses are over. */
  readonly isForced: boolean;
  /** Ends about then, done or not. Default: not before everything is shown. */
  readonly forMillis?: number;
}

/** Keeps the views of a directory up to date, while no other process does. */
export interface ViewKeeper {
  /**
   * Shows what is new. Never throws: what fails is reported, and tried again by later calls, after a
   * pause.
   *
   * @returns whether there is more to show right away.
   */
  readonly run: (options: RunOptions) => boolean;
  /** A last run, and the end. */
  readonly close: (options?: { readonly forMillis?: number }) => void;
}

/** What {@link createViewKeeper} takes. */
export interface ViewKeeperOptions {
  readonly directory: string;
  readonly format: ViewFormat;
  /** Default `full`. */
  readonly shape?: ViewShape;
  readonly report: (line: string) => void;
  /** Somebody else did something to a file of ours. Default: it is only reported. */
  readonly fileChanged?: (change: FileChange) => void;
  /** Monotonic milliseconds; default: the real ones. */
  readonly nowMillis?: () => number;
}

/** Creates a keeper; it takes the lock with its first run that finds it free. */
export function createViewKeeper(options: ViewKeeperOptions): ViewKeeper {
  const { directory, report, nowMillis = () => performance.now() } = options;
  const lock = createViewLock(directory, nowMillis);
  const streams = createStreamList(directory, nowMillis);
  const endings = createStreamEndings({ directory, streams, nowMillis });
  const tries = createTries({ report, nowMillis });
  let reading: ReturnType<typeof createViewReading> | undefined;
  let views: readonly View[] = [];

  function closeViews(): void {
    for (const view of views) view.close();
    views = [];
  }

  /** Whether the views are open, and this process is the one to write them. */
  function hold(waits: boolean): boolean {
    switch (lock.hold({ waits })) {
      case "none":
        closeViews();
        return false;
      case "retaken":
        for (const view of views) view.saveAgain();
        break;
      case "taken":
      case "held":
        break;
    }
    if (views.length > 0) return true;
    try {
      views = openViews({ ...options, nowMillis });
      return true;
    } catch (error) {
      lock.release();
      throw error;
    }
  }

  function show(view: View, round: Round): void {
    tries.run(view, () => {
      view.append(
        round.records.filter(({ kind }) => kind === "result"),
        round.positions,
      );
      view.intents?.see(round.steps);
      view.settle({ isForced: false });
    });
  }

  function usable(isForced: boolean): readonly View[] {
    return views.filter(
      (view) =>
        !tries.hasFailed(view) &&
        tries.isDue(view, isForced) &&
        tries.run(view, () => view.check()),
    );
  }

  /** Reads until everything is shown that was there; false when the time was over before. */
  function showNew(isForced: boolean, until: number): boolean {
    reading ??= createViewReading({ directory, streams, report });
    while (reading.step(usable(isForced), show)) {
      if (nowMillis() >= until || !hold(false)) return false;
    }
    return true;
  }

  function runOnce({ isForced, forMillis = Infinity }: RunOptions): boolean {
    const until = nowMillis() + forMillis;
    if (!hold(isForced)) return false;
    endings.revive(views);
    if (!showNew(isForced, until)) return true;
    const shown = usable(isForced);
    endings.showLone(shown, { isForced, readOn: () => showNew(isForced, until) });
    endings.retire(shown);
    for (const view of views) {
      if (tries.hasFailed(view) || !tries.isDue(view, isForced)) continue;
      if (tries.run(view, () => view.settle({ isForced }))) tries.worked(view);
    }
    return false;
  }

  function run(runOptions: RunOptions, isLast = false): boolean {
    tries.begin({ isLast });
    if (!tries.isDue(lock, runOptions.isForced)) return false;
    let isMore = false;
    const isDone = tries.run(lock, () => {
      isMore = runOnce(runOptions);
    });
    if (isDone) tries.worked(lock);
    return isMore;
  }

  return {
    run: (runOptions) => run(runOptions),
    close(closeOptions = {}) {
      run({ isForced: true, ...closeOptions }, true);
      closeViews();
      lock.release();
    },
  };
}

function openViews(
  keeper: ViewKeeperOptions & { readonly nowMillis: () => number },
): readonly View[] {
  const { directory, format, report, nowMillis, fileChanged = () => {}, shape = "full" } = keeper;
  checkViewShape(directory, shape);
  const options = { directory, report, fileChanged, nowMillis };
  const [openJson, openCsv] =
    shape === "five" ? [openFiveJsonView, openFiveCsvView] : [openJsonView, openCsvView];
  const views: View[] = [];
  try {
    if (format !== "csv") views.push(openJson(options));
    if (format !== "json") views.push(openCsv(options));
    return views;
  } catch (error) {
    for (const view of views) view.close();
    throw error;
  }
}
