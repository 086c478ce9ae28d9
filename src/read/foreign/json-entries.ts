/** The entries of a JSON array of five keys, also where it was cut, or something else stands in it. */
import { bytesOfMark, MAX_DEPTH } from "../block.ts";
import { createElementScanner, type ElementScanner } from "../element-scanner.ts";
import { countNames } from "../json-doubts.ts";
import { NOT_UTF8, textOf } from "../json-piece.ts";
import { createLineCounter } from "../lines.ts";
import { foundIn, type ForeignFound } from "./foreign-entry.ts";
import { parsePythonJson } from "./python-json.ts";

/** How an entry begins. */
const ENTRY = /\{\s*"timestamp"\s*:/g;
const OPEN_MAP = 0x7b;
/** How often, on average, each byte may be looked at again behind what was cut. */
const MAX_LOOKS = 32;

/** Every entry, and every place that holds none. */
export function* jsonEntries(bytes: Buffer<ArrayBuffer>): Generator<ForeignFound> {
  const lineOf = createLineCounter({ bytes, firstLine: 1 });
  const starts = createStarts(bytes);
  let looksLeft = MAX_LOOKS * bytes.length;
  let scanner = createElementScanner();
  let lists = 0;
  for (let from = bytesOfMark(bytes); from < bytes.length;) {
    const next = scanner.next(bytes, from, bytes.length);
    if (next < 0 && !scanner.isOpen()) break;
    const start = scanner.start();
    const line = lineOf(start);
    if (bytes[start] === OPEN_MAP) starts.note(start);
    const found = next < 0 ? undefined : entryIn(bytes, { start, end: next, scanner, line });
    if (found !== undefined) {
      yield found;
      from = next;
      continue;
    }
    // It is broken: the next one may stand anywhere behind its start.
    looksLeft -= (next < 0 ? bytes.length : next) - start;
    const again = looksLeft < 0 ? -1 : starts.behind(start);
    const end = again < 0 ? bytes.length : again;
    const lost = `${end - start} bytes are lost (${start} to ${end})`;
    const why =
      next >= 0
        ? "it is no entry"
        : again < 0
          ? "the file ends in the middle of an entry"
          : "the entry is cut";
    yield { kind: "problem", message: `${why}: ${lost}`, line };
    if (again < 0) return;
    from = again;
    lists += scanner.openLists();
    scanner = createElementScanner();
  }
  // WeightsLab writes the oldest last: they are what is lost.
  if (lists + scanner.openLists() > 0)
    yield {
      kind: "problem",
      message: `the list has no end: there may have been entries behind byte ${bytes.length}`,
      line: lineOf(bytes.length),
    };
}

interface Piece {
  readonly start: number;
  readonly end: number;
  readonly scanner: ElementScanner;
  readonly line: number;
}

/** Undefined: it is broken. */
function entryIn(
  bytes: Buffer<ArrayBuffer>,
  { start, end, scanner, line }: Piece,
): ForeignFound | undefined {
  if (!scanner.isWhole()) return undefined;
  const { depth, names } = scanner.shape();
  if (depth > MAX_DEPTH)
    return { kind: "problem", message: `it has more than ${MAX_DEPTH} levels`, line };
  const text = textOf({ bytes, start, end });
  if (text === undefined) return { kind: "problem", message: NOT_UTF8, line };
  const parsed = parsePythonJson(text);
  if (parsed === undefined) return undefined;
  const isDoubled = names !== countNames(parsed.value);
  return foundIn(
    parsed.value,
    line,
    isDoubled ? ["a name stands twice in it: the last one counts"] : [],
  );
}

interface Starts {
  /** An entry begins here, whole or not; the first of them tells how far in they stand. */
  readonly note: (start: number) => void;
  /** Where the next one may begin; -1: nowhere. */
  readonly behind: (place: number) => number;
}

/** Finds where entries begin: as far in as the first one, where they stand in lines of their own. */
function createStarts(bytes: Buffer<ArrayBuffer>): Starts {
  let text: string | undefined;
  let indent: string | undefined;
  // One character a byte: places are the same.
  const all = (): string => (text ??= bytes.toString("latin1"));
  const before = (start: number): string => all().slice(all().lastIndexOf("\n", start) + 1, start);
  let first: number | undefined;
  return {
    note(start) {
      first ??= start;
    },
    behind(place) {
      const own = first === undefined ? "" : (indent ??= before(first));
      const isIndented = own !== "" && own.trim() === "";
      ENTRY.lastIndex = place + 1;
      for (let match = ENTRY.exec(all()); match !== null; match = ENTRY.exec(all()))
        if (!isIndented || before(match.index) === own) return match.index;
      return -1;
    },
  };
}
