import { ATTR_SERVICE_NAME, recordId } from "../event/portable.ts";
import { shown } from "../lib/shown.ts";
import type { Checkpoint } from "../seal/portable.ts";
import type { RecordSource } from "./examined-block.ts";
import type { FindingCode } from "./findings.ts";
import type { FindingParts, Place } from "./stream-judge.ts";

/** Compares what records say of their process with what the first checkpoint of their stream says. */
export interface SourceLedger {
  readonly say: (checkpoint: Checkpoint) => void;
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

/** Knows of no stream. */
export function createSourceLedger(): SourceLedger {
  const signed = new Map<string, Readonly<Record<string, unknown>>>();
  const streams = new Map<string, Entry[]>();
  /** By what a block says: the same object for many records. */
  const keys = new WeakMap<RecordSource, string>();

  /** What a block says of a stream is looked for once: names may be as long as books, and many of them alike. */
  const entriesOf = new WeakMap<RecordSource, Map<string, Entry>>();

  function remembered(source: RecordSource, stream: string): Entry | undefined {
    return entriesOf.get(source)?.get(stream);
  }

  function remember(source: RecordSource, stream: string, entry: Entry): void {
    const known = entriesOf.get(source);
    if (known === undefined) entriesOf.set(source, new Map([[stream, entry]]));
    else known.set(stream, entry);
  }

  function entryOf(
    stream: string,
    source: RecordSource,
    first: Pick<Entry, "sequence" | "place">,
  ): Entry {
    let entries = streams.get(stream);
    if (entries === undefined) streams.set(stream, (entries = []));
    const said = keyOf(source);
    const known = entries.find(({ key }) => key === said) ?? entries[MAX_SOURCES];
    if (known !== undefined) return known;
    const isRest = entries.length === MAX_SOURCES;
    const entry = isRest
      ? { key: "", source: undefined, ...first, count: 0 }
      : { key: said, source, ...first, count: 0 };
    entries.push(entry);
    return entry;
  }

  function keyOf(source: RecordSource): string {
    let key = keys.get(source);
    if (key === undefined)
      keys.set(source, (key = JSON.stringify([source.service, source.resource])));
    return key;
  }

  return {
    say({ stream, opening }) {
      if (opening !== undefined && !signed.has(stream)) signed.set(stream, opening.resource);
    },
    see(stream, sequence, source, place) {
      let entry = remembered(source, stream);
      if (entry === undefined) {
        entry = entryOf(stream, source, { sequence, place });
        remember(source, stream, entry);
      }
      entry.count++;
    },
    finish(found) {
      for (const [stream, entries] of streams) {
        const resource = signed.get(stream);
        if (resource === undefined) continue;
        for (const [why, { sequence, place, count }] of contradictions(entries, resource)) {
          const record = recordId(stream, sequence);
          const others = count > 1 ? ` (and ${count - 1} others)` : "";
          const message = `record ${record}${others}: ${why}`;
          const counted = count > 1 ? { count } : {};
          found("text_contradicts", { message, stream, record, ...place, ...counted });
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

/** What it says otherwise than the signed resource; undefined: nothing. */
function contradiction(
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
