/**
 * Reads the journals for the views: one reading for all that stand at the same place.
 *
 * In: views, each with its positions. Out: the same views, further on. A view that is behind, as one
 * that is written anew, is brought to where the others are, which go on meanwhile.
 */
import type { StreamList } from "./stream-list.ts";
import { readNew, type Round } from "./merge.ts";
import { distanceOf, isSamePlace, positionIn } from "./reading-progress.ts";
import type { View } from "./view.ts";

/** Bytes read of all streams in one round: bounds the memory of a catch-up, and the time of a step. */
const ROUND_BYTES = 2 * 1024 * 1024;

/** What {@link createViewReading} takes. */
export interface ViewReadingOptions {
  readonly directory: string;
  readonly streams: StreamList;
  readonly report: (line: string) => void;
}

/** Reads for views. */
export interface ViewReading {
  /**
   * Reads once for each place at which views stand.
   *
   * @param show gives a view what was read for it; false: it could not take it.
   * @returns whether there is more.
   */
  readonly step: (views: readonly View[], show: (view: View, round: Round) => void) => boolean;
}

/** Creates the reading of one directory. */
export function createViewReading(options: ViewReadingOptions): ViewReading {
  const { directory, streams, report } = options;
  const space = Buffer.allocUnsafeSlow(ROUND_BYTES);
  /** What was said of streams that cannot be read. */
  const failing = new Map<string, string>();

  function round([first]: readonly View[], limit: View | undefined): Round | undefined {
    if (first === undefined) return undefined;
    const { live, done } = first.progress;
    const read = readNew({
      directory,
      streams: streams.all().filter((stream) => !done.has(stream)),
      positionOf: (stream) => live.get(stream),
      ...(limit === undefined
        ? {}
        : { upTo: (stream: string) => positionIn(limit.progress, stream) }),
      space,
    });
    for (const { stream, why } of read.unreadable)
      report(`a line in the journal of stream ${stream} is no record and was skipped: ${why}`);
    for (const { stream, why } of read.failed) {
      if (failing.get(stream) === why) continue;
      report(`the journal of stream ${stream} cannot be read (${why}): the views go on without it`);
      failing.set(stream, why);
    }
    for (const stream of read.positions.keys()) failing.delete(stream);
    return read;
  }

  return {
    step(views, show) {
      const [leader] = views.toSorted(
        (left, right) => distanceOf(right.progress) - distanceOf(left.progress),
      );
      if (leader === undefined) return false;
      let isMore = false;
      for (const group of groupsOf(views, leader)) {
        const isBehind = !group.includes(leader);
        const read = round(group, isBehind ? leader : undefined);
        if (read === undefined) continue;
        isMore ||= read.isCut || (isBehind && read.positions.size > 0);
        if (read.positions.size > 0) for (const view of group) show(view, read);
      }
      return isMore;
    },
  };
}

/** Views by the place where they stand, those at the furthest first. */
function groupsOf(views: readonly View[], leader: View): View[][] {
  const groups: View[][] = [[leader]];
  for (const view of views) {
    if (view === leader) continue;
    const group = groups.find(
      ([first]) => first !== undefined && isSamePlace(first.progress, view.progress),
    );
    if (group === undefined) groups.push([view]);
    else group.push(view);
  }
  return groups;
}
