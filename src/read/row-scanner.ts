/**
 * Finds where the rows of a CSV text end (RFC 4180), also where rows were cut.
 *
 * A line end within quotes ends no row. But a row that was cut within quotes leaves them open: what follows would
 * be read inside out. So the first line within open quotes that looks like the start of a row is remembered, and
 * where what stands open proves to be no row, the next one begins there.
 *
 * What holds, whatever somebody writes into the texts of cells:
 * - A row that is whole breaks no rule, and ends where it ends. Nothing in it is taken for a row, also where it
 *   stands behind one that was cut.
 * - Of a row that was cut, a cell that was closed before keeps what stands in it, unless the last line of its
 *   text looks like the start of a row and ends with a comma. In the cell that was cut, lines of its text and
 *   rows that were appended behind it are the same bytes: a line that is a whole row is read as one, beside the
 *   problem that the cut row is.
 * - A row that was cut in a text is completed by the next one where the text of that goes on as the cut row
 *   would: with the cells that it lacks and a line end. What is left of the next one is a problem.
 *
 * A start is scanned from a second time, and that is linear: one from which more is scanned than its own line
 * opens a cell there, with quotes that end a cell of the row before. Of these there are not more than columns.
 */
import { COLUMNS } from "../format/portable.ts";
import { isRowStart } from "./row-start.ts";

/** Knows how far it came in a row. Places are indices in the bytes that are given. */
export interface RowScanner {
  /**
   * Goes on at a place: where the last row ended, or where it stopped. Gives the index behind the end of the
   * row, which may lie behind, and before the bytes; {@link MORE} where none ends.
   *
   * @param isLast no more bytes come.
   */
  readonly next: (bytes: Uint8Array, at: number, isLast: boolean) => number;
  /** Where it waits for more bytes. */
  readonly stopped: () => number;
  /** The first line within the open quotes that looks like a row. */
  readonly candidate: () => number | undefined;
  /** Nothing comes that could end the row: ends it at the candidate, if there is one. */
  readonly breakOff: () => number | undefined;
  /** Whether the last row ended where no row ends by itself. */
  readonly isCut: () => boolean;
  /** The bytes that come next begin so many later. @param before the byte before them, where it is known. */
  readonly moved: (by: number, before?: number) => void;
}

/** No row ends in these bytes. */
export const MORE: number = Number.NEGATIVE_INFINITY;
/** No row is as long: a quote too many makes one of all the rest. */
const MAX_ROW_BYTES = 8 * 1024 * 1024;
const QUOTE = 0x22;
const COMMA = 0x2c;
const LINE_END = 0x0a;
const RETURN = 0x0d;
/** Cells that end with a brace, if they have quotes. */
const JSON_CELLS: ReadonlySet<number> = new Set([
  COLUMNS.indexOf("details"),
  COLUMNS.indexOf("attributes"),
]);

type State =
  /** Where a cell begins, and in one without quotes. */
  | "cell"
  | "bare"
  /** Within quotes; behind one that may be the last; behind that and CR. */
  | "quoted"
  | "behind"
  | "return"
  /** Behind a quote in a cell without them. */
  | "stray";

/**
 * What the quotes are that may end a cell: those that begin one in their row (behind a comma or a line end),
 * if this row was cut; its own first ones; or others.
 */
type Run = "first" | "own" | "other";

/** Begins at a row. @param columns that a row has. */
export function createRowScanner(columns: number): RowScanner {
  let state: State = "cell";
  let start = 0;
  let place = 0;
  /** That ended. */
  let cells = 0;
  let candidate: number | undefined;
  /** A cell may have been ended by the first quotes of another row: what was remembered stays. */
  let isPinned = false;
  let isBroken = false;
  /** It is not likely that what seems to be quoted is: the row ends before a line that looks like one. */
  let isLost = false;
  let isTooLong = false;
  let isCut = false;
  let run: Run = "other";
  let runEnd = 0;
  /** The line within quotes looks like a row. */
  let isInStart = false;
  let isOdd = false;
  let byteBefore = LINE_END;

  function begin(at: number, isForced: boolean): number {
    state = "cell";
    start = place = at;
    cells = 0;
    candidate = undefined;
    isPinned = isBroken = isLost = isTooLong = false;
    isCut = isForced;
    return at;
  }

  function breakOff(): number | undefined {
    return candidate === undefined ? undefined : begin(candidate, true);
  }

  /** Passes over the text of a cell, up to its line end, or the quote that may end it. */
  function skipText(bytes: Uint8Array, limit: number): void {
    let at = place;
    while (at < limit) {
      const byte = bytes[at];
      if (byte === LINE_END) break;
      if (byte === QUOTE) {
        if (at !== runEnd) run = isFirst(at === 0 ? byteBefore : bytes[at - 1]) ? "first" : "other";
        if (bytes[at + 1] !== QUOTE) break;
        runEnd = at += 2;
      } else at++;
    }
    place = at;
  }

  function skip(bytes: Uint8Array, limit: number): void {
    if (state === "quoted") skipText(bytes, limit);
    else if (state === "bare") while (place < limit && (bytes[place] ?? 0) > COMMA) place++;
  }

  function stepWithin(bytes: Uint8Array, isLast: boolean): number | undefined {
    if (bytes[place] === QUOTE) {
      state = "behind";
      place++;
      return undefined;
    }
    if (isTooLong) return begin(place + 1, true);
    const isStart = isRowStart(bytes, place + 1, isLast);
    if (isStart === undefined) return MORE;
    place++;
    isInStart = isStart;
    if (!isStart) return undefined;
    if (isLost) return begin(place, true);
    candidate ??= place;
    return undefined;
  }

  function stepBehind(byte: number): number | undefined {
    if (byte === QUOTE && state === "behind") {
      state = "quoted";
      runEnd = ++place;
    } else if (byte === RETURN && state === "behind") {
      state = "return";
      place++;
    } else if (byte === LINE_END || (byte === COMMA && state === "behind")) {
      if (run !== "first" || !isInStart) candidate = isPinned ? candidate : undefined;
      else if (candidate !== undefined) {
        isPinned = true;
        isBroken ||= JSON_CELLS.has(cells);
      }
      state = "bare";
    } else {
      const end = breakOff();
      if (end !== undefined) return end;
      isBroken = true;
      isLost ||= run === "own";
      // A quote that opens a cell of another row, or one too many: what follows is quoted.
      state = "quoted";
    }
    return undefined;
  }

  function stepOutside(byte: number): number | undefined {
    if (byte === LINE_END) {
      const isRow = !isBroken && cells + 1 === columns;
      return (isRow ? undefined : breakOff()) ?? begin(place + 1, false);
    }
    if (byte === QUOTE && state === "bare") return stepStray(byte);
    place++;
    if (byte === COMMA) {
      state = "cell";
      cells++;
      return cells < columns ? undefined : breakOff();
    }
    state = byte === QUOTE ? "quoted" : "bare";
    if (byte === QUOTE) {
      run = "own";
      runEnd = place;
      isInStart = false;
    }
    return undefined;
  }

  function stepStray(byte: number): number | undefined {
    const isFirstOne = state === "bare";
    if (byte === QUOTE) {
      place++;
      isOdd = isFirstOne || !isOdd;
      isBroken = true;
      state = "stray";
      return isFirstOne ? breakOff() : undefined;
    }
    const isEnd = byte === COMMA || byte === LINE_END || byte === RETURN;
    // The rest of a quoted cell ends like this; what is quoted is known again.
    state = isOdd && isEnd ? "bare" : "quoted";
    isLost ||= !isOdd;
    return undefined;
  }

  function step(bytes: Uint8Array, isLast: boolean): number | undefined {
    const byte = bytes[place] ?? 0;
    switch (state) {
      case "quoted":
        return stepWithin(bytes, isLast);
      case "behind":
      case "return":
        return stepBehind(byte);
      case "stray":
        return stepStray(byte);
      default:
        return stepOutside(byte);
    }
  }

  return {
    next(bytes, at, isLast) {
      place = at;
      for (let end: number | undefined; end === undefined;) {
        const limit = isTooLong ? Infinity : start + MAX_ROW_BYTES;
        skip(bytes, Math.min(bytes.length, limit));
        if (place >= bytes.length) return MORE;
        if (place < limit) end = step(bytes, isLast);
        else {
          end = breakOff();
          isTooLong = end === undefined;
        }
        if (end !== undefined) return end;
      }
      return MORE;
    },
    stopped: () => place,
    candidate: () => candidate,
    breakOff,
    isCut: () => isCut,
    moved(by, before = byteBefore) {
      start -= by;
      place -= by;
      runEnd -= by;
      byteBefore = before;
      if (candidate !== undefined) candidate -= by;
    },
  };
}

function isFirst(byte: number | undefined): boolean {
  return byte === COMMA || byte === LINE_END;
}
