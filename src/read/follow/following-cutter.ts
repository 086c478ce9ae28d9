/**
 * Cuts what comes into a file that is followed.
 *
 * In: bytes, from the beginning of a line on. Out: blocks of whole lines, as soon as they are whole. Promise:
 * lines of no form that is known are passed over, said once, and what comes behind them is cut.
 */
import { lineEndsIn } from "../../lib/line-ends.ts";
import type { Block, FileProblem, Form } from "../block.ts";
import { type BlockCutter, createBlockCutter } from "../block-cutter.ts";
import { formOf, HEAD_BYTES } from "../form.ts";

const LINE_END = 0x0a;

/** The cutter of one file. */
export interface FollowingCutter {
  /** The next bytes; they must not change. */
  readonly push: (chunk: Uint8Array) => Iterable<Block | FileProblem>;
}

/** Where it begins. */
export interface FollowingStart {
  /** Of what stands before. Default: it is told by the first whole lines. */
  readonly form?: Form | undefined;
  /** Line of the file, counted from 1. */
  readonly firstLine: number;
}

/** Begins at a line. */
export function createFollowingCutter(file: string, start: FollowingStart): FollowingCutter {
  let { firstLine } = start;
  let cutter: BlockCutter | undefined =
    start.form === undefined
      ? undefined
      : createBlockCutter(file, { blockBytes: 1, form: start.form });
  /** What the form is told by, as far as it came. */
  let head: Uint8Array = new Uint8Array();
  let isSaid = false;
  /** Within a line of no form, of which nothing is kept. */
  let isPassing = false;

  function* cut(chunk: Uint8Array, by: BlockCutter): Generator<Block | FileProblem> {
    for (const item of by.push(chunk))
      yield "kind" in item
        ? { ...item, line: item.line + firstLine - 1 }
        : { ...item, firstLine: item.firstLine + firstLine - 1 };
  }

  function* begin(): Generator<Block | FileProblem> {
    while (cutter === undefined) {
      const piece = head.subarray(0, HEAD_BYTES);
      const { end, lines } = lineEndsIn(piece);
      if (lines === 0 && piece.length < HEAD_BYTES) return;
      const size = lines === 0 ? piece.length : end;
      const form = formOf(piece.subarray(0, size));
      if (typeof form === "string" || form?.kind === "five") {
        cutter = createBlockCutter(file, { blockBytes: 1, form });
        yield* cut(head, cutter);
        head = new Uint8Array();
        return;
      }
      if (form !== undefined && !isSaid) yield { ...form, line: firstLine, file };
      isSaid ||= form !== undefined;
      firstLine += lines;
      isPassing = lines === 0;
      head = behindPassed(head.subarray(size));
    }
  }

  function behindPassed(bytes: Uint8Array): Uint8Array {
    if (!isPassing) return bytes;
    const end = bytes.indexOf(LINE_END) + 1;
    if (end === 0) return new Uint8Array();
    isPassing = false;
    firstLine++;
    return bytes.subarray(end);
  }

  return {
    *push(chunk) {
      if (cutter !== undefined) {
        yield* cut(chunk, cutter);
        return;
      }
      head = Buffer.concat([head, behindPassed(chunk)]);
      yield* begin();
    },
  };
}
