import { statSync } from "node:fs";
import { journalDirectory, listStreams } from "../../format/index.ts";

/** The streams of a directory, listed again only when something about them may have changed. */
export interface StreamList {
  readonly all: () => readonly string[];
}

/** Where the clock of file times is coarse, a stream that came just after a listing shows no change. */
const UNSURE_MILLIS = 2000;
/** Some filesystems do not tell at all. */
const LONGEST_MILLIS = 10_000;

/** Creates a list; nothing is read yet. */
export function createStreamList(directory: string, nowMillis: () => number): StreamList {
  let streams: readonly string[] = [];
  let listedAs: string | undefined;
  let listedAt = -Infinity;

  return {
    all() {
      const found = statSync(journalDirectory(directory), {
        bigint: true,
        throwIfNoEntry: false,
      });
      if (found === undefined) return [];
      const now = `${found.dev} ${found.ino} ${found.mtimeNs}`;
      if (now === listedAs && nowMillis() < listedAt + LONGEST_MILLIS) return streams;
      listedAt = nowMillis();
      const isSure = Date.now() - Number(found.mtimeMs) > UNSURE_MILLIS;
      listedAs = isSure ? now : undefined;
      streams = listStreams(directory);
      return streams;
    },
  };
}
