/**
 * Finds where JSON objects end in bytes, without parsing them: one behind the other, with or without
 * commas and line ends between them, inside of one `[` or not.
 *
 * Counts on the way what a parser hides: how many names there are (a name that stands twice is lost),
 * how deep it goes, and whether a number has more digits than survive.
 */
export interface ElementScanner {
  /**
   * Goes on at a byte, which may be in another array than the one before.
   *
   * @returns the index behind the object that ends first; -1 where none ends before `to`.
   */
  readonly next: (bytes: Uint8Array, from: number, to: number) => number;
  /** Forgets an object that has begun. */
  readonly restart: () => void;
  /** Whether an object has begun and not ended. */
  readonly isOpen: () => boolean;
  /** Where the last object begins, in the bytes in which it begins. */
  readonly start: () => number;
  /** False: what ended is no whole object, but goes up to where one can be again. */
  readonly isWhole: () => boolean;
  /** Lists that are open around the objects. */
  readonly openLists: () => number;
  readonly shape: () => JsonShape;
}

/** What a text has that its parsed value may not show. */
export interface JsonShape {
  readonly names: number;
  readonly depth: number;
  /** Whether there is a number with an exponent, or with more than 15 digits. */
  readonly hasOddNumber: boolean;
}

const BACKSLASH = 0x5c;
const LINE_END = 0x0a;
const OPEN_MAP = 0x7b;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const COMMA = 0x2c;
const SPACE = 0x20;
/** What may stand around an object: white space, commas, and the brackets of a list. */
export const AROUND: ReadonlySet<number> = new Set(new TextEncoder().encode(" \t\r\n,[]"));
/** The smaller of `E` and `e`. */
const EXPONENT = 0x45;
/** Each number of so many digits is told apart from every other. */
const SAFE_DIGITS = 15;
const NONE = -1;

const OTHER = 0;
const OF_TEXT = 1;
const OF_NAME = 2;
const OF_COMMA = 3;
const OF_OPENING = 4;
const OF_CLOSING = 5;
const OF_NUMBER = 6;
/** What each byte is outside of texts: of the loop over all bytes, this is what takes the time. */
const KINDS = kindsOf({
  '"': OF_TEXT,
  ":": OF_NAME,
  ",": OF_COMMA,
  "{[": OF_OPENING,
  "}]": OF_CLOSING,
  "0123456789eE": OF_NUMBER,
});
/** Bytes of a text that need a look. */
const STOPS = kindsOf({ '"\\\n': 1 });

function kindsOf(kinds: Readonly<Record<string, number>>): Uint8Array {
  const table = new Uint8Array(256);
  for (const [characters, kind] of Object.entries(kinds))
    for (const character of characters) table[character.charCodeAt(0)] = kind;
  return table;
}

/**
 * The place of the quote that ends a text, or of a line end, which no text can have; `to` where neither
 * is there, `to + 1` where a backslash is the last byte.
 */
function endOfText(bytes: Uint8Array, from: number, to: number): number {
  let at = from;
  while (at < to) {
    const byte = bytes[at] ?? 0;
    if (STOPS[byte] === 0) at++;
    else if (byte !== BACKSLASH) return at;
    else at += bytes[at + 1] === LINE_END ? 1 : 2;
  }
  return at;
}

/** Creates one that stands between two objects. */
export function createElementScanner(): ElementScanner {
  let isOpen = false;
  let isWhole = true;
  let isJunk = false;
  let isText = false;
  let isEscape = false;
  let isLineStart = true;
  let start = 0;
  let lists = 0;
  let depth = 0;
  let deepest = 0;
  let names = 0;
  let digits = 0;
  let isOdd = false;

  function begin(bytes: Uint8Array, from: number, to: number): number {
    for (let at = from; at < to; at++) {
      const byte = bytes[at] ?? 0;
      if (byte === OPEN_LIST) lists++;
      else if (byte === CLOSE_LIST) lists--;
      else if (byte > SPACE && byte !== COMMA) {
        start = at;
        isOpen = true;
        isJunk = byte !== OPEN_MAP;
        isText = isEscape = isOdd = isLineStart = false;
        depth = deepest = names = digits = 0;
        return at;
      }
    }
    return NONE;
  }

  function end(at: number, whole: boolean): number {
    isOpen = false;
    isWhole = whole;
    return at;
  }

  /** What is no object goes up to the end of its line, or to the next object. */
  function junk(bytes: Uint8Array, from: number, to: number): number {
    for (let at = from; at < to; at++)
      if (bytes[at] === LINE_END || bytes[at] === OPEN_MAP) return end(at, false);
    return NONE;
  }

  function object(bytes: Uint8Array, from: number, to: number): number {
    let at = from;
    if (isText) {
      // The chunk before ended within a text, maybe between a backslash and what it escapes.
      at = endOfText(bytes, isEscape && bytes[at] !== LINE_END ? at + 1 : at, to);
      if (at < to && bytes[at] === LINE_END) return end(at, false);
      isText = at >= to;
      isEscape = at > to;
      at++;
    }
    // Locals: this loop goes over every byte of every file.
    let [inner, found, run, isFirst] = [depth, names, digits, isLineStart];
    let result = NONE;
    while (at < to) {
      const byte = bytes[at] ?? 0;
      const kind = KINDS[byte] ?? OTHER;
      if (kind === OF_TEXT) {
        at = endOfText(bytes, at + 1, to);
        if (at >= to) {
          isText = true;
          isEscape = at > to;
          break;
        }
        if (bytes[at] === LINE_END) {
          result = end(at, false);
          break;
        }
      } else if (kind === OF_NAME) {
        found++;
        run = 0;
      } else if (kind === OF_OPENING) {
        // Nothing inside of an object begins a line like this: the one before was cut.
        if (isFirst && byte === OPEN_MAP) {
          result = end(at, false);
          break;
        }
        if (++inner > deepest) deepest = inner;
        run = 0;
      } else if (kind === OF_CLOSING) {
        if (--inner === 0) {
          result = end(at + 1, true);
          break;
        }
      } else if (kind === OF_NUMBER) {
        if (byte >= EXPONENT ? run > 0 : ++run > SAFE_DIGITS) isOdd = true;
      } else if (kind === OF_COMMA) run = 0;
      isFirst = byte === LINE_END;
      at++;
    }
    [depth, names, digits, isLineStart] = [inner, found, run, isFirst];
    return result;
  }

  return {
    next(bytes, from, to) {
      const at = isOpen ? from : begin(bytes, from, to);
      if (at === NONE) return NONE;
      return isJunk ? junk(bytes, at, to) : object(bytes, at, to);
    },
    restart() {
      isOpen = false;
    },
    isOpen: () => isOpen,
    start: () => start,
    isWhole: () => isWhole,
    openLists: () => lists,
    shape: () => ({ names, depth: deepest, hasOddNumber: isOdd }),
  };
}

/** What a scanner sees of one text. */
export function shapeOf({
  bytes,
  start,
  end,
}: {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
}): JsonShape {
  const scanner = createElementScanner();
  scanner.next(bytes, start, end);
  return scanner.shape();
}
