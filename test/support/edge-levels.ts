/** Records as deep as rule 1 allows, and a level deeper, in every form; and the verdict of each. */
import { decodeJsonLine } from "../../src/format/index.ts";
import type { Files } from "./edge-cases.ts";
import { text } from "./edited-journal.ts";
import { linesOf, STREAMS } from "./sealed-journal.ts";
import { TEXT_OF } from "./stored-forms.ts";

const [A] = STREAMS;
const [FIRST = "", ...OTHERS] = linesOf(A);
const CSV = TEXT_OF.csv(linesOf(A).map(decodeJsonLine));
const OTLP = linesOf(A)
  .map((line) => TEXT_OF.otlp([decodeJsonLine(line)]))
  .join("");

const lists = (levels: number): string => "[".repeat(levels) + "]".repeat(levels);
const maps = (levels: number): string => `${'{"a":'.repeat(levels)}1${"}".repeat(levels)}`;
/** The first line, with a key that nobody knows. */
const deepLine = (levels: number): string => `{"more":${lists(levels - 1)},${FIRST.slice(1)}`;
const lines = (levels: number) => () => ({ "audit.jsonl": text([deepLine(levels), ...OTHERS]) });
const items = (levels: number) => () => ({
  "audit_log.json": `[\n${[deepLine(levels), ...OTHERS].join(",\n")}\n]\n`,
});
/** The first row, whose details are not those that were signed. */
const cells = (levels: number) => () => ({
  "audit_log.csv": CSV.replace(
    /,success,[^\n]*?,(?=,A)/,
    `,success,"${maps(levels).replaceAll('"', '""')}",`,
  ),
});
/** An attribute that is not sealed. */
const attribute = (value: string) => () => ({
  "audit.jsonl": OTLP.replace('"attributes":[{"key":"audit', () => {
    return `"attributes":[{"key":"more","value":${value}},{"key":"audit`;
  }),
});
const otlpLists = (levels: number): string =>
  `${'{"arrayValue":{"values":['.repeat(levels)}${"]}}".repeat(levels)}`;
const otlpMaps = (levels: number): string =>
  `${'{"kvlistValue":{"values":[{"key":"a","value":'.repeat(levels)}{"intValue":1}${"}]}}".repeat(levels)}`;

/** Each in a directory of its own. */
export const EDGE_LEVELS: readonly Files[] = [
  ["a line of 128 levels", lines(128), "inconclusive"],
  ["a line of 129 levels", lines(129), "unreadable"],
  ["an item of 128 levels", items(128), "inconclusive"],
  ["an item of 129 levels", items(129), "unreadable"],
  ["a cell of 128 levels", cells(128), "tampered"],
  ["a cell of 129 levels", cells(129), "unreadable"],
  ["an OTLP list of 128 levels", attribute(otlpLists(128)), "verified"],
  ["an OTLP list of 129 levels", attribute(otlpLists(129)), "unreadable"],
  ["an OTLP map of 128 levels", attribute(otlpMaps(128)), "verified"],
  ["an OTLP map of 129 levels", attribute(otlpMaps(129)), "unreadable"],
  // It is no record, however deep.
  [
    "a line that is a list of 5000 levels",
    () => ({ "audit.jsonl": text([FIRST, ...OTHERS, lists(5000)]) }),
    "unreadable",
  ],
  [
    "a last line without LF that is a list of 5000 levels",
    () => ({ "audit.jsonl": text([FIRST, ...OTHERS]) + lists(5000) }),
    "unreadable",
  ],
];
