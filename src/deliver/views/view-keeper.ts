import { join } from "node:path";
import type { FileChange } from "../../event/index.ts";
import { openCheckpointView } from "./checkpoint-view.ts";
import { openCsvView } from "./csv-view.ts";
import { openFiveCsvView } from "./five-csv-view.ts";
import { openFiveJsonView } from "./five-json-view.ts";
import { openJsonView } from "./json-view.ts";
import type { Round } from "./merge.ts";
import { setOddAside } from "./odd-view.ts";
import type { RoomOptions } from "./room.ts";
import { createDeletedStreams } from "./deleted-streams.ts";
import { createTries } from "./tries.ts";
import { createStreamEndings } from "./stream-endings.ts";
import { createStreamList } from "./stream-list.ts";
import { createViewLock } from "./view-lock.ts";
import { createViewReading } from "./view-reading.ts";
import { checkViewShape, type ViewShape } from "./view-shape.ts";
import {
  CHECKPOINT_VIEW,
  CSV_VIEW,
  JSON_VIEW,
  RESULTS,
  type View,
  type ViewOptions,
} from "./view.ts";

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
  /** Why the views are not written now; undefined: they are, by this process or another. */
  readonly problem: () => string | undefined;
  /** A last run, and the end. */
  readonly close: (options?: { readonly forMillis?: number }) => void;
}

/** What {@link createViewKeeper} takes. */
export interface ViewKeeperOptions extends RoomOptions {
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
  const { directory, report, shape = "full", nowMillis = () => performance.now() } = options;
  const lock = createViewLock(directory, nowMillis);
  const streams = createStreamList(directory, nowMillis);
  const endings = createStreamEndings({ directory, streams, nowMillis });
  const deleted = createDeletedStreams({ directory, streams, nowMillis });
  const tries = createTries({ report, nowMillis });
  let reading: ReturnType<typeof createViewReading> | undefined;
  const openers = openersOf({ ...options, nowMillis });
  const opened = new Map<Opener, View>();
  let views: readonly View[] = [];

  function closeViews(): void {
    for (const view of views) view.close();
    views = [];
    opened.clear();
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
        // Taking it back may have failed once: somebody else may have written them since.
        closeViews();
        break;
      case "held":
        break;
    }
    openMissing(waits);
    if (views.length > 0) return true;
    lock.release();
    return false;
  }

  /** One view that cannot be opened keeps no other from being written. */
  function openMissing(isForced: boolean): void {
    const missing = openers.filter((opener) => !opened.has(opener));
    for (const opener of missing) {
      if (tries.hasFailed(opener) || !tries.isDue(opener, isForced)) continue;
      const isOpen = tries.run(opener, () => {
        checkViewShape(directory, shape);
        opened.set(opener, opener.open());
      });
      if (!isOpen) continue;
      tries.worked(opener);
      views = [...opened.values()];
    }
  }

  function show(view: View, round: Round): void {
    const { shows = RESULTS } = view;
    tries.run(view, () => {
      view.append(
        round.records.filter(({ kind }) => kind === shows),
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
    endings.showLone(shown, {
      isForced,
      readOn: () => showNew(isForced, until),
      attempt: tries.run,
    });
    endings.retire(shown);
    deleted.forget(views);
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
    problem: tries.problem,
    close(closeOptions = {}) {
      run({ isForced: true, ...closeOptions }, true);
      closeViews();
      lock.release();
    },
  };
}

interface Opener {
  readonly open: () => View;
}

function openersOf(
  keeper: ViewKeeperOptions & { readonly nowMillis: () => number },
): readonly Opener[] {
  const { format, fileChanged = () => {}, shape = "full" } = keeper;
  const options = { ...keeper, fileChanged };
  const [openJson, openCsv] =
    shape === "five" ? [openFiveJsonView, openFiveCsvView] : [openJsonView, openCsvView];
  const openers: Opener[] = [];
  if (format !== "csv") openers.push(openerOf(JSON_VIEW, openJson, options));
  if (format !== "json") openers.push(openerOf(CSV_VIEW, openCsv, options));
  // Rows of five keys carry nothing that a checkpoint could prove.
  if (shape === "full") openers.push(openerOf(CHECKPOINT_VIEW, openCheckpointView, options));
  return openers;
}

/** What is no file is put out of the way before anything opens it. */
function openerOf(
  name: string,
  open: (options: ViewOptions) => View,
  options: ViewOptions,
): Opener {
  const clear = (): void => setOddAside(join(options.directory, name), options);
  return {
    open() {
      clear();
      const view = open(options);
      return {
        ...view,
        check() {
          clear();
          return view.check();
        },
      };
    },
  };
}
