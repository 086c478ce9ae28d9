/**
 * Streams that were deleted, which views need not remember.
 *
 * In: the streams that are there, and what retention says that it deleted. Out: views without the
 * places of the others. A folder that is only gone for a while, because somebody took it away and
 * its writer has not made it again, keeps its place: its records would be shown twice.
 */
import { streamDirectory } from "../../format/index.ts";
import { isStreamEnded, readPurged } from "../../journal/index.ts";
import { sizeOf } from "../../lib/files.ts";
import type { StreamList } from "./stream-list.ts";
import type { View } from "./view.ts";

/** Between two looks. */
const PAUSE_MILLIS = 10_000;
/** What retention does not tell of, because others deleted it or it was long ago, is gone after so long. */
const GONE_MILLIS = 10 * 60_000;
/** Spent at once: after years without a look there may be thousands. */
const BUDGET_MILLIS = 20;

/** What {@link createDeletedStreams} takes. */
export interface DeletedStreamsOptions {
  readonly directory: string;
  readonly streams: StreamList;
  readonly nowMillis: () => number;
}

/** Looks after streams that were deleted. */
export interface DeletedStreams {
  /** Lets views forget them, some at a time. */
  readonly forget: (views: readonly View[]) => void;
}

/** Creates it for one directory. */
export function createDeletedStreams(options: DeletedStreamsOptions): DeletedStreams {
  const { directory, streams, nowMillis } = options;
  let nextAt = 0;
  /** Since when they were seen to be gone. */
  let goneSince = new Map<string, number>();

  /** Where that cannot be found out, it was not. */
  function isDeleted(stream: string, isPurged: boolean): boolean {
    const since = goneSince.get(stream) ?? nowMillis();
    goneSince.set(stream, since);
    if (!isPurged && nowMillis() - since < GONE_MILLIS) return false;
    try {
      return (
        sizeOf(streamDirectory(directory, stream)) === undefined && isStreamEnded(directory, stream)
      );
    } catch {
      return false;
    }
  }

  return {
    forget(views) {
      if (nowMillis() < nextAt) return;
      nextAt = nowMillis() + PAUSE_MILLIS;
      const there = new Set(streams.all());
      // Without any, it is the directory that is gone, or on a disk that is not mounted now.
      if (there.size === 0) return;
      const gone = new Set(views.flatMap(placesOf).filter((stream) => !there.has(stream)));
      goneSince = new Map([...goneSince].filter(([stream]) => gone.has(stream)));
      if (gone.size === 0) return;
      const purged = readPurged(directory);
      const until = nowMillis() + BUDGET_MILLIS;
      for (const stream of gone) {
        if (nowMillis() > until) return;
        if (!isDeleted(stream, purged?.has(stream) === true)) continue;
        for (const { progress, intents } of views) {
          // What it leaves open is shown first.
          if (intents?.streams().has(stream) !== true) progress.prune(stream);
        }
      }
    },
  };
}

function placesOf({ progress: { live, done } }: View): readonly string[] {
  return [...live.keys(), ...done.keys()];
}
