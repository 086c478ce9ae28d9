import { recordId } from "../event/index.ts";
import { toIsoMicros } from "../lib/clock.ts";
import { counted, verbFor } from "../lib/counted.ts";
import { firstWhere } from "../lib/first-where.ts";
import {
  type Query,
  readPlaces,
  type ScanOptions,
  textTerm,
  type TrailSource,
} from "../read/index.ts";
import {
  createStreamTrack,
  type Hole,
  orderOf,
  type Placed,
  type SetBack,
  type StreamOrder,
  type StreamTrack,
} from "./stream-order.ts";

/** What the streams of a trail say of their order, and of what is not there. */
export interface StreamClocks extends StreamOrder {
  /** Where a clock was set back by more than what writing takes. */
  readonly setBacks: readonly SetBack[];
  /** Of the streams whose journals were read, behind what retention took. */
  readonly holes: readonly Hole[];
  /** A stream by whose numbers the time is known that is asked for, whatever its clock said. */
  readonly pivot?: string | undefined;
}

/** Records stand a little behind others that they came before: equal failures are written when their second is over. */
const TOLD_FROM_MILLIS = 2000;

/**
 * Reads the places of all records, once; streams that do not stand in their order twice.
 *
 * @param only of these streams; default all.
 * @throws {AuditError} as a rejection: `unreadable` where a source cannot be read.
 */
export async function streamClocks(
  sources: readonly TrailSource[],
  options: ScanOptions = {},
  only: readonly string[] = [],
): Promise<StreamClocks> {
  const tracks = new Map<string, StreamTrack>();
  const disordered = new Set<string>();
  const streams = (names: readonly string[]): Query["terms"] =>
    names.length === 0 ? [] : [textTerm("stream", ...names)];
  const starts = await readPlaces(
    sources,
    streams(only),
    (stream, sequence, time) => {
      let track = tracks.get(stream);
      if (track === undefined) tracks.set(stream, (track = createStreamTrack(stream)));
      if (!track.take(sequence, time)) disordered.add(stream);
    },
    options,
  );
  if (disordered.size > 0)
    for (const track of await sortedTracks(sources, streams([...disordered]), options))
      tracks.set(track.stream, track);
  const all = [...tracks.values()];
  return {
    ...orderOf(tracks),
    setBacks: all.flatMap((track) => track.setBacks.filter(isTold)),
    holes: all.flatMap((track) => holesBehind(track, starts.get(track.stream))),
  };
}

/** What is held of a stream until all of it is there. */
interface Columns {
  readonly sequences: number[];
  /** Microseconds since the epoch. */
  readonly times: number[];
}

async function sortedTracks(
  sources: readonly TrailSource[],
  within: Query["terms"],
  { signal }: ScanOptions,
): Promise<readonly StreamTrack[]> {
  const held = new Map<string, Columns>();
  await readPlaces(
    sources,
    within,
    (stream, sequence, time) => {
      let columns = held.get(stream);
      if (columns === undefined) held.set(stream, (columns = { sequences: [], times: [] }));
      columns.sequences.push(sequence);
      columns.times.push(microsOf(time));
    },
    { signal },
  );
  return [...held].map(([stream, columns]) => trackOf(stream, columns));
}

function trackOf(stream: string, { sequences, times }: Columns): StreamTrack {
  const track = createStreamTrack(stream);
  const places = Uint32Array.from(sequences.keys());
  places.sort((left, right) => (sequences[left] ?? 0) - (sequences[right] ?? 0));
  for (const at of places) track.take(sequences[at] ?? 0, toIsoMicros(BigInt(times[at] ?? 0)));
  return track;
}

/** A number: as texts, those of millions of records would fill the memory. */
function microsOf(time: string): number {
  return Date.parse(time) * 1000 + Number(time.slice(MILLIS_END, MICROS_END));
}

/** Where the digits end in `2026-11-21T09:00:05.123456Z`. */
const MILLIS_END = 23;
const MICROS_END = 26;

function isTold({ from, to }: SetBack): boolean {
  return Date.parse(from) - Date.parse(to) > TOLD_FROM_MILLIS;
}

/** Without a journal nobody can tell: views show results only. */
function holesBehind({ holes }: StreamTrack, start: number | undefined): readonly Hole[] {
  return start === undefined ? [] : holes.filter(({ last }) => last > start);
}

/** What of it bears on a state. */
export interface Bearing {
  /** Of each stream whose clock was set back the first time, and how often that was. */
  readonly clocks: readonly (SetBack & { readonly times: number })[];
  /** Of each stream that is not whole the piece in which records are not here, and how many. */
  readonly missing: readonly MissingPiece[];
}

/** A piece of a stream in which records are not here. */
export interface MissingPiece extends Hole {
  /** How many: others between them may be here. */
  readonly count: number;
}

/**
 * What may make a state another one than the records say: clocks that were set back, where it is made of records of
 * times that came twice, and what is not there and may have been before it.
 *
 * @param until ISO 8601 UTC with six digits, not included; undefined: the end.
 */
export function bearingOn(
  until: string | undefined,
  { setBacks, holes }: Pick<StreamClocks, "setBacks" | "holes">,
  records: readonly Pick<Placed, "stream" | "timestamp">[],
): Bearing {
  const own = new Set(records.map(deepestBehind(setBacks)));
  const isBefore = (time: string): boolean => until === undefined || time < until;
  const back = setBacks.filter((setBack) => own.has(setBack) && isBefore(setBack.to));
  const lost = holes.filter(({ since }) => isBefore(since));
  return {
    clocks: grouped(back).map((all) => ({ ...all[0], times: all.length })),
    missing: grouped(lost).map(missingIn),
  };
}

/** Of a record the set-back whose times its own is among: of several the one that goes back furthest. */
export function deepestBehind(
  setBacks: readonly SetBack[],
): (record: Pick<Placed, "stream" | "timestamp">) => SetBack | undefined {
  const streams = new Map<string, readonly SetBack[]>();
  for (const [stream, own] of Map.groupBy(setBacks, (setBack) => setBack.stream)) {
    // Where each is replaced by the deepest of those behind it, one is enough to look at.
    const deepest = [...own];
    for (let at = deepest.length - 2; at >= 0; at--) {
      const [one, behind] = [deepest[at], deepest[at + 1]];
      if (one !== undefined && behind !== undefined && behind.to <= one.to) deepest[at] = behind;
    }
    streams.set(stream, deepest);
  }
  return ({ stream, timestamp }) => {
    const own = streams.get(stream) ?? [];
    const found = own[firstWhere(own, ({ from }) => from >= timestamp)];
    return found !== undefined && timestamp >= found.to ? found : undefined;
  };
}

type Some<Kind> = readonly [Kind, ...(readonly Kind[])];

function grouped<Kind extends { readonly stream: string }>(
  all: readonly Kind[],
): readonly Some<Kind>[] {
  const streams = new Map<string, [Kind, ...Kind[]]>();
  for (const one of all) {
    const own = streams.get(one.stream);
    if (own === undefined) streams.set(one.stream, [one]);
    else own.push(one);
  }
  return [...streams.values()];
}

/** All of them, from the first to the last. */
function missingIn(holes: Some<Hole>): MissingPiece {
  const [left] = holes;
  const { last, until } = holes.at(-1) ?? left;
  return { ...left, last, until, count: holes.reduce((sum, one) => sum + sizeOf(one), 0) };
}

function sizeOf({ first, last }: Hole): number {
  return last - first + 1;
}

/** In words, as in `1 record of stream … between ….5 and ….7 is not here`. */
export function missingText({ stream, first, last, count }: MissingPiece): string {
  const where = `between ${recordId(stream, first - 1)} and ${recordId(stream, last + 1)}`;
  return `${counted(count, "record")} of stream ${stream} ${where} ${verbFor(count, "is")} not here`;
}

/** In words, as in `the clock of stream … was set back at ….5, from … to …`. */
export function setBackText(
  { stream, first, from, to }: SetBack,
  timeText: (time: string) => string = (time) => time,
): string {
  return `the clock of stream ${stream} was set back at ${recordId(stream, first)}, from ${timeText(from)} to ${timeText(to)}`;
}
