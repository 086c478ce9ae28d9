/**
 * Streams that have ended: what they leave open is shown, and they are looked at no more.
 *
 * In: what the views have read, and the locks of the streams. Out: a row for each intent that no
 * result will follow, and streams that the views have done with.
 */
import { isStreamEnded, JOURNAL_START } from "../../journal/index.ts";
import { hasWholeLine } from "./journal-tail.ts";
import type { StreamList } from "./stream-list.ts";
import type { View } from "./view.ts";

/** Whether a process still runs is asked this often, and only while something of it is open. */
const LOOK_PAUSE_MILLIS = 500;
/** A stream is asked whether it has ended when nothing came of it for so long. */
const IDLE_MILLIS = 5000;
/** Between two questions about a stream that goes on. */
const ASK_PAUSE_MILLIS = 30_000;
/** Spent at once on asking: a first start after an upgrade may find thousands. */
const ASK_BUDGET_MILLIS = 20;
/** Of the streams that were done with, looked at in one go: one of them may have been taken for dead. */
const CHECKED_AT_ONCE = 16;

/** What {@link createStreamEndings} takes. */
export interface StreamEndingsOptions {
  readonly directory: string;
  readonly streams: StreamList;
  readonly nowMillis: () => number;
}

/** Looks after streams that have ended. */
export interface StreamEndings {
  /**
   * Shows the intents that nothing will follow.
   *
   * @param readOn brings the views to the end of the journals; false: they are not there.
   * @param attempt runs what may fail for one view, which keeps no other from its rows.
   */
  readonly showLone: (
    views: readonly View[],
    options: {
      readonly isForced: boolean;
      readonly readOn: () => boolean;
      readonly attempt: (view: View, show: () => void) => boolean;
    },
  ) => void;
  /**
   * Looks again at streams that views are done with: all of them when it is given these views for
   * the first time, then some.
   */
  readonly revive: (views: readonly View[]) => void;
  /** Lets views be done with streams that have ended and are read to their end. */
  readonly retire: (views: readonly View[]) => void;
}

/** Creates it for one directory. */
export function createStreamEndings(options: StreamEndingsOptions): StreamEndings {
  const { directory, streams, nowMillis } = options;
  let nextLookAt = 0;
  /** When a stream is asked about next; its place at that time tells whether something came. */
  const asked = new Map<string, { place: string; at: number }>();
  let unchecked: string[] = [];
  let checked: readonly View[] | undefined;

  /** Where it cannot be found out, a stream goes on. */
  function hasEnded(stream: string): boolean {
    try {
      return isStreamEnded(directory, stream);
    } catch {
      return false;
    }
  }

  function askable(views: readonly View[], stream: string): boolean {
    const place = views.map(({ progress }) => placeOf(progress.live.get(stream))).join();
    const last = asked.get(stream);
    if (last?.place === place) return nowMillis() >= last.at;
    // The first time that it is seen here its process may have ended long ago.
    asked.set(stream, { place, at: last === undefined ? 0 : nowMillis() + IDLE_MILLIS });
    return last === undefined;
  }

  function retireEnded(views: readonly View[]): void {
    const until = nowMillis() + ASK_BUDGET_MILLIS;
    for (const stream of streams.all()) {
      const open = views.filter(({ progress }) => !progress.done.has(stream));
      if (open.length === 0 || !askable(open, stream)) continue;
      if (nowMillis() > until) return;
      const last = asked.get(stream);
      if (last !== undefined) last.at = nowMillis() + ASK_PAUSE_MILLIS;
      if (!hasEnded(stream)) continue;
      for (const { progress, intents } of open) {
        const from = progress.live.get(stream) ?? JOURNAL_START;
        if (intents?.streams().has(stream) === true) continue;
        if (!hasWholeLine(directory, stream, from)) progress.retire(stream);
      }
      if (open.every(({ progress }) => progress.done.has(stream))) asked.delete(stream);
    }
  }

  function revive(views: readonly View[]): void {
    const count = views === checked ? CHECKED_AT_ONCE : Infinity;
    checked = views;
    if (unchecked.length === 0) unchecked = [...new Set(views.flatMap(doneStreams))];
    for (const stream of unchecked.splice(0, count)) {
      for (const { progress } of views) {
        const from = progress.done.get(stream);
        if (from !== undefined && hasWholeLine(directory, stream, from)) progress.revive(stream);
      }
    }
  }

  return {
    showLone(views, { isForced, readOn, attempt }) {
      if (!isForced && nowMillis() < nextLookAt) return;
      nextLookAt = nowMillis() + LOOK_PAUSE_MILLIS;
      const open = new Set(views.flatMap(({ intents }) => [...(intents?.streams() ?? [])]));
      const ended = new Set([...open].filter(hasEnded));
      // What was written between our last reading and the end.
      if (ended.size === 0 || !readOn()) return;
      for (const view of views) {
        const lone = view.intents?.of(ended) ?? [];
        if (lone.length === 0) continue;
        attempt(view, () => {
          view.append(lone, new Map());
          view.intents?.shown(lone);
        });
      }
    },
    revive,
    retire: retireEnded,
  };
}

function placeOf(
  position: { readonly segment: number; readonly offset: number } | undefined,
): string {
  return position === undefined ? "" : `${position.segment}:${position.offset}`;
}

function doneStreams({ progress }: View): readonly string[] {
  return [...progress.done.keys()];
}
