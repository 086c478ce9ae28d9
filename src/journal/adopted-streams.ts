import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { stateDirectory } from "../format/index.ts";
import { replaceFile } from "../lib/files.ts";

/** Streams of a directory that need no look any more: they were closed, or adopted as far as that can be done. */
export interface AdoptedStreams {
  readonly has: (stream: string) => boolean;
  readonly add: (stream: string) => void;
  /**
   * Remembers those that are still there, where that says anything new.
   *
   * @throws the system error where it cannot be written.
   */
  readonly save: () => void;
}

const schema = z.object({ version: z.literal(1), streams: z.array(z.string()) });

/**
 * Loads what is remembered; nothing where it cannot be used: the streams are then looked at again.
 *
 * @param streams those that are there.
 */
export function loadAdoptedStreams(directory: string, streams: readonly string[]): AdoptedStreams {
  const path = join(stateDirectory(directory), "adopted.json");
  const remembered = load(path);
  const there = new Set(streams);
  const known = new Set(remembered.filter((stream) => there.has(stream)));
  let isNew = known.size < remembered.length;
  return {
    has: (stream) => known.has(stream),
    add(stream) {
      known.add(stream);
      isNew = true;
    },
    save() {
      if (!isNew) return;
      replaceFile(path, [JSON.stringify({ version: 1, streams: [...known] })]);
      isNew = false;
    },
  };
}

function load(path: string): readonly string[] {
  try {
    return schema.parse(JSON.parse(readFileSync(path, "utf8"))).streams;
  } catch {
    return [];
  }
}
