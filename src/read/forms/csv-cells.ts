const QUOTE = 0x22;
const COMMA = 0x2c;
const LINE_END = 0x0a;
const RETURN = 0x0d;

/**
 * The cells of the rows of a CSV text (RFC 4180), as writers write them: every row ends with LF, none is
 * empty, and quotes stand only around a cell or, doubled, in one that has quotes around it.
 *
 * @returns undefined for every other text: whether it is CSV all the same is for a parser to say.
 */
export function plainCellsOf(text: string): readonly (readonly string[])[] | undefined {
  const rows: string[][] = [];
  let cells: string[] = [];
  let at = 0;
  while (at < text.length) {
    const isQuoted = text.charCodeAt(at) === QUOTE;
    const end = isQuoted ? endOfQuoted(text, at) : endOfBare(text, at);
    if (end < 0) return undefined;
    const next = text.charCodeAt(end);
    if (next !== COMMA && (next !== LINE_END || (end === at && cells.length === 0)))
      return undefined;
    cells.push(isQuoted ? unquoted(text, at, end) : text.slice(at, end));
    if (next === LINE_END) {
      rows.push(cells);
      cells = [];
    }
    at = end + 1;
  }
  return cells.length === 0 ? rows : undefined;
}

/** The place behind the quote that ends a cell; -1 where none does. */
function endOfQuoted(text: string, start: number): number {
  for (let at = start + 1; ; at += 2) {
    at = text.indexOf('"', at);
    if (at < 0) return -1;
    if (text.charCodeAt(at + 1) !== QUOTE) return at + 1;
  }
}

/** The place of the comma or line end behind a cell without quotes; -1 where something else is there. */
function endOfBare(text: string, start: number): number {
  for (let at = start; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit > COMMA) continue;
    if (unit === COMMA || unit === LINE_END) return at;
    if (unit === QUOTE || unit === RETURN) return -1;
  }
  return -1;
}

function unquoted(text: string, start: number, end: number): string {
  const cell = text.slice(start + 1, end - 1);
  return cell.includes('"') ? cell.replaceAll('""', '"') : cell;
}
