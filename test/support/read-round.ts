import { readNew, type Round } from "../../src/deliver/views/merge.ts";
import type { View } from "../../src/deliver/views/view.ts";
import { listStreams } from "../../src/format/index.ts";

/** What is new for a view, read in one go. */
export function readRound(directory: string, { progress }: View): Round {
  return readNew({
    directory,
    streams: listStreams(directory).filter((stream) => !progress.done.has(stream)),
    positionOf: (stream) => progress.live.get(stream),
    space: Buffer.alloc(1 << 20),
  });
}
