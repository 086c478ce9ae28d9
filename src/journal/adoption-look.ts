import { setTimeout as pause } from "node:timers/promises";
import { listStreams } from "../format/index.ts";
import { messageOf } from "../lib/errors.ts";
import type { SealedEnd, Tail } from "../seal/index.ts";
import { loadAdoptedStreams } from "./adopted-streams.ts";
import { findStreamEnd, batchesBehind } from "./dead-tail.ts";
import { isStreamEnded } from "./stream-life.ts";

/** Left to the service between two checkpoints of a long tail. */
const REST_MILLIS = 25;

/** What {@link lookForDeadStreams} takes. */
export interface AdoptionLook {
  /** The audit directory. */
  readonly directory: string;
  readonly ownStream: string;
  /** Makes and writes the checkpoint of a tail; gives how far the stream is under checkpoints then. */
  readonly adopt: (tail: Tail) => Promise<SealedEnd>;
  readonly report: (line: string) => void;
}

/**
 * Looks at every stream of a directory that needs it, and has the tails of those adopted whose process
 * died. Blocks now and then: not for the main thread. A stream that cannot be read is reported.
 *
 * @returns false where a stream is left whose process is alive, or may only be starting.
 * @throws the system error where streams cannot be listed, or what was done cannot be remembered.
 */
export async function lookForDeadStreams(look: AdoptionLook): Promise<boolean> {
  const { directory, ownStream } = look;
  const streams = listStreams(directory);
  const known = loadAdoptedStreams(directory, streams);
  let isComplete = true;
  for (const stream of streams) {
    if (stream === ownStream || known.has(stream)) continue;
    const state = await lookAt(stream, look);
    if (state === "alive") isComplete = false;
    if (state !== "closed" && state !== "adopted") continue;
    known.add(stream);
    // A few that were closed are looked at again for less than saving each would cost.
    if (state === "adopted") known.save();
  }
  known.save();
  return isComplete;
}

async function lookAt(
  stream: string,
  look: AdoptionLook,
): Promise<"closed" | "alive" | "adopted" | "unreadable"> {
  const { directory } = look;
  try {
    if (findStreamEnd(directory, stream).kind === "closed") return "closed";
    if (!isStreamEnded(directory, stream)) return "alive";
    const why = await adoptTail(stream, look);
    if (why !== undefined) say(stream, look, why);
    return "adopted";
  } catch (error) {
    say(stream, look, messageOf(error));
    return "unreadable";
  }
}

/** @returns why not everything could be adopted; undefined: it was. */
async function adoptTail(
  stream: string,
  { directory, adopt }: AdoptionLook,
): Promise<string | undefined> {
  // Again: it may have written until it ended.
  const found = findStreamEnd(directory, stream);
  if (found.kind === "closed") return undefined;
  if (found.kind === "unusable") return found.why;
  const batches = batchesBehind(directory, stream, found);
  let { end } = found;
  for (let batch = batches.next(); ; batch = batches.next()) {
    if (batch.done === true) return batch.value;
    end = await adopt({ stream, end, ...batch.value });
    await pause(REST_MILLIS);
  }
}

function say(stream: string, { report }: AdoptionLook, why: string): void {
  report(`the end of stream ${stream} cannot be adopted: ${why}`);
}
