/**
 * Rows in an order, however many there are.
 *
 * In: rows, in any order. Out: those that come first. What memory should not hold is sorted and put by, piece
 * by piece, compressed, into a file without a name; at the end the pieces are merged (Knuth, The Art of
 * Computer Programming, volume 3, 5.4: external sorting).
 */
import { readSync } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { AuditError, messageOf } from "../../lib/errors.ts";
import { firstWhere } from "../../lib/first-where.ts";
import { zlib } from "../../lib/late-packages.ts";
import { namelessFile } from "../../lib/nameless-file.ts";
import { before } from "./order.ts";
import type { Order, ScannedRow } from "./scanned-block.ts";

/** What an order goes by, and the record. */
export type SortedRow = Pick<ScannedRow, "time" | "stream" | "sequence" | "text">;

/** Collects rows. */
export interface SortedRows {
  readonly add: (row: SortedRow) => void;
  /**
   * Puts by what memory should not hold; called now and then.
   *
   * @throws {AuditError} as a rejection: `unreadable` where there is no room.
   */
  readonly makeRoom: () => Promise<void>;
  /** Those that come first, in their order; once. */
  readonly end: () => Iterable<SortedRow>;
}

/** How rows are sorted. */
export interface SortingOptions {
  readonly order: Order;
  /** Default: all. */
  readonly limit?: number | undefined;
  /** Where there is room for what memory should not hold; absent: memory holds everything. */
  readonly directory?: string | undefined;
  /** Characters of records that memory holds. Default 24 Mi. */
  readonly heldChars?: number | undefined;
}

const HELD_CHARS = 24 * 1024 * 1024;
/** Of each piece so much is unpacked at a time. */
const BATCH_CHARS = 64 * 1024;

/** Where a batch of rows stands in the file. */
interface Batch {
  readonly at: number;
  readonly bytes: number;
}

/** Creates a collection that is empty. */
export function createSortedRows(options: SortingOptions): SortedRows {
  const { order, limit = Infinity, directory, heldChars = HELD_CHARS } = options;
  const isBefore = before(order);
  const pieces: (readonly Batch[])[] = [];
  let file: FileHandle | undefined;
  let written = 0;
  let rows: SortedRow[] = [];
  let chars = 0;

  /** A limit that is small leaves few. */
  function shrink(): void {
    // What is read first stands first already.
    if (order !== "read") rows.sort(isBefore);
    if (rows.length <= limit) return;
    rows = rows.slice(0, limit);
    chars = rows.reduce((sum, { text }) => sum + text.length, 0);
  }

  async function putBy(into: string): Promise<void> {
    const batches: Batch[] = [];
    file ??= await namelessFile(into);
    for (const text of batchesOf(rows)) {
      const packed = zlib().zstdCompressSync(text);
      await file.writeFile(packed);
      batches.push({ at: written, bytes: packed.length });
      written += packed.length;
    }
    pieces.push(batches);
    rows = [];
    chars = 0;
  }

  return {
    add(row) {
      rows.push(row);
      chars += row.text.length;
      if (rows.length >= 2 * limit + 1000) shrink();
    },
    async makeRoom() {
      if (chars <= heldChars || directory === undefined) return;
      shrink();
      if (chars <= heldChars / 2) return;
      try {
        await putBy(directory);
      } catch (error) {
        throw noRoom(directory, error);
      }
    },
    end() {
      shrink();
      if (file === undefined) return rows;
      const { fd } = file;
      const all = [...pieces.map((batches) => unpacked(fd, batches)), rows.values()];
      return closing(file, first(limit, order === "read" ? inTurn(all) : merged(all, isBefore)));
    },
  };
}

function noRoom(directory: string, cause: unknown): AuditError {
  return new AuditError(
    "unreadable",
    `cannot put by in ${directory} what is to be sorted and is more than memory should hold: ${messageOf(cause)}; set TMPDIR to a directory with room, ask for fewer (--limit, --since), or take otel-audit export, which sorts nothing`,
    { cause },
  );
}

/** Two lines for each row. No record has a line end in its text. */
function* batchesOf(rows: readonly SortedRow[]): Generator<string> {
  let lines: string[] = [];
  let chars = 0;
  for (const { time, stream, sequence, text } of rows) {
    lines.push(JSON.stringify([time, stream, sequence]), text);
    chars += text.length;
    if (chars < BATCH_CHARS) continue;
    yield lines.join("\n");
    lines = [];
    chars = 0;
  }
  if (lines.length > 0) yield lines.join("\n");
}

function* unpacked(fd: number, batches: readonly Batch[]): Generator<SortedRow> {
  for (const { at, bytes } of batches) {
    const packed = Buffer.alloc(bytes);
    for (let got = 0; got < bytes;) {
      const more = readSync(fd, packed, got, bytes - got, at + got);
      if (more === 0) throw new RangeError("a file that this process alone has was cut");
      got += more;
    }
    const lines = zlib().zstdDecompressSync(packed).toString().split("\n");
    for (let line = 0; line < lines.length; line += 2) {
      const [place = "", text = ""] = lines.slice(line, line + 2);
      const [time, stream, sequence] = JSON.parse(place) as [string, string, number];
      yield { time, stream, sequence, text };
    }
  }
}

function* inTurn(pieces: readonly Iterator<SortedRow>[]): Generator<SortedRow> {
  for (const piece of pieces) {
    for (let next = piece.next(); next.done !== true; next = piece.next()) yield next.value;
  }
}

interface Head {
  readonly row: SortedRow;
  readonly piece: Iterator<SortedRow>;
  /** The number of the piece: of equal rows that which came first. */
  readonly at: number;
}

/** Of the pieces, whose rows are sorted, all rows as they follow each other. */
function* merged(
  pieces: readonly Iterator<SortedRow>[],
  isBefore: (left: SortedRow, right: SortedRow) => number,
): Generator<SortedRow> {
  /** The piece whose next row comes first stands last. */
  const heads: Head[] = [];
  const put = (piece: Iterator<SortedRow>, at: number): void => {
    const next = piece.next();
    if (next.done === true) return;
    const row = next.value;
    const place = firstWhere(heads, (other) => (isBefore(other.row, row) || other.at - at) <= 0);
    heads.splice(place, 0, { row, piece, at });
  };
  pieces.forEach(put);
  for (let head = heads.pop(); head !== undefined; head = heads.pop()) {
    yield head.row;
    put(head.piece, head.at);
  }
}

/** Whoever leaves the loop closes the file, too. */
function* closing(file: FileHandle, rows: Iterable<SortedRow>): Generator<SortedRow> {
  try {
    yield* rows;
  } finally {
    // Nothing is written to it any more.
    file.close().catch(() => {});
  }
}

function* first(count: number, rows: Iterable<SortedRow>): Generator<SortedRow> {
  let left = count;
  for (const row of rows) {
    if (left-- <= 0) return;
    yield row;
  }
}
