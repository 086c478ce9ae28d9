/**
 * The bytes of a JSON array that is written newest first, and grows at its front.
 *
 * In: items, in the order in which they came. Out: the file, from pieces that are ready to be
 * written, so that rewriting it costs a copy and no encoding.
 */

/** An item: the bytes from `start` to `end`. */
export interface Item {
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
}

/** What stands around and between the items. */
export interface Frame {
  readonly open: string;
  readonly between: string;
  readonly close: string;
  /** The file of no item at all. */
  readonly empty: string;
}

/** The items of one file. */
export interface NewestFirst {
  /** Puts items in front of those that are there; they are copied. */
  readonly add: (items: readonly Item[]) => void;
  /** Bytes of all items and what stands between them. */
  readonly size: () => number;
  /** The file, in pieces. */
  readonly file: () => Iterable<string | Uint8Array>;
  /** What is there now stands in the file. */
  readonly written: () => void;
  /** Drops what stands in the file; what was added since stays. */
  readonly dropWritten: () => void;
  readonly clear: () => void;
}

/** Pieces that are as large are not joined any more: each is written by a call of its own. */
const LARGE_PIECE_BYTES = 256 * 1024;

/** Creates one without items. */
export function createNewestFirst(frame: Frame): NewestFirst {
  const between = Buffer.from(frame.between);
  /** Oldest first; in each the newest item stands first. */
  let pieces: Buffer[] = [];
  let size = 0;
  /** So many of the pieces stand in the file: newer ones are not joined with them. */
  let writtenCount = 0;

  function pieceOf(items: readonly Item[]): Buffer {
    let length = (items.length - 1) * between.length;
    for (const { start, end } of items) length += end - start;
    const piece = Buffer.allocUnsafeSlow(length);
    let at = 0;
    for (const { bytes, start, end } of items.toReversed()) {
      if (at > 0) at += between.copy(piece, at);
      at += bytes.copy(piece, at, start, end);
    }
    return piece;
  }

  /** Few pieces, whatever came at once: below a size, each is twice as large as the next newer one. */
  function join(): void {
    for (;;) {
      const [older, newer] = pieces.slice(-2);
      if (older === undefined || newer === undefined || pieces.length < writtenCount + 2) return;
      if (older.length >= Math.min(2 * newer.length, LARGE_PIECE_BYTES)) return;
      pieces.splice(-2, 2, Buffer.concat([newer, between, older]));
    }
  }

  function* file(): Generator<string | Uint8Array> {
    if (pieces.length === 0) {
      yield frame.empty;
      return;
    }
    yield frame.open;
    for (let at = pieces.length - 1; at >= 0; at--) {
      yield pieces[at] ?? between;
      if (at > 0) yield between;
    }
    yield frame.close;
  }

  return {
    add(items) {
      if (items.length === 0) return;
      const piece = pieceOf(items);
      if (pieces.length > 0) size += between.length;
      size += piece.length;
      pieces.push(piece);
      join();
    },
    size: () => size,
    written() {
      const all = pieces;
      [pieces, writtenCount] = [[], 0];
      for (const piece of all) {
        pieces.push(piece);
        join();
      }
      writtenCount = pieces.length;
    },
    dropWritten() {
      pieces = pieces.slice(writtenCount);
      writtenCount = 0;
      size = pieces.reduce((sum, { length }) => sum + length + between.length, 0);
      if (pieces.length > 0) size -= between.length;
    },
    file,
    clear() {
      pieces = [];
      size = 0;
      writtenCount = 0;
    },
  };
}
