import { COLUMNS } from "./columns.ts";
import { encodeCsvCell, encodeFlatCsvRow, MAY_BE_FORMULA } from "./csv-row.ts";
import { parseFlatLine } from "./json-line.ts";
import { columnAt, createLineScanner } from "./line-scan.ts";

/** Makes CSV rows of journal lines, in memory of its own. */
export interface CsvRows {
  /**
   * Adds the row of one line.
   *
   * @throws {AuditError} `unreadable` when it is no record.
   */
  readonly add: (line: Uint8Array, start: number, end: number) => void;
  /** The rows since the last call. They are good until the next line is added. */
  readonly take: () => Uint8Array;
}

/** Rows of a whole round fit, unless it has much to quote. */
const FIRST_BYTES = 4 * 1024 * 1024;
/** Beyond its bytes, each of which may have to be doubled, a cell has two quotes, a guard and a comma. */
const CELL_BYTES = 4;
const QUOTE = 0x22;
const COMMA = 0x2c;
const LINE_END = 0x0a;
const MAPS: ReadonlySet<number> = new Set((["details", "attributes"] as const).map(columnAt));
const EMPTY_MAP_BYTES = 2;
const NULL_START = 0x6e;

/** Creates one without rows. */
export function createCsvRows(): CsvRows {
  const scanner = createLineScanner();
  let out = Buffer.allocUnsafe(0);
  let size = 0;

  function reserve(bytes: number): void {
    if (out.length >= size + bytes) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(FIRST_BYTES, (size + bytes) * 2));
    out.copy(larger, 0, 0, size);
    out = larger;
  }

  function copy(line: Uint8Array, start: number, end: number): void {
    for (let at = start; at < end; at++) out[size++] = line[at] ?? 0;
  }

  function quoteMap(line: Uint8Array, start: number, end: number): void {
    out[size++] = QUOTE;
    for (let at = start; at < end; at++) {
      const byte = line[at] ?? 0;
      out[size++] = byte;
      if (byte === QUOTE) out[size++] = QUOTE;
    }
    out[size++] = QUOTE;
  }

  /** What {@link encodeCsvCell} would give of the value. */
  function addCell(line: Uint8Array, column: number): void {
    const start = scanner.startOf(column);
    const end = scanner.endOf(column);
    const first = start < 0 ? NULL_START : line[start];
    if (first === NULL_START) return;
    if (MAPS.has(column)) {
      if (end - start === EMPTY_MAP_BYTES) copy(line, start, end);
      else quoteMap(line, start, end);
    } else if (first !== QUOTE) {
      copy(line, start, end);
    } else if (scanner.isEscaped(column) || MAY_BE_FORMULA.has(line[start + 1] ?? 0)) {
      const text = Buffer.from(line.buffer, line.byteOffset + start, end - start).toString();
      size += out.write(encodeCsvCell(JSON.parse(text) as string), size);
    } else {
      const isQuoted = scanner.hasComma(column);
      copy(line, isQuoted ? start : start + 1, isQuoted ? end : end - 1);
    }
  }

  return {
    add(line, start, end) {
      if (!scanner.scan(line, start, end)) {
        const text = Buffer.from(line.buffer, line.byteOffset + start, end - start).toString();
        const row = encodeFlatCsvRow(parseFlatLine(text));
        reserve(Buffer.byteLength(row));
        size += out.write(row, size);
        return;
      }
      reserve(2 * (end - start) + COLUMNS.length * CELL_BYTES);
      for (let column = 0; column < COLUMNS.length; column++) {
        if (column > 0) out[size++] = COMMA;
        addCell(line, column);
      }
      out[size++] = LINE_END;
    },
    take() {
      const rows = out.subarray(0, size);
      size = 0;
      return rows;
    },
  };
}
