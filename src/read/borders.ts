/** Finds the borders between records in bytes that come in chunks. */
import { COLUMNS } from "../format/portable.ts";
import { type Block, bytesOfMark, type Form } from "./block.ts";
import { createElementScanner } from "./element-scanner.ts";
import { createRowScanner, MORE } from "./row-scanner.ts";

/** Where the chunk can be cut: indices behind whole records; undefined where there are none. */
export interface Borders {
  /** The first that does not lie before the chunk. */
  readonly first: number | undefined;
  /** It may lie before the chunk: only now it was seen that a record ends there. */
  readonly last: number | undefined;
}

/** Knows of the bytes so far what it needs. */
export interface BorderFinder {
  /** The next bytes. */
  readonly look: (chunk: Uint8Array) => Borders;
  /** What is wrong with the end of the file, once all bytes were seen. */
  readonly end: () => string | undefined;
}

const LINE_END = 0x0a;
/** Columns of a view without ids. */
const FIVE = 5;

/** The one for a form. */
export function createBorderFinder(
  form: Form,
  options: Pick<Block, "isWithoutIds"> = {},
): BorderFinder {
  switch (form) {
    case "json-lines":
    case "victorialogs":
      return lineBorders;
    case "csv":
      return createRowBorders(columnsOf(options));
    default:
      return createElementBorders();
  }
}

const lineBorders: BorderFinder = {
  look: (chunk) => ({
    first: chunk.indexOf(LINE_END) + 1 || undefined,
    last: chunk.lastIndexOf(LINE_END) + 1 || undefined,
  }),
  end: () => undefined,
};

/** How many cells a row of such a file has. */
export function columnsOf({ isWithoutIds = false }: Pick<Block, "isWithoutIds">): number {
  return isWithoutIds ? FIVE : COLUMNS.length;
}

function createRowBorders(columns: number): BorderFinder {
  const scanner = createRowScanner(columns);
  /** From the place on at which the scanner may begin again. */
  let held: Uint8Array[] = [];
  /** Of the chunk before: the scanner has to see more. */
  let rest = new Uint8Array();
  let isBegun = false;
  return {
    look(chunk) {
      let bytes = rest.length === 0 ? chunk : joined([rest, chunk]);
      let at = isBegun ? 0 : bytesOfMark(chunk);
      /** The index of the chunk in these bytes. */
      let offset = rest.length;
      let first: number | undefined;
      let last: number | undefined;
      for (let end = scanner.next(bytes, at, false); end !== MORE;) {
        at = end;
        if (end < 0) {
          bytes = joined([...held, bytes]);
          at = 0;
          offset -= end;
          scanner.moved(end);
          held = [];
        }
        last = at - offset;
        if (last >= 0) first ??= last;
        end = scanner.next(bytes, at, false);
      }
      const stop = scanner.stopped();
      const from = scanner.candidate();
      if (from === undefined || from >= 0) held = [];
      if (from !== undefined) held.push(new Uint8Array(bytes.subarray(Math.max(0, from), stop)));
      rest = new Uint8Array(bytes.subarray(stop));
      scanner.moved(stop, bytes[stop - 1]);
      isBegun = true;
      return { first, last };
    },
    end: () => undefined,
  };
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(pieces.reduce((size, { length }) => size + length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

function createElementBorders(): BorderFinder {
  const scanner = createElementScanner();
  return {
    look(chunk) {
      let first: number | undefined;
      let last: number | undefined;
      for (let at = 0; ;) {
        at = scanner.next(chunk, at, chunk.length);
        if (at < 0) return { first, last };
        // What is cut stands in one piece with what is behind it in its line.
        if (!scanner.isWhole() && chunk[at] !== LINE_END && chunk[at - 1] !== LINE_END) continue;
        last = at;
        first ??= at;
      }
    },
    end: () => (scanner.openLists() > 0 ? "the list of records has no end: it was cut" : undefined),
  };
}
