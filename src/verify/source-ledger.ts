import { ATTR_SERVICE_NAME, recordId } from "../event/portable.ts";
import { counted } from "../lib/counted.ts";
import { shown } from "../lib/shown.ts";
import type { Checkpoint } from "../seal/portable.ts";
import type { RecordSource } from "./examined-block.ts";
import type { FindingCode, FindingParts } from "./findings.ts";
import type { Place } from "./judged-stream.ts";

/** Compares what records say of their process with what the first checkpoint of their stream says. */
export interface SourceLedger {
  /** @param isPinned whether it is signed with a key that was given: that one is heard before others. */
  readonly say: (checkpoint: Checkpoint, isPinned: boolean) => void;
  readonly see: (stream: string, sequence: number, source: RecordSource, place: Place) => void;
  readonly finish: (found: (code: FindingCode, finding: FindingParts) => void) => void;
}

/** A process says one thing of itself; where somebody makes up more than this, the rest is one entry. */
const MAX_SOURCES = 64;

interface Entry {
  /** What the source says, as text; "": several of them. */
  readonly key: string;
  /** Undefined: several of them. */
  readonly source: RecordSource | undefined;
  readonly sequence: number;
  readonly place: Place;
  count: number;
}

interface KnownSource {
  /** What it says, as text. */
  readonly key: string;
  /** By stream. */
  readonly entries: Map<string, Entry>;
}

/** What the first checkpoint of a stream says of its process. */
interface SignedSource {
  readonly resource: Readonly<Record<string, unknown>>;
  readonly isPinned: boolean;
}

/** Knows of no stream. */
export function createSourceLedger(): SourceLedger {
  const signed = new Map<string, SignedSource>();
  const streams = new Map<string, Entry[]>();
  /** By what a block says, the same object for many records: names may be as long as books, and are compared once. */
  const known = new WeakMap<RecordSource, KnownSource>();

  function knownOf(source: RecordSource): KnownSource {
    let found = known.get(source);
    if (found === undefined) {
      const key = JSON.stringify([source.service, source.resource]);
      known.set(source, (found = { key, entries: new Map() }));
    }
    return found;
  }

  function entryOf(stream: string, { key, ...first }: Omit<Entry, "count">): Entry {
    let entries = streams.get(stream);
    if (entries === undefined) streams.set(stream, (entries = []));
    const same = entries.find((entry) => entry.key === key) ?? entries[MAX_SOURCES];
    if (same !== undefined) return same;
    const isRest = entries.length === MAX_SOURCES;
    const entry = isRest
      ? { ...first, key: "", source: undefined, count: 0 }
      : { ...first, key, count: 0 };
    entries.push(entry);
    return entry;
  }

  return {
    say({ stream, opening }, isPinned) {
      if (opening === undefined) return;
      const before = signed.get(stream);
      if (before === undefined || (isPinned && !before.isPinned))
        signed.set(stream, { resource: opening.resource, isPinned });
    },
    see(stream, sequence, source, place) {
      const { key, entries } = knownOf(source);
      let entry = entries.get(stream);
      if (entry === undefined)
        entries.set(stream, (entry = entryOf(stream, { key, source, sequence, place })));
      entry.count++;
    },
    finish(found) {
      for (const [stream, entries] of streams) {
        const resource = signed.get(stream)?.resource;
        if (resource === undefined) continue;
        for (const [why, { sequence, place, count }] of contradictions(entries, resource)) {
          const record = recordId(stream, sequence);
          const others = count > 1 ? ` (and ${counted(count - 1, "other")})` : "";
          const message = `record ${record}${others}: ${why}`;
          found("text_contradicts", {
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

/** What is said otherwise, the first who says it, and how many do. */
function contradictions(
  entries: readonly Entry[],
  signed: Readonly<Record<string, unknown>>,
): ReadonlyMap<string, Entry> {
  const all = new Map<string, Entry>();
  for (const entry of entries) {
    const { source, count } = entry;
    const why =
      source === undefined ? "its process is given many names" : contradiction(source, signed);
    const known = why === undefined ? undefined : all.get(why);
    if (known !== undefined) known.count += count;
    else if (why !== undefined) all.set(why, { ...entry });
  }
  return all;
}

/** What a record says of its process otherwise than the signed resource; undefined: nothing. */
export function contradiction(
  { service, resource }: RecordSource,
  signed: Readonly<Record<string, unknown>>,
): string | undefined {
  const name = signed[ATTR_SERVICE_NAME];
  if (service !== undefined && typeof name === "string" && service !== name)
    return `its service is ${shown(service)}, and the signed one ${shown(name)}`;
  for (const [key, value] of Object.entries(resource ?? {})) {
    const isSame =
      Object.hasOwn(signed, key) && JSON.stringify(signed[key]) === JSON.stringify(value);
    if (!isSame) return `${shown(key)} of its resource is not what was signed`;
  }
  return undefined;
}
