import { join } from "node:path";
import { stateDirectory } from "../format/index.ts";
import { isStreamEnded } from "../journal/index.ts";
import { messageOf } from "../lib/errors.ts";
import { type FileLock, tryLockFile } from "../lib/file-lock.ts";
import { makeDirectory } from "../lib/files.ts";
import { openCsvView } from "./csv-view.ts";
import { openFiveCsvView } from "./five-csv-view.ts";
import { openFiveJsonView } from "./five-json-view.ts";
import { openJsonView } from "./json-view.ts";
import { readNew, type Round, type StreamPosition } from "./merge.ts";
import { checkViewShape, type ViewShape } from "./view-shape.ts";
import type { View } from "./view.ts";

/** Which views are kept. */
export type ViewFormat = "json" | "csv" | "both";

/** Keeps the views of a directory up to date, while no other process does. */
export interface ViewKeeper {
  /** Shows what is new. Never throws: what fails is reported and tried again with the next call. */
  readonly run: (options: { readonly isForced: boolean }) => void;
  readonly close: () => void;
}

/** What {@link createViewKeeper} takes. */
export interface ViewKeeperOptions {
  readonly directory: string;
  readonly format: ViewFormat;
  /** Default `full`. */
  readonly shape?: ViewShape;
  readonly report: (line: string) => void;
}

/** Bytes read of all streams in one round: bounds the memory of a catch-up. */
const ROUND_BYTES = 4 * 1024 * 1024;

/** Whether a process still runs is asked this often, and only while something of it is open. */
const LOOK_PAUSE_MILLIS = 500;

/** Creates a keeper; it takes the lock with its first run that finds it free. */
export function createViewKeeper(options: ViewKeeperOptions): ViewKeeper {
  const { directory, report } = options;
  let lock: FileLock | null = null;
  let views: readonly View[] = [];
  let lastProblem = "";
  let nextLookAt = 0;

  function open(): boolean {
    if (lock !== null) return true;
    makeDirectory(stateDirectory(directory));
    lock = tryLockFile(join(stateDirectory(directory), "views.lock"));
    if (lock === null) return false;
    try {
      views = openViews(options);
      return true;
    } catch (error) {
      lock.release();
      lock = null;
      throw error;
    }
  }

  function showNew(): void {
    for (;;) {
      const before = views.map(({ positions }) => readSoFar(positions));
      // Views that stand at the same place share one reading.
      const rounds = new Map<string, Round>();
      for (const view of views) {
        const key = JSON.stringify([...view.positions]);
        const round = rounds.get(key) ?? readNew(directory, view.positions, ROUND_BYTES, messageOf);
        if (!rounds.has(key)) for (const bad of round.unreadable) reportUnreadable(bad);
        rounds.set(key, round);
        if (round.positions.size === 0) continue;
        view.append(
          round.records.filter(({ flat }) => flat.kind === "result"),
          round.positions,
        );
        view.intents?.see(round.steps);
      }
      if (views.every((view, at) => readSoFar(view.positions) === before[at])) return;
    }
  }

  /** Actions of streams that have ended, and that nobody will know the end of. */
  function showLoneIntents(isForced: boolean): void {
    if (!isForced && performance.now() < nextLookAt) return;
    nextLookAt = performance.now() + LOOK_PAUSE_MILLIS;
    const ended = new Set<string>();
    for (const stream of new Set(views.flatMap(({ intents }) => [...(intents?.streams() ?? [])]))) {
      if (isStreamEnded(directory, stream)) ended.add(stream);
    }
    if (ended.size === 0) return;
    // What was written between our last reading and the end.
    showNew();
    for (const view of views) {
      const lone = view.intents?.of(ended) ?? [];
      if (lone.length === 0) continue;
      view.append(lone, new Map());
      view.intents?.shown(lone);
    }
  }

  function reportUnreadable({ stream, why }: Round["unreadable"][number]): void {
    report(`a line in the journal of stream ${stream} is no record and was skipped: ${why}`);
  }

  return {
    run({ isForced }) {
      try {
        if (!open()) return;
        showNew();
        showLoneIntents(isForced);
        for (const view of views) view.settle({ isForced });
        lastProblem = "";
      } catch (error) {
        const problem = messageOf(error);
        if (problem !== lastProblem) {
          report(
            `the views cannot be written (${problem}); the journal is not affected, trying again`,
          );
        }
        lastProblem = problem;
      }
    },
    close() {
      this.run({ isForced: true });
      for (const view of views) view.close();
      views = [];
      lock?.release();
      lock = null;
    },
  };
}

function openViews(keeper: ViewKeeperOptions): readonly View[] {
  const { directory, format, report, shape = "full" } = keeper;
  checkViewShape(directory, shape);
  const options = { directory, report, nowMillis: () => performance.now() };
  const [openJson, openCsv] =
    shape === "five" ? [openFiveJsonView, openFiveCsvView] : [openJsonView, openCsvView];
  // JSON first: it holds no descriptor that would be left open when the other one fails.
  return [
    ...(format === "csv" ? [] : [openJson(options)]),
    ...(format === "json" ? [] : [openCsv(options)]),
  ];
}

function readSoFar(positions: ReadonlyMap<string, StreamPosition>): number {
  let total = 0;
  for (const { segment, offset } of positions.values()) total += segment * 2 ** 32 + offset;
  return total;
}
