/** Journal lines: one flat record each, as `encodeJsonLine` writes it. */
import { startOfGlued } from "../../format/portable.ts";
import { type Block, type Found, MAX_DEPTH } from "../block.ts";
import { shapeOf } from "../element-scanner.ts";
import { flatFound } from "../flat-record.ts";
import { type ByteRange, isWholeJson, lenientTextOf, parsePiece } from "../json-piece.ts";
import { linesOf } from "../lines.ts";
import { NO_DOUBTS } from "../record-doubts.ts";

/** Said of a line that holds the rest of a cut one, and a whole one behind it. */
export const CUT = "the line begins with the rest of one that was cut";
const NO_END = "the line has no end: it is being written, or a crash cut it";

/** What stands in the lines. A last line without its end is not there yet, unless it is whole. */
export function* decodeJsonLines(block: Block): Generator<Found> {
  const { bytes } = block;
  for (const { start, end, number, isEnded } of linesOf(block)) {
    const found = foundIn({ bytes, start, end }, number);
    const glued = found.kind === "problem" ? startOfLast({ bytes, start, end }) : undefined;
    if (glued === undefined) {
      const isCut = !isEnded && found.kind === "problem" && !isWholeJson({ bytes, start, end });
      yield isCut ? { kind: "problem", message: NO_END, line: number, isCut } : found;
    } else {
      yield { kind: "problem", message: CUT, line: number };
      yield foundIn({ bytes, start: glued, end }, number);
    }
  }
}

function foundIn(range: ByteRange, line: number): Found {
  const piece = parsePiece(range, shapeOf, MAX_DEPTH);
  if (piece.kind === "problem") return { ...piece, line };
  const { value, text } = piece;
  const doubts = piece.doubts.length === 0 ? NO_DOUBTS : piece.doubts.map(({ message }) => message);
  return flatFound(value, { line, doubts, text: () => text });
}

const encoder = new TextEncoder();

/** Where a record begins behind the rest of another line, which may have been cut within a character. */
function startOfLast(range: ByteRange): number | undefined {
  const text = lenientTextOf(range);
  const start = startOfGlued(text);
  return start === 0 ? undefined : range.end - encoder.encode(text.slice(start)).length;
}
