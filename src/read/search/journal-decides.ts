/**
 * Where a journal has a record, it decides: a copy elsewhere that says something else is no answer.
 *
 * In: what matches, source by source. Out: the same without copies that match while the journal's own record
 * does not, as one that was edited, or redacted by a later policy. What a journal has lost, or retention took
 * out of it, is answered by the copy. Promise: a trail whose copies are copies costs nothing more.
 */
import { createNumberSet, type NumberSet } from "../../lib/number-set.ts";
import { recordId } from "../../event/index.ts";
import type { FlatRecord } from "../../format/index.ts";
import { journalStreamOf } from "../files-of.ts";
import { matcherOf } from "../query/match-query.ts";
import type { Query } from "../query/query.ts";
import { ANY_KIND, textTerm } from "../query/terms.ts";
import { candidatesIn } from "./candidates.ts";
import { asLone } from "./lone-intents.ts";
import { placeOf } from "./matches.ts";
import { asksForKinds } from "./scan-block.ts";
import type { ScannedBlock, ScannedPart, ScanRequest } from "./scanned-block.ts";
import type { TrailSource } from "./sources.ts";

/** Takes parts in the order of their sources. */
export interface JournalDecider {
  /**
   * The part as far as it can be told at once.
   *
   * @param intents those of the part that were not seen before.
   */
  readonly told: (part: ScannedPart, intents: readonly FlatRecord[]) => Promise<ScannedPart>;
  /** What could not be told; asked for last. */
  readonly rest: () => AsyncGenerator<ScannedPart>;
  /** Whether the journal says something else than an intent; asked for behind the rest. */
  readonly isOther: (intent: FlatRecord) => boolean;
}

interface Deciding {
  readonly query: Query;
  /** Scans sources once more. */
  readonly scan: (
    sources: readonly TrailSource[],
    request: ScanRequest,
  ) => AsyncIterable<{ readonly scanned: ScannedBlock }>;
}

/** As many as can be looked for without parsing every line. */
const MAX_IDS = 8;
/** Enough to find the first record. */
const HEAD_BYTES = 64 * 1024;
const NO_SIEVE = { needles: [], time: { kind: "time" } } as const;

/** Creates one for the sources of a trail. */
export function createJournalDecider(
  sources: readonly TrailSource[],
  { query, scan }: Deciding,
): JournalDecider {
  const journals = journalsAmong(sources);
  /** Of journals that were gone through, the first number. */
  const firsts = new Map<string, Promise<number>>();
  const kept: ScannedPart[] = [];
  const keptIntents: Place[] = [];
  const others = createOthers(query);

  async function firstOf(stream: string): Promise<number> {
    const journal = journals.get(stream);
    // One that comes later: the copy stands first.
    if (journal?.isPassed !== true) return Infinity;
    const first = firsts.get(stream) ?? firstNumberIn(journal.sources);
    firsts.set(stream, first);
    return first;
  }

  /** Of each match 1 where a journal that was gone through should have it, and has no match. */
  async function heldOf({ scanned, isFirst }: ScannedPart): Promise<Uint8Array> {
    const { streams, stream, sequence } = scanned;
    const isWanted = new Set(stream.filter((_, at) => isFirst[at] === 1));
    const from = await Promise.all(
      streams.map(async (name, index) => (isWanted.has(index) ? firstOf(name) : Infinity)),
    );
    return isFirst.map((is, at) =>
      is === 1 && (sequence[at] ?? 0) >= (from[stream[at] ?? 0] ?? Infinity) ? 1 : 0,
    );
  }

  return {
    async told(part, intents) {
      const own = journals.get(journalStreamOf(part.source) ?? "");
      if (own !== undefined) own.isPassed = true;
      if (own !== undefined || journals.size === 0) return part;
      for (const place of intents.map(placeOf))
        if (place[1] >= (await firstOf(place[0]))) keptIntents.push(place);
      const held = await heldOf(part);
      if (!held.includes(1)) return part;
      // What else stands in the block was told with the rest of it.
      const scanned = { ...part.scanned, problems: [] };
      kept.push({ ...part, scanned, isFirst: held });
      return { ...part, isFirst: part.isFirst.map((is, at) => is - (held[at] ?? 0)) };
    },
    async *rest() {
      const ids = [...kept.flatMap(idsOf), ...keptIntents];
      if (ids.length === 0) return;
      const streams = [...new Set(ids.map(([stream]) => stream))];
      const asked = streams.flatMap((stream) => journals.get(stream)?.sources ?? []);
      const fold = { kind: "records", order: "read" } as const;
      for await (const { scanned } of scan(asked, { query: lookUp(ids, streams), fold }))
        for (const { text } of scanned.rows) others.add(JSON.parse(text) as FlatRecord);
      for (const part of kept) {
        const { streams: names, stream, sequence } = part.scanned;
        const isFirst = part.isFirst.map((is, at) =>
          is === 1 && !others.has(names[stream[at] ?? 0] ?? "", sequence[at] ?? 0) ? 1 : 0,
        );
        yield { ...part, isFirst };
      }
    },
    isOther: (intent) => others.has(...placeOf(intent)),
  };
}

/** A stream, and a number in it. */
type Place = ReturnType<typeof placeOf>;

interface Journal {
  readonly sources: TrailSource[];
  isPassed: boolean;
}

function journalsAmong(sources: readonly TrailSource[]): ReadonlyMap<string, Journal> {
  const journals = new Map<string, Journal>();
  for (const source of sources) {
    const stream = journalStreamOf(source.name);
    if (stream === undefined) continue;
    const journal = journals.get(stream) ?? { sources: [], isPassed: false };
    journal.sources.push(source);
    journals.set(stream, journal);
  }
  return journals;
}

/** What is before it was taken out by retention. */
async function firstNumberIn(sources: readonly TrailSource[]): Promise<number> {
  for (const { blocks } of sources) {
    for await (const block of blocks(undefined, { blockBytes: HEAD_BYTES })) {
      if ("kind" in block) continue;
      for (const found of candidatesIn(block, NO_SIEVE))
        if (found.kind === "record") return placeOf(found.record)[1];
    }
  }
  return 1;
}

function idsOf({ scanned, isFirst }: ScannedPart): readonly Place[] {
  const { streams, stream, sequence } = scanned;
  return [...isFirst].flatMap((is, at) =>
    is === 1 ? [[streams[stream[at] ?? 0] ?? "", sequence[at] ?? 0] as const] : [],
  );
}

/** Records of any kind, by their ids where those are few. */
function lookUp(ids: readonly Place[], streams: readonly string[]): Query {
  const isFew = ids.length <= MAX_IDS;
  const own = ids.map(([stream, sequence]) => recordId(stream, sequence));
  return { terms: [ANY_KIND, isFew ? textTerm("record", ...own) : textTerm("stream", ...streams)] };
}

interface Others {
  readonly add: (record: FlatRecord) => void;
  readonly has: (stream: string, sequence: number) => boolean;
}

/** Records that do not match: one that does was written since the journal was gone through. */
function createOthers(query: Query): Others {
  const matches = matcherOf(query);
  const isOfAllKinds = asksForKinds(query);
  const known = new Map<string, NumberSet>();
  return {
    add(record) {
      const isIntent = record.kind === "intent" && !isOfAllKinds;
      if (isIntent && matches(asLone(record))) return;
      if ((isOfAllKinds || record.kind === "result") && matches(record)) return;
      const [stream, sequence] = placeOf(record);
      const own = known.get(stream) ?? createNumberSet();
      own.add(sequence);
      known.set(stream, own);
    },
    has: (stream, sequence) => known.get(stream)?.has(sequence) === true,
  };
}
