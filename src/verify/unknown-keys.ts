import { recordId } from "../event/portable.ts";
import { counted } from "../lib/counted.ts";
import { shown } from "../lib/shown.ts";
import type { FindingCode, FindingParts } from "./findings.ts";
import type { Place } from "./judged-stream.ts";

/** Keys beside those of this version: a later one may have written them, and nobody here knows what they say. */
export interface UnknownKeys {
  readonly see: (
    keys: readonly string[],
    record: { readonly stream: string; readonly sequence: number; readonly place: Place },
  ) => void;
  /** One finding for each stream and key, with the record that was read first. */
  readonly finish: (found: (code: FindingCode, finding: FindingParts) => void) => void;
}

/** Where somebody makes up more than this in a stream, the rest is one entry. */
const MAX_KEYS = 64;
/** Of a longer key the start. */
const MAX_CHARACTERS = 256;

interface Entry {
  readonly what: string;
  readonly record: string;
  readonly place: Place;
  count: number;
}

/** Knows of none. */
export function createUnknownKeys(): UnknownKeys {
  const streams = new Map<string, Map<string, Entry>>();
  return {
    see(keys, { stream, sequence, place }) {
      let entries = streams.get(stream);
      if (entries === undefined) streams.set(stream, (entries = new Map<string, Entry>()));
      for (const key of keys) {
        const start = key.slice(0, MAX_CHARACTERS);
        // No key that was kept begins with this: "" stands for all others.
        const name = entries.has(`k${start}`) || entries.size < MAX_KEYS ? `k${start}` : "";
        const known = entries.get(name);
        if (known !== undefined) known.count++;
        else {
          const what = name === "" ? "many more keys" : `the key ${shown(start)}`;
          entries.set(name, { what, record: recordId(stream, sequence), place, count: 1 });
        }
      }
    },
    finish(found) {
      for (const [stream, entries] of streams) {
        for (const { what, record, place, count } of entries.values()) {
          const others = count > 1 ? ` (and ${counted(count - 1, "other")})` : "";
          const message = `record ${record}${others}: this version does not know ${what}`;
          found("format_unsupported", {
            message,
            stream,
            record,
            ...place,
            ...(count > 1 ? { count } : {}),
          });
        }
      }
    },
  };
}
