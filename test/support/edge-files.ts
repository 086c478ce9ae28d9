/** Files whose last line has no end, or that say a thing in another writing; and the verdict of each. */
import { decodeJsonLine } from "../../src/format/index.ts";
import type { Files } from "./edge-cases.ts";
import { text } from "./edited-journal.ts";
import { EDGE_FORMS } from "./edge-forms.ts";
import { EDGE_LEVELS } from "./edge-levels.ts";
import { linesOf, STREAMS } from "./sealed-journal.ts";
import { TEXT_OF } from "./stored-forms.ts";

const [A] = STREAMS;
const records = linesOf(A).map(decodeJsonLine);
const LINES = text(linesOf(A));
const LAST = linesOf(A).at(-1) ?? "";
const CSV = TEXT_OF.csv(records);
const OTLP = records.map((record) => TEXT_OF.otlp([record])).join("");
const FIVE = "timestamp,action_type,status,details,error\r\n";
const ROW = "2026-11-21T09:00:02.123456Z,a,success,{},\r\n";

/** A file, changed. Throws where there is nothing to change, so that no case says nothing. */
function changed(whole: string, from: string | RegExp, to: string): string {
  const after = whole.replace(from, to);
  if (after === whole) throw new Error(`nothing to change: ${String(from)}`);
  return after;
}

const before = (whole: string, end: string): string => whole.slice(0, -end.length);
const lines = (whole: string) => () => ({ "audit.jsonl": whole });
const csv = (whole: string) => () => ({ "audit_log.csv": whole });
const beside = (name: string, whole: string) => () => ({ "audit.jsonl": LINES, [name]: whole });
const otlp = (from: string | RegExp, to: string) => lines(changed(OTLP, from, to));

/** Rule 1: the last line of a file. */
const LAST_LINES: readonly Files[] = [
  ["lines whose last one has no LF", lines(LINES.slice(0, -1)), "verified"],
  ["lines whose last one is cut", lines(LINES.slice(0, -2)), "verified"],
  ["lines with JSON that is no record at the end", lines(`${LINES}[1]`), "unreadable"],
  ["lines with no JSON at the end", lines(`${LINES}x`), "verified"],
  [
    "a last record without LF behind the rest of a cut line",
    lines(`${before(LINES, `${LAST}\n`)}{"timestamp":"20${LAST}`),
    "unreadable",
  ],
  [
    "JSON that is no record behind the rest of a cut last line",
    lines(`${LINES}{"timestamp":"20{"timestamp":1}`),
    "verified",
  ],
  ["CSV whose last row has no LF", csv(CSV.slice(0, -1)), "verified"],
  ["CSV whose last row is cut", csv(CSV.slice(0, -2)), "verified"],
  ["CSV with a last row of empty cells", csv(CSV + ",".repeat(23)), "verified"],
  ["CSV with a last row of a map alone", csv(`${CSV}${",".repeat(23)}{}`), "unreadable"],
  ["CSV with a cell too many at the end", csv(`${CSV.slice(0, -1)},x`), "unreadable"],
  ["CSV with an open quote at the end", csv(`${CSV}"x\n`), "verified"],
  [
    "CSV with a cut row that takes in the last one, which has no LF",
    csv(changed(CSV.slice(0, -1), /\n([^\n]*)$/, '\n2026-11-21T09:00:02.1,"x\n$1')),
    "unreadable",
  ],
  ["OTLP whose last object has no LF", lines(OTLP.slice(0, -1)), "verified"],
  ["OTLP whose last object is cut", lines(OTLP.slice(0, -9)), "verified"],
  [
    "OTLP whose last object is cut, behind something else",
    lines(changed(OTLP.slice(0, -9), /\n([^\n]*)$/, "\nx$1")),
    "unreadable",
  ],
  [
    "OTLP whose last object is cut and has a line end in it",
    lines(changed(OTLP.slice(0, -9), /"scopeLogs"([^\n]*)$/, '"scopeLogs"\n$1')),
    "unreadable",
  ],
  ["the beginning of a line alone", beside("more.jsonl", '{"timest'), "verified"],
  ["the beginning of an OTLP object alone", beside("more.jsonl", '{"resourceL'), "verified"],
  ["the beginning of a CSV header alone", beside("more.csv", "timestamp,act"), "verified"],
  ["the beginning of nothing known", beside("more.jsonl", '{"x'), "unreadable"],
];

/** Rule 1: views of five keys. */
const FIVES: readonly Files[] = [
  ["a row of four cells in a view of five", beside("more.csv", `${FIVE}a,b,c,d\r\n`), "unreadable"],
  ["a cut last row in a view of five", beside("more.csv", `${FIVE}${ROW}a,b`), "verified"],
  ["a line before the header of a view of five", beside("more.csv", `x\n${FIVE}`), "unreadable"],
  ["a sixth key in a view of five", beside("x.json", '[{"action_type":1,"x":1}]'), "unreadable"],
  ["a number in a view of five", beside("x.json", '[{"action_type":1},1]'), "unreadable"],
  ["a view of five without its end", beside("x.json", '[{"action_type":1}'), "unreadable"],
];

/** Rule 2: what has no id of a record. */
const NAMELESS: readonly Files[] = [
  [
    "OTLP with a record that has no id",
    otlp(/\{"key":"audit\.record\.id","value":\{"stringValue":"[^"]*"\}\},/, ""),
    "unreadable",
  ],
];

/** Rule 3: what is read otherwise by others. */
const OTHER_WRITINGS: readonly Files[] = [
  ["OTLP with a list in another writing", otlp('"logRecords"', '"log_records"'), "tampered"],
  [
    "OTLP, a request in another writing",
    otlp(/\n\{"resourceLogs"/, '\n{"resource_logs"'),
    "tampered",
  ],
  [
    "OTLP with a field in another writing",
    otlp('"traceId"', '"trace_id":"","traceId"'),
    "tampered",
  ],
  [
    "OTLP with a value in another writing",
    otlp('{"stringValue":"ann"', '{"string_value":"eve","stringValue":"ann"'),
    "tampered",
  ],
  [
    "OTLP with a value in another writing, of the resource",
    otlp('{"stringValue":"trainer"', '{"string_value":"billing","stringValue":"trainer"'),
    "tampered",
  ],
  ["OTLP, another writing in the scope", otlp('"scope":{', '"scope":{"Name":1,'), "verified"],
  ["OTLP with a field that nobody knows", otlp('"timeUnix', '"more":1,"timeUnix'), "verified"],
  ["OTLP with null for its time", otlp(/"timeUnixNano":"\d+"/, '"timeUnixNano":null'), "verified"],
  ["OTLP with a number for its time", otlp(/("timeUnixNano":)"(\d+)"/, "$1$2"), "tampered"],
  ["OTLP with 0 for its time", otlp(/"timeUnixNano":"\d+"/, '"timeUnixNano":"0"'), "tampered"],
];

/** Each in a directory of its own. */
export const EDGE_FILES: readonly Files[] = [
  ...LAST_LINES,
  ...FIVES,
  ...NAMELESS,
  ...OTHER_WRITINGS,
  ...EDGE_FORMS,
  ...EDGE_LEVELS,
];
