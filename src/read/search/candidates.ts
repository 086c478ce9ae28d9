/** The records of a block that may match, and what is none. */
import { type FlatRecord, toFlat } from "../../format/index.ts";
import type { AuditRecord } from "../../event/portable.ts";
import type { Block, FileProblem } from "../block.ts";
import { decodeBlock } from "../decode-block.ts";
import { type Line, linesOf } from "../lines.ts";
import type { Sieve } from "../query/needles.ts";
import type { QueriedRecord } from "../query/query.ts";
import { shown } from "../../lib/shown.ts";
import { createFlatLines } from "./flat-line.ts";
import { isMaybeNoText, nestedBody } from "./nested-body.ts";
import { isOwnTime, utcTime } from "./record-time.ts";

/** A record that may match. It is good until the next one is asked for. */
export interface Candidate {
  readonly kind: "record";
  readonly record: QueriedRecord;
  /** The flat record as JSON. */
  readonly text: () => string;
  readonly line: number;
  /** Where its line ends in the block; -1: it has none of its own. */
  readonly end: number;
  /** Whether a store has made texts of values, and nobody knows what they were. Default false. */
  readonly isMadeTexts?: boolean;
}

/** What every line of ours begins with. */
const START = Buffer.from('{"timestamp":"');
/** An ASCII character that was escaped may be one of those that are looked for. */
const ESCAPE = "\\u00";
const CLOSE_MAP = 0x7d;
const TIME_BYTES = "2026-11-21T09:00:05.123456Z".length;
const lines = createFlatLines();

/**
 * What stands in a block, in its order, without what a sieve keeps back. A line that is kept back was looked
 * at as far as it begins and ends like a record: a cut or foreign one is found, one with a wrong byte in
 * the middle is not.
 */
export function* candidatesIn(block: Block, sieve: Sieve): Generator<Candidate | FileProblem> {
  if (block.form !== "json-lines" || block.isWithoutIds === true) yield* decoded(block);
  else yield* ofJournal(block, sieve);
}

function* decoded(block: Block): Generator<Candidate | FileProblem> {
  for (const found of decodeBlock(block)) {
    if (found.kind === "problem") yield { ...found, file: block.file };
    else {
      const place = { file: block.file, line: found.line };
      yield block.form === "victorialogs"
        ? ofTexts(found.record, place)
        : candidateOf(toFlat(found.record), place);
    }
  }
}

function ofTexts(record: AuditRecord, place: Place): Candidate | FileProblem {
  const flat = toFlat(record);
  const isMadeTexts = Object.values(flat.details).some(isMaybeNoText);
  const candidate = candidateOf({ ...flat, details: nestedBody(flat.details) }, place);
  return candidate.kind === "record" ? { ...candidate, isMadeTexts } : candidate;
}

interface Place {
  readonly file: string;
  readonly line: number;
  readonly end?: number;
}

/** With its time as otel-audit writes it; a problem where it has none: nothing can be said of when it was. */
function candidateOf(given: FlatRecord, { file, line, end = -1 }: Place): Candidate | FileProblem {
  const timestamp = utcTime(given.timestamp);
  if (timestamp === undefined) return { kind: "problem", message: noTime(given), file, line };
  const record = timestamp === given.timestamp ? given : { ...given, timestamp };
  return { kind: "record", record, text: () => JSON.stringify(record), line, end };
}

function noTime({ record_id: id, timestamp }: FlatRecord): string {
  return `the timestamp of ${shown(id)} is ${shown(timestamp)}: no time with its offset from UTC`;
}

function* ofJournal(block: Block, sieve: Sieve): Generator<Candidate | FileProblem> {
  const bytes = Buffer.from(block.bytes.buffer, block.bytes.byteOffset, block.bytes.length);
  const passes = sieveTest(bytes, sieve);
  const starts = createHits(bytes, START);
  for (const { start, end, number, isEnded } of linesOf({ ...block, bytes })) {
    // The rest of a cut line, and a whole one behind it, are one line.
    const isOne = starts.at(start) === start && starts.at(start + 1) >= end;
    const isWhole = isEnded && isOne && bytes[end - 1] === CLOSE_MAP;
    if (isWhole && !passes(start, end)) continue;
    const record = isWhole ? lines.read(bytes, start, end) : undefined;
    if (record !== undefined && isOwnTime(record.timestamp)) {
      const text = (): string => bytes.toString("utf8", start, end);
      yield { kind: "record", record, text, line: number, end };
      continue;
    }
    for (const found of decodeBlock(oneLine(block, { start, end, number, isEnded }))) {
      if (found.kind === "problem") yield { ...found, file: block.file };
      else yield candidateOf(toFlat(found.record), { file: block.file, line: found.line, end });
    }
  }
}

function oneLine(block: Block, { start, end, number, isEnded }: Line): Block {
  // The mark at the start of a file is none in the middle of one.
  const bytes = block.bytes.slice(start, isEnded ? end + 1 : end);
  return { ...block, bytes, firstLine: number, isEnded };
}

function sieveTest(
  bytes: Buffer,
  { needles, time }: Sieve,
): (start: number, end: number) => boolean {
  const hits =
    needles.length === 0
      ? []
      : [...needles, ESCAPE].map((text) => createHits(bytes, Buffer.from(text)));
  const { from = "", until = "" } = time;
  const isTimed = from !== "" || until !== "";
  return (start, end) => {
    if (hits.length > 0 && !hits.some((hit) => hit.at(start) < end)) return false;
    if (!isTimed) return true;
    const first = start + START.length;
    const own = bytes.toString("latin1", first, first + TIME_BYTES);
    // What is no time of ours is left to the query.
    return (own >= from && (until === "" || own < until)) || !isOwnTime(own);
  };
}

/** Places of a text, asked for in ascending order. */
interface Hits {
  /** The first one at a place or behind it; infinite: there is none. */
  readonly at: (place: number) => number;
}

function createHits(bytes: Buffer, text: Buffer): Hits {
  let next = -1;
  return {
    at(place) {
      if (next < place) {
        const found = bytes.indexOf(text, place);
        next = found < 0 ? Infinity : found;
      }
      return next;
    },
  };
}
