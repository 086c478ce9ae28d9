import { isUtf8 } from "node:buffer";
import { type Column, COLUMNS } from "./columns.ts";

/**
 * Finds the columns of a journal line without parsing it: the views go through every line of every
 * journal, and most of what they need of it are bytes.
 */
export interface LineScanner {
  /**
   * Looks at one line.
   *
   * @returns false where it is not exactly what `encodeJsonLine` writes of a record without a
   * resource: whoever asks parses it then, which tells whether it is a record at all.
   */
  readonly scan: (bytes: Uint8Array, start: number, end: number) => boolean;
  /** First byte of the value of a column of the last line; -1 where it has none. */
  readonly startOf: (column: number) => number;
  /** The byte behind it. */
  readonly endOf: (column: number) => number;
  /** Whether the value is a text with a backslash in it: its bytes are not its characters. */
  readonly isEscaped: (column: number) => boolean;
  /** Whether the value has a comma in it. */
  readonly hasComma: (column: number) => boolean;
}

/** The place of a column in {@link COLUMNS}. */
export function columnAt(column: Column): number {
  return COLUMNS.indexOf(column);
}

const KEYS: readonly Uint8Array[] = COLUMNS.map((column) => Buffer.from(`"${column}":`));
const [DETAILS, ERROR, STATUS, SEQUENCE, DURATION, ATTRIBUTES] = (
  ["details", "error", "status", "sequence", "duration_ms", "attributes"] as const
).map(columnAt);
const REQUIRED: ReadonlySet<number> = new Set(
  (
    [
      "timestamp",
      "action_type",
      "status",
      "details",
      "error",
      "record_id",
      "stream",
      "sequence",
      "kind",
      "attributes",
    ] as const
  ).map(columnAt),
);
const SUCCESS = Buffer.from('"success"');
const FAILED = Buffer.from('"failed"');
const TRUE = Buffer.from("true");
const FALSE = Buffer.from("false");
const NULL = Buffer.from("null");
const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const OPEN_MAP = 0x7b;
const CLOSE_MAP = 0x7d;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
/** What may follow a backslash, `u` apart. */
const ESCAPES: ReadonlySet<number> = new Set(Buffer.from('"\\/bfnrt'));
const PLAIN = 0;
const CONTROL = 1;
const HIGH = 0x80;
/** What a byte of a text is: most of them say nothing but themselves. */
const MEANING: Uint8Array = new Uint8Array(256).fill(CONTROL, 0, 0x20).fill(HIGH, HIGH);
for (const byte of [QUOTE, COMMA, BACKSLASH]) MEANING[byte] = byte;
/** Digits of an integer that is exact as a number. */
const SAFE_DIGITS = 15;
/** Deeper values are left to the parser. */
const MAX_DEPTH = 100;
const NO = -1;

/** Creates a scanner; it holds what it found in its last line, and nothing of the line. */
export function createLineScanner(): LineScanner {
  const starts = new Int32Array(COLUMNS.length);
  const ends = new Int32Array(COLUMNS.length);
  const escaped = new Uint8Array(COLUMNS.length);
  const commas = new Uint8Array(COLUMNS.length);
  let bytes: Uint8Array = new Uint8Array();
  let limit = 0;
  let isEscapeSeen = false;
  let isCommaSeen = false;
  let isHighSeen = false;

  // Each of these takes the place of a value and gives the place behind it, or NO.

  function word(at: number, expected: Uint8Array): number {
    if (at + expected.length > limit) return NO;
    for (let index = 0; index < expected.length; index++)
      if (bytes[at + index] !== expected[index]) return NO;
    return at + expected.length;
  }

  function text(from: number): number {
    if (bytes[from] !== QUOTE) return NO;
    for (let at = from + 1; at < limit; at++) {
      const meaning = MEANING[bytes[at] ?? 0];
      if (meaning === PLAIN) continue;
      if (meaning === QUOTE) return at + 1;
      if (meaning === COMMA) isCommaSeen = true;
      else if (meaning === HIGH) isHighSeen = true;
      else if (meaning === BACKSLASH) {
        isEscapeSeen = true;
        at = escape(at + 1);
        if (at === NO) return NO;
      } else return NO;
    }
    return NO;
  }

  /** Gives the last byte of an escape, not the one behind it. */
  function escape(at: number): number {
    if (ESCAPES.has(bytes[at] ?? 0)) return at;
    if (bytes[at] !== 0x75) return NO;
    for (let digit = at + 1; digit <= at + 4; digit++) if (!isHex(bytes[digit] ?? 0)) return NO;
    return at + 4;
  }

  function digits(from: number): number {
    let at = from;
    while (at < limit && isDigit(bytes[at] ?? 0)) at++;
    return at > from ? at : NO;
  }

  function number(from: number): number {
    const first = bytes[from] === 0x2d ? from + 1 : from;
    let at = bytes[first] === 0x30 ? first + 1 : digits(first);
    if (at !== NO && bytes[at] === 0x2e) at = digits(at + 1);
    const exponent = at === NO ? 0 : bytes[at];
    if (exponent !== 0x65 && exponent !== 0x45) return at;
    const sign = bytes[at + 1];
    return digits(sign === 0x2b || sign === 0x2d ? at + 2 : at + 1);
  }

  function value(at: number, depth: number): number {
    if (depth > MAX_DEPTH) return NO;
    switch (bytes[at]) {
      case QUOTE:
        return text(at);
      case OPEN_MAP:
        return map(at, depth, value);
      case OPEN_LIST:
        return list(at, depth, value);
      case 0x74:
        return word(at, TRUE);
      case 0x66:
        return word(at, FALSE);
      case 0x6e:
        return word(at, NULL);
      default:
        return number(at);
    }
  }

  /** Scalars, and lists of texts. */
  function attribute(at: number, depth: number): number {
    switch (bytes[at]) {
      case OPEN_MAP:
      case 0x6e:
        return NO;
      case OPEN_LIST:
        return list(at, depth, text);
      default:
        return value(at, depth);
    }
  }

  function map(from: number, depth: number, item: typeof value): number {
    if (bytes[from] !== OPEN_MAP) return NO;
    if (bytes[from + 1] === CLOSE_MAP) return from + 2;
    for (let at = from + 1; ; at++) {
      at = text(at);
      if (at === NO || bytes[at] !== COLON) return NO;
      at = item(at + 1, depth + 1);
      if (at === NO) return NO;
      if (bytes[at] === CLOSE_MAP) return at + 1;
      if (bytes[at] !== COMMA) return NO;
    }
  }

  function list(from: number, depth: number, item: typeof value): number {
    if (bytes[from + 1] === CLOSE_LIST) return from + 2;
    for (let at = from + 1; ; at++) {
      at = item(at, depth + 1);
      if (at === NO) return NO;
      if (bytes[at] === CLOSE_LIST) return at + 1;
      if (bytes[at] !== COMMA) return NO;
    }
  }

  function columnValue(column: number, at: number): number {
    switch (column) {
      case DETAILS:
        return map(at, 0, value);
      case ATTRIBUTES:
        return map(at, 0, attribute);
      case ERROR:
        return bytes[at] === QUOTE ? text(at) : word(at, NULL);
      case STATUS:
        return Math.max(word(at, SUCCESS), word(at, FAILED));
      case SEQUENCE: {
        const end = digits(bytes[at] === 0x30 ? NO : at);
        return end - at > SAFE_DIGITS ? NO : end;
      }
      case DURATION:
        return number(at);
      default:
        return text(at);
    }
  }

  function scanColumns(from: number): number {
    let at = from;
    for (let column = 0; column < COLUMNS.length; column++) {
      starts[column] = NO;
      const start = word(at, KEYS[column] ?? NULL);
      if (start === NO) {
        if (REQUIRED.has(column)) return NO;
        continue;
      }
      isEscapeSeen = false;
      isCommaSeen = false;
      at = columnValue(column, start);
      if (at === NO) return NO;
      starts[column] = start;
      ends[column] = at;
      escaped[column] = isEscapeSeen ? 1 : 0;
      commas[column] = isCommaSeen ? 1 : 0;
      if (column === ATTRIBUTES) return at;
      if (bytes[at++] !== COMMA) return NO;
    }
    return NO;
  }

  return {
    scan(line, start, end) {
      bytes = line;
      limit = end;
      isHighSeen = false;
      if (bytes[start] !== OPEN_MAP) return false;
      const at = scanColumns(start + 1);
      if (at === NO || at !== end - 1 || bytes[at] !== CLOSE_MAP) return false;
      return !isHighSeen || isUtf8(line.subarray(start, end));
    },
    startOf: (column) => starts[column] ?? NO,
    endOf: (column) => ends[column] ?? NO,
    isEscaped: (column) => escaped[column] === 1,
    hasComma: (column) => commas[column] === 1,
  };
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

function isHex(byte: number): boolean {
  return isDigit(byte) || (byte >= 0x41 && byte <= 0x46) || (byte >= 0x61 && byte <= 0x66);
}
