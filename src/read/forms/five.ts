/** Views of five keys: nothing of them is a record, and what has other keys stands where it must not. */
import { COLUMNS } from "../../format/portable.ts";
import { type Block, type Found, MAX_DEPTH, type Problem } from "../block.ts";
import { textOf } from "../json-piece.ts";
import { isMap } from "../../lib/is-map.ts";
import { plainCellsOf } from "./csv-cells.ts";
import { type CsvRow, rowsOf } from "./csv-rows.ts";
import { decodeElements, type Element } from "./elements.ts";

const KEYS: readonly string[] = COLUMNS.slice(0, 5);
const MESSAGE = "it is no entry of a view of five keys, and nothing else is read there";

/** The rows or items that have other keys than the five, or more; nothing for the others. */
export function decodeFive(block: Block): Generator<Found> {
  return block.form === "csv"
    ? decodeRows(block)
    : decodeElements(block, { maxDepth: MAX_DEPTH, decode: decodeItem });
}

function* decodeItem({ value, line }: Element): Generator<Problem> {
  const isFive = isMap(value) && Object.keys(value).every((key) => KEYS.includes(key));
  if (!isFive) yield { kind: "problem", message: MESSAGE, line };
}

function* decodeRows(block: Block): Generator<Problem> {
  const { bytes, isEnded } = block;
  const { rows, rest } = rowsOf(block);
  for (const row of isEnded ? [...rows, ...rest] : rows)
    if (cellsOf(bytes, row) !== KEYS.length)
      yield { kind: "problem", message: MESSAGE, line: row.line };
  const [first, last] = isEnded ? [] : [rest[0], rest.at(-1)];
  if (first === undefined || last === undefined) return;
  const torn = { ...first, end: last.end };
  if (cellsOf(bytes, torn) === KEYS.length) return;
  const isCut = rest.every((piece) => cellsOf(bytes, piece) < KEYS.length);
  yield { kind: "problem", message: MESSAGE, line: torn.line, ...(isCut ? { isCut } : {}) };
}

/** How many cells a row has; 0 where it is none. */
function cellsOf(bytes: Uint8Array, row: CsvRow): number {
  const text = textOf({ bytes, ...row });
  return plainCellsOf(`${(text ?? '"').replace(/\r?\n?$/, "")}\n`)?.[0]?.length ?? 0;
}
