/** JSON objects one behind the other, with what was cut between them: what JSON forms but lines have in common. */
import type { Block, Found } from "../block.ts";
import { AROUND, createElementScanner, type JsonShape, shapeOf } from "../element-scanner.ts";
import type { JsonDoubt } from "../json-doubts.ts";
import { parsePiece } from "../json-piece.ts";
import { createLineCounter, firstByteOf } from "../lines.ts";
import { CUT } from "./json-lines.ts";

/** An object that was parsed. */
export interface Element {
  readonly value: unknown;
  readonly text: string;
  readonly doubts: readonly JsonDoubt[];
  /** In which it begins. */
  readonly line: number;
}

/** How the objects of a form are read. */
export interface ElementForm {
  /** Levels that an object may have. */
  readonly maxDepth: number;
  /** How an object begins that may stand behind the rest of one that was cut; absent: none is looked for. */
  readonly begins?: string;
  /** Whether each stands in a line of its own, of which the last may be cut. Default false. */
  readonly isOfLines?: boolean;
  readonly decode: (element: Element) => Iterable<Found>;
}

/** Begins that are tried behind each other in a line without an object: a hostile line could be nothing else. */
const MAX_TRIES = 64;
const LINE_END = 0x0a;
const OPEN_MAP = 0x7b;
const CLOSE_MAP = 0x7d;
const MID_OBJECT = "the file ends in the middle of a record";

/** What stands in the objects of a block; one problem a line at most. */
export function* decodeElements(block: Block, form: ElementForm): Generator<Found> {
  let lastProblem = 0;
  for (const found of piecesOf(block, form)) {
    if (found.kind === "problem") {
      if (found.line === lastProblem) continue;
      lastProblem = found.line;
    }
    yield found;
  }
}

function* piecesOf(block: Block, form: ElementForm): Generator<Found> {
  const { bytes } = block;
  const scanner = createElementScanner();
  const lineOf = createLineCounter(block);
  let slowUntil = 0;
  for (let from = firstByteOf(block); from < bytes.length;) {
    if (from >= slowUntil) {
      const { start, end, lineEnd } = objectLine(bytes, from);
      const element = end < 0 ? "" : elementOf({ bytes, start, end }, shapeOf, form.maxDepth);
      if (typeof element !== "string") {
        yield* form.decode({ ...element, line: lineOf(start) });
        from = end;
        continue;
      }
      slowUntil = lineEnd;
    }
    const next = scanner.next(bytes, from, bytes.length);
    if (next < 0 && !scanner.isOpen()) return;
    const start = scanner.start();
    const stop = next < 0 ? bytes.length : next;
    const line = lineOf(start);
    const element = elementOf({ bytes, start, end: stop }, scanner.shape, form.maxDepth);
    if (typeof element !== "string") {
      yield* form.decode({ ...element, line });
      from = stop;
      continue;
    }
    const lineEnd = bytes.indexOf(LINE_END, start);
    const end = lineEnd < 0 ? bytes.length : lineEnd;
    const whole = [...savedFrom({ bytes, start: start + 1, end }, form)];
    const isTorn = next < 0 && whole.length === 0;
    const message = whole.length > 0 ? CUT : isTorn ? MID_OBJECT : element;
    const isCut = isTorn && form.isOfLines === true && isLastLine(block, start);
    yield { kind: "problem", message, line, ...(isCut ? { isCut } : {}) };
    for (const saved of whole) yield* form.decode({ ...saved, line });
    from = Math.max(end, stop);
    scanner.restart();
  }
}

/** Whether from a place on there is one line without its end, and nothing before it in that line. */
function isLastLine({ bytes, isEnded }: Block, start: number): boolean {
  if (isEnded || bytes.indexOf(LINE_END, start) >= 0) return false;
  const before = bytes.lastIndexOf(LINE_END, start) + 1;
  return bytes.subarray(before, start).every((byte) => AROUND.has(byte));
}

/** The object that a line consists of, as nearly all files have it; its end is -1 where there is no such line. */
function objectLine(
  bytes: Uint8Array,
  from: number,
): { readonly start: number; readonly end: number; readonly lineEnd: number } {
  let start = from;
  while (start < bytes.length && AROUND.has(bytes[start] ?? 0)) start++;
  const next = bytes.indexOf(LINE_END, start);
  const lineEnd = next < 0 ? bytes.length : next;
  let end = lineEnd;
  while (end > start && AROUND.has(bytes[end - 1] ?? 0)) end--;
  const isObject = bytes[start] === OPEN_MAP && bytes[end - 1] === CLOSE_MAP;
  return { start, end: isObject ? end : -1, lineEnd };
}

interface Range {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
}

/** The object, or why there is none. */
function elementOf(
  range: Range,
  scan: (range: Range) => JsonShape,
  maxDepth: number,
): Omit<Element, "line"> | string {
  const piece = parsePiece(range, scan, maxDepth);
  return piece.kind === "problem" ? piece.message : piece;
}

/** Objects that stand whole in a line behind something that was cut. */
function* savedFrom(
  range: Range,
  { begins, maxDepth }: ElementForm,
): Generator<Omit<Element, "line">> {
  if (begins === undefined) return;
  const beginning = new TextEncoder().encode(begins);
  let tries = 0;
  for (let from = range.start; tries < MAX_TRIES; tries++) {
    const start = indexOf(range, beginning, from);
    if (start < 0) return;
    const scanner = createElementScanner();
    const end = scanner.next(range.bytes, start, range.end);
    const element =
      end < 0 ? undefined : elementOf({ bytes: range.bytes, start, end }, scanner.shape, maxDepth);
    if (element === undefined || typeof element === "string") from = start + 1;
    else {
      yield element;
      from = end;
      tries = 0;
    }
  }
}

function indexOf({ bytes, end }: Range, wanted: Uint8Array, from: number): number {
  const [first = 0] = wanted;
  for (
    let at = bytes.indexOf(first, from);
    at >= 0 && at < end;
    at = bytes.indexOf(first, at + 1)
  ) {
    if (wanted.every((byte, index) => bytes[at + index] === byte)) return at;
  }
  return -1;
}
