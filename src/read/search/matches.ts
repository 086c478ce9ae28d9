import { ATTR_COUNT, streamOf } from "../../event/index.ts";
import { createNumberSet, type NumberSet } from "../../lib/number-set.ts";
import type { QueriedRecord } from "../query/query.ts";
import type { Candidate } from "./candidates.ts";
import { groupsOf } from "./group-keys.ts";
import { before } from "./order.ts";
import { type Fold, type ScannedBlock, type ScannedRow, TIME_BREAK } from "./scanned-block.ts";

/** Collects what matches in one block. */
export interface Matches {
  readonly add: (candidate: Candidate) => void;
  /** One that is no answer. */
  readonly name: (record: QueriedRecord) => void;
  readonly end: () => ScannedBlock;
}

/** An empty one. */
export function createMatches(fold: Fold): Matches {
  const streams = new Map<string, number>();
  const stream: number[] = [];
  const sequence: number[] = [];
  const isNamed: number[] = [];
  const times: string[] = [];
  const rows = fold.kind === "records" ? createRows(fold) : undefined;
  const groups = fold.kind === "groups" ? createGroups(fold.ways.map(groupsOf)) : undefined;
  const seen: NumberSet[] = [];

  /** Its place among the matches; undefined: it stands there already. */
  function placed(record: QueriedRecord, named: 0 | 1): number | undefined {
    const [name, number] = placeOf(record);
    let index = streams.get(name);
    if (index === undefined) streams.set(name, (index = streams.size));
    // A copy must not take the place of another record among those that come first.
    if (!(seen[index] ??= createNumberSet()).add(number)) return undefined;
    stream.push(index);
    sequence.push(number);
    if (fold.kind === "places") times.push(record.timestamp);
    return isNamed.push(named) - 1;
  }

  return {
    add(candidate) {
      const at = placed(candidate.record, 0);
      if (at === undefined) return;
      rows?.add(candidate, at);
      groups?.add(candidate.record, at);
    },
    name: (record) => void placed(record, 1),
    end: () => ({
      problems: [],
      streams: [...streams.keys()],
      stream: Uint32Array.from(stream),
      sequence: Float64Array.from(sequence),
      isNamed: Uint8Array.from(isNamed),
      times,
      rows: rows?.end() ?? [],
      groups: groups?.end() ?? noGroups(),
      intents: [],
      results: [],
      last: new Map(),
    }),
  };
}

/** New ones each time: a thread hands its arrays over. */
function noGroups(): ScannedBlock["groups"] {
  return {
    keys: [],
    way: [],
    first: [],
    last: [],
    times: "",
    at: new Uint32Array(),
    key: new Uint32Array(),
    weight: new Float64Array(),
  };
}

/** A record id in two: doubles are known by both. */
export function placeOf({
  record_id: id,
}: Pick<QueriedRecord, "record_id">): readonly [string, number] {
  const stream = streamOf(id);
  const text = id.slice(stream.length + 1);
  const number = Number(text);
  const isPlace = Number.isSafeInteger(number) && number > 0 && String(number) === text;
  // The id of no record of ours is taken as a whole.
  return isPlace ? [stream, number] : [`${id}\u0000`, 1];
}

interface Rows {
  readonly add: (candidate: Candidate, at: number) => void;
  readonly end: () => readonly ScannedRow[];
}

/** Those that come first; with a limit, twice as many are held at most. */
function createRows({ order, limit = Infinity }: Extract<Fold, { kind: "records" }>): Rows {
  const isBefore = before(order);
  let rows: ScannedRow[] = [];
  let worst: ScannedRow | undefined;

  function shrink(): void {
    if (order !== "read") rows.sort(isBefore);
    rows = rows.slice(0, limit);
    worst = rows.length < limit ? undefined : rows.at(-1);
  }

  return {
    add({ record, text, line }, at) {
      if (order === "read" && rows.length >= limit) return;
      const { timestamp: time, stream, sequence } = record;
      const place = { at, time, stream, sequence, line };
      if (order !== "read" && worst !== undefined && isBefore(place, worst) > 0) return;
      rows.push({ ...place, text: text() });
      if (rows.length >= 2 * limit) shrink();
    },
    end() {
      if (rows.length > limit) shrink();
      return rows;
    },
  };
}

interface Groups {
  readonly add: (record: QueriedRecord, at: number) => void;
  readonly end: () => ScannedBlock["groups"];
}

type KeysOf = (record: QueriedRecord) => string | readonly string[];

function createGroups(ways: readonly KeysOf[]): Groups {
  const places = ways.map((keysOf) => ({ keysOf, known: new Map<string, number>() }));
  const [keys, way]: [string[], number[]] = [[], []];
  const [first, last, times]: [string[], string[], string[]] = [[], [], []];
  const [at, key, weight]: [number[], number[], number[]] = [[], [], []];

  function indexOf(known: Map<string, number>, name: string, ofWay: number): number {
    let index = known.get(name);
    if (index === undefined) {
      known.set(name, (index = keys.length));
      keys.push(name);
      way.push(ofWay);
    }
    return index;
  }

  return {
    add(record, place) {
      const count = weightOf(record);
      const { timestamp: time } = record;
      times.push(time);
      for (const [ofWay, { keysOf, known }] of places.entries()) {
        const names = keysOf(record);
        for (const name of typeof names === "string" ? [names] : names) {
          const index = indexOf(known, name, ofWay);
          at.push(place);
          key.push(index);
          weight.push(count);
          if (time < (first[index] ??= time)) first[index] = time;
          if (time > (last[index] ??= time)) last[index] = time;
        }
      }
    },
    end: () => ({
      keys,
      way,
      first,
      last,
      times: times.join(TIME_BREAK),
      at: Uint32Array.from(at),
      key: Uint32Array.from(key),
      weight: Float64Array.from(weight),
    }),
  };
}

/**
 * How many events a record stands for: more than one only where something failed and nobody said who acted, and
 * where a gap record says how many were lost.
 */
function weightOf({ kind, status, actor_id: actor, attributes }: QueriedRecord): number {
  const isStorm =
    kind === "result" && status !== "success" && (actor === undefined || actor === "anonymous");
  const count = isStorm || kind === "gap" ? attributes[ATTR_COUNT] : undefined;
  return typeof count === "number" && count > 0 ? count : 1;
}
