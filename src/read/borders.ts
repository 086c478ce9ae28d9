/** Finds the borders between records in bytes that come in chunks. */
import type { Form } from "./block.ts";
import { createElementScanner } from "./element-scanner.ts";

/** Where the chunk can be cut: indices behind the first and the last whole record in it; -1 where there is none. */
export interface Borders {
  readonly first: number;
  readonly last: number;
}

/** Knows of the bytes so far what it needs. */
export interface BorderFinder {
  /** The next bytes. */
  readonly look: (chunk: Uint8Array) => Borders;
  /** What is wrong with the end of the file, once all bytes were seen. */
  readonly end: () => string | undefined;
}

const QUOTE = 0x22;
const LINE_END = 0x0a;
/** No row is as long: a quote too many makes one of all the rest. It is cut at a line end, and taken apart later. */
const MAX_ROW_BYTES = 8 * 1024 * 1024;

/** The one for a form. */
export function createBorderFinder(form: Form): BorderFinder {
  switch (form) {
    case "json-lines":
    case "victorialogs":
      return lineBorders;
    case "csv":
      return createRowBorders();
    default:
      return createElementBorders();
  }
}

const lineBorders: BorderFinder = {
  look: (chunk) => ({
    first: chunk.indexOf(LINE_END) + 1 || -1,
    last: chunk.lastIndexOf(LINE_END) + 1 || -1,
  }),
  end: () => undefined,
};

function createRowBorders(): BorderFinder {
  let isQuoted = false;
  /** Bytes of the row before the chunk. */
  let before = 0;
  return {
    look(chunk) {
      let first = -1;
      let last = -1;
      let start = -before;
      for (let at = 0; at < chunk.length; at++) {
        const byte = chunk[at];
        if (byte === QUOTE) isQuoted = !isQuoted;
        else if (byte === LINE_END && (!isQuoted || at - start > MAX_ROW_BYTES)) {
          isQuoted = false;
          start = last = at + 1;
          if (first < 0) first = last;
        }
      }
      before = chunk.length - start;
      return { first, last };
    },
    end: () => undefined,
  };
}

function createElementBorders(): BorderFinder {
  const scanner = createElementScanner();
  return {
    look(chunk) {
      let first = -1;
      let last = -1;
      for (let at = 0; ;) {
        at = scanner.next(chunk, at, chunk.length);
        if (at < 0) return { first, last };
        // What is cut stands in one piece with what is behind it in its line.
        if (!scanner.isWhole() && chunk[at] !== LINE_END && chunk[at - 1] !== LINE_END) continue;
        last = at;
        if (first < 0) first = at;
      }
    },
    end: () => (scanner.openLists() > 0 ? "the list of records has no end: it was cut" : undefined),
  };
}
