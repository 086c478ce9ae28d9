/**
 * Cuts the bytes of a file into blocks.
 *
 * In: chunks, as they are read. Out: blocks of about a size that end at borders between records, and
 * what is no record because it is too long; of that nothing is kept.
 */
import { type Block, type FileProblem, type Form } from "./block.ts";
import { type BorderFinder, createBorderFinder } from "./borders.ts";
import { AROUND } from "./element-scanner.ts";
import { type FiveView, formOf, HEAD_BYTES } from "./form.ts";

/** Sizes of what is cut. */
export interface BlockOptions {
  /** A block is cut at the first chance beyond so many bytes. Default 1 MiB. */
  readonly blockBytes?: number | undefined;
  /**
   * A line, or a record, that is longer by a chunk or more is a problem, and is passed over; whether one
   * between is depends on where the chunks end. Default 64 MiB.
   */
  readonly maxLineBytes?: number | undefined;
  /** Where it is known already. Default: it is told by the first 256 KiB. */
  readonly form?: Form | FiveView | undefined;
}

/** The cutter of one file. */
export interface BlockCutter {
  /** The next bytes; they are copied, and may be overwritten after the last item was taken. */
  readonly push: (chunk: Uint8Array) => Iterable<Block | FileProblem>;
  /** There are no more bytes. */
  readonly end: () => Iterable<Block | FileProblem>;
  /** Whether it was seen that the file holds no records: nothing more comes. */
  readonly isRefused: () => boolean;
}

const WITHOUT_IDS =
  "it is a view of five columns, which holds no record ids: read the journal that it was made from";
const MEBIBYTE = 1024 * 1024;
const LINE_END = 0x0a;

/** Begins a file. */
export function createBlockCutter(file: string, options: BlockOptions = {}): BlockCutter {
  const { blockBytes = MEBIBYTE, maxLineBytes = 64 * MEBIBYTE, form: known } = options;
  const kept = createKeptBytes();
  let form: Form | undefined;
  let finder: BorderFinder | undefined;
  let isRefused = false;
  let isWithoutIds = false;
  /** Passing over what is too long, since this line. */
  let skippedLine: number | undefined;
  let line = 1;
  /** Bytes that were kept up to the last border. */
  let border = 0;

  function problem(message: string, at: number): FileProblem {
    return { kind: "problem", message, line: at, file };
  }

  function take(size: number, isEnded: boolean, of: Form): Block {
    const { bytes, lines } = kept.take(size);
    const only = isWithoutIds ? { isWithoutIds } : {};
    const block: Block = { file, form: of, firstLine: line, bytes, isEnded, ...only };
    line += lines;
    border -= size;
    return block;
  }

  function* add(
    chunk: Uint8Array,
    of: Form,
    borders: BorderFinder,
  ): Generator<Block | FileProblem> {
    const { first, last } = borders.look(chunk);
    let rest = chunk;
    if (skippedLine !== undefined) {
      const end = first ?? chunk.length;
      line += linesIn(chunk.subarray(0, end));
      if (first === undefined) return;
      yield tooLong(skippedLine);
      skippedLine = undefined;
      rest = chunk.subarray(end);
    }
    const size = kept.size() + rest.length;
    if (last !== undefined) border = size - (chunk.length - last);
    kept.add(rest);
    if (border >= blockBytes || (border > 0 && size - border > maxLineBytes))
      yield take(border, true, of);
    if (kept.size() - border <= maxLineBytes) return;
    skippedLine = line + linesBefore(kept.first());
    line += kept.drop();
  }

  function tooLong(at: number): FileProblem {
    return problem(`longer than ${maxLineBytes} bytes: passed over`, at);
  }

  /** Looks at the first bytes once there are enough of them. */
  function* begin(): Generator<Block | FileProblem> {
    const { bytes: head, lines } = kept.take(kept.size());
    const found = known ?? formOf(head);
    if (found === undefined) line += lines;
    if (found === undefined) return;
    if (typeof found !== "string" && found.kind === "problem") {
      isRefused = true;
      yield { ...found, line: 1, file };
      return;
    }
    isWithoutIds = typeof found !== "string";
    if (isWithoutIds) yield { ...problem(WITHOUT_IDS, 1), isWithoutIds };
    form = typeof found === "string" ? found : found.form;
    finder = createBorderFinder(form, { isWithoutIds });
    yield* add(head, form, finder);
  }

  return {
    *push(chunk) {
      if (isRefused) return;
      if (form !== undefined && finder !== undefined) yield* add(chunk, form, finder);
      else {
        kept.add(chunk);
        if (known !== undefined || kept.size() >= HEAD_BYTES) yield* begin();
      }
      kept.keep();
    },
    *end() {
      if (form === undefined && !isRefused) yield* begin();
      if (form === undefined) return;
      if (skippedLine !== undefined) yield tooLong(skippedLine);
      else if (kept.size() > 0) {
        // A line end within quotes ends no row.
        const isEnded = form === "csv" ? border === kept.size() : kept.lastByte() === LINE_END;
        yield take(kept.size(), isEnded, form);
      }
      const message = finder?.end();
      if (message !== undefined) yield problem(message, line);
    },
    isRefused: () => isRefused,
  };
}

/** Bytes in the order in which they came. */
interface KeptBytes {
  /** They must not change until they were taken, or `keep` was called. */
  readonly add: (bytes: Uint8Array) => void;
  /** Copies what was added last, as far as it is still there. */
  readonly keep: () => void;
  /** The first so many, which go, and how many line ends they have. */
  readonly take: (size: number) => {
    readonly bytes: Uint8Array<ArrayBuffer>;
    readonly lines: number;
  };
  /** All of them go, without a copy; gives how many line ends they had. */
  readonly drop: () => number;
  readonly size: () => number;
  /** The first of them. */
  readonly first: () => Uint8Array;
  readonly lastByte: () => number | undefined;
}

function createKeptBytes(): KeptBytes {
  let pieces: Uint8Array[] = [];
  let total = 0;
  /** Of the pieces, from the first on: those that are copies. */
  let copied = 0;
  return {
    add(bytes) {
      if (bytes.length === 0) return;
      pieces.push(bytes);
      total += bytes.length;
    },
    keep() {
      for (; copied < pieces.length; copied++)
        pieces[copied] = new Uint8Array(pieces[copied] ?? new Uint8Array());
    },
    take(size) {
      const taken = new Uint8Array(size);
      const rest: Uint8Array[] = [];
      let at = 0;
      let lines = 0;
      for (const piece of pieces) {
        const part = piece.subarray(0, size - at);
        taken.set(part, at);
        at += part.length;
        // Here, and not in what is taken: where chunks are buffers of Node, this is three times as fast.
        lines += linesIn(part);
        if (part.length === 0) rest.push(piece);
        else if (part.length < piece.length) rest.push(piece.subarray(part.length));
      }
      pieces = rest;
      copied = 0;
      total -= size;
      return { bytes: taken, lines };
    },
    drop() {
      let lines = 0;
      for (const piece of pieces) lines += linesIn(piece);
      pieces = [];
      copied = 0;
      total = 0;
      return lines;
    },
    size: () => total,
    first: () => pieces[0] ?? new Uint8Array(),
    lastByte: () => pieces.at(-1)?.at(-1),
  };
}

/** Line ends between a border and what stands behind it. */
function linesBefore(bytes: Uint8Array): number {
  const start = bytes.findIndex((byte) => !AROUND.has(byte));
  return linesIn(bytes.subarray(0, Math.max(0, start)));
}

function linesIn(bytes: Uint8Array): number {
  let lines = 0;
  for (let at = bytes.indexOf(LINE_END); at >= 0; at = bytes.indexOf(LINE_END, at + 1)) lines++;
  return lines;
}
