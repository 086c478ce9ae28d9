/**
 * Where a journal has a record, it decides: a copy elsewhere that says something else is no answer.
 *
 * In: the sources of a trail. Out: in which order they are read, and which records of copies have to be looked
 * up in a journal. Promise: a trail whose copies are copies costs nothing more. What a journal has lost, or
 * retention took out of it, is answered by the copy.
 */
import { createNumberSet, type NumberSet } from "../../lib/number-set.ts";
import type { FlatRecord } from "../../format/index.ts";
import type { Block } from "../block.ts";
import { journalStreamOf } from "../files-of.ts";
import { candidatesIn } from "./candidates.ts";
import { placeOf } from "./matches.ts";
import type { ScanRequest } from "./scanned-block.ts";
import type { TrailSource } from "./sources.ts";

/** The sources of a trail, by what they can decide. */
export interface DecidingSources {
  /** Read first. */
  readonly journals: readonly TrailSource[];
  /** Read once, and believed: nothing of them can be looked up again. */
  readonly pipes: readonly TrailSource[];
  /** Read last. */
  readonly copies: readonly TrailSource[];
  /** Of each stream the first number that its journal has; known when the journals were read. */
  readonly firsts: ReadonlyMap<string, number>;
  /** The journals of some streams. */
  readonly journalsOf: (streams: Iterable<string>) => readonly TrailSource[];
}

const NO_SIEVE = { needles: [], time: { kind: "time" } } as const;

/** Sorts them. */
export function decidingSources(sources: readonly TrailSource[]): DecidingSources {
  const firsts = new Map<string, number>();
  const byStream = new Map<string, TrailSource[]>();
  const [journals, pipes, copies]: TrailSource[][] = [[], [], []];
  for (const source of sources) {
    const stream = journalStreamOf(source.name);
    if (stream === undefined) (source.isReadOnce === true ? pipes : copies)?.push(source);
    else {
      const own = byStream.get(stream) ?? [];
      own.push(source);
      byStream.set(stream, own);
      journals?.push(noting(source, stream, firsts));
    }
  }
  return {
    journals: journals ?? [],
    pipes: pipes ?? [],
    copies: copies ?? [],
    firsts,
    journalsOf: (streams) => [...streams].flatMap((stream) => byStream.get(stream) ?? []),
  };
}

/** The same source, of which the first number is noted when it is read. */
function noting(source: TrailSource, stream: string, firsts: Map<string, number>): TrailSource {
  return {
    ...source,
    async *blocks(query, options) {
      let first: number | undefined;
      for await (const block of source.blocks(query, options)) {
        if (first === undefined && !("kind" in block)) {
          first = firstNumberIn(block);
          if (first !== undefined)
            firsts.set(stream, Math.min(first, firsts.get(stream) ?? Infinity));
        }
        yield block;
      }
    },
  };
}

function firstNumberIn(block: Block): number | undefined {
  for (const found of candidatesIn(block, NO_SIEVE))
    if (found.kind === "record") return placeOf(found.record)[1];
  return undefined;
}

/** Records by their ids, each to be told once or not at all. */
export interface Owed {
  readonly add: (stream: string, number: number) => void;
  /** True once for what was added. */
  readonly take: (stream: string, number: number) => boolean;
  /** Those that were not taken: what a scan looks for. Undefined: none. */
  readonly left: () => ScanRequest["only"];
}

/** An empty collection. */
export function createOwed(): Owed {
  const numbers = new Map<string, number[]>();
  const known = new Map<string, NumberSet>();
  const taken = new Map<string, NumberSet>();
  return {
    add(stream, number) {
      if (!addTo(known, stream, number)) return;
      const own = numbers.get(stream);
      if (own === undefined) numbers.set(stream, [number]);
      else own.push(number);
    },
    take: (stream, number) =>
      known.get(stream)?.has(number) === true && addTo(taken, stream, number),
    left() {
      const left = [...numbers].map(([stream, own]) => {
        const gone = taken.get(stream);
        return [stream, Float64Array.from(own.filter((one) => gone?.has(one) !== true))] as const;
      });
      const some = left.filter(([, own]) => own.length > 0);
      return some.length === 0 ? undefined : new Map(some);
    },
  };
}

/** Whether the journal of its stream should have a record. */
export function isOfJournal(
  firsts: ReadonlyMap<string, number>,
  record: Pick<FlatRecord, "record_id">,
): boolean {
  const [stream, number] = placeOf(record);
  return number >= (firsts.get(stream) ?? Infinity);
}

function addTo(sets: Map<string, NumberSet>, stream: string, number: number): boolean {
  const own = sets.get(stream) ?? createNumberSet();
  sets.set(stream, own);
  return own.add(number);
}
