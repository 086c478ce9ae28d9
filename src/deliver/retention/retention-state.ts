import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { stateDirectory } from "../../format/index.ts";
import { replaceFile } from "../../lib/files.ts";

/** When segments were first seen to be shipped as a whole. */
export interface RetentionState {
  /** Wall clock, milliseconds since the epoch; now, and remembered, where it was not known. */
  readonly shippedAt: (
    segment: { readonly stream: string; readonly number: number },
    nowMillis: number,
  ) => number;
  /** Remembers what was asked for since it was loaded, and nothing else: the rest is deleted. */
  readonly save: () => void;
}

const schema = z.object({ version: z.literal(1), shipped: z.record(z.string(), z.number()) });

/** Loads what is remembered; nothing where it cannot be used: time then counts from now. */
export function loadRetentionState(directory: string): RetentionState {
  const path = join(stateDirectory(directory), "retention.json");
  const known = load(path);
  const asked = new Map<string, number>();
  return {
    shippedAt({ stream, number }, nowMillis) {
      const key = `${stream}/${number}`;
      // A time to come is one of a clock that was wrong.
      const time = Math.min(known.get(key) ?? nowMillis, nowMillis);
      asked.set(key, time);
      return time;
    },
    save() {
      if (asked.size === 0 && known.size === 0) return;
      replaceFile(path, [JSON.stringify({ version: 1, shipped: Object.fromEntries(asked) })]);
    },
  };
}

function load(path: string): ReadonlyMap<string, number> {
  try {
    return new Map(Object.entries(schema.parse(JSON.parse(readFileSync(path, "utf8"))).shipped));
  } catch {
    return new Map();
  }
}
