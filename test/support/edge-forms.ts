/** Files of which it is not plain what form they have, or where an object ends; and the verdict of each. */
import { decodeJsonLine } from "../../src/format/index.ts";
import type { Files } from "./edge-cases.ts";
import { text } from "./edited-journal.ts";
import { linesOf, STREAMS } from "./sealed-journal.ts";
import { TEXT_OF } from "./stored-forms.ts";

const [A] = STREAMS;
const ALL = linesOf(A);
const LINES = text(ALL);
const records = ALL.map(decodeJsonLine);
const ITEMS = ALL.join(",\n");
const FRONT = ALL.slice(0, 4);
const BACK = ALL.slice(4);
const CSV = TEXT_OF.csv(records);
const OTLP = records.map((record) => TEXT_OF.otlp([record])).join("");
const RESULTS = records.filter(({ attributes }) => attributes["audit.record.kind"] === "result");

const file = (name: string, whole: string) => () => ({ [name]: whole });
const segment = (whole: string) => file(`journal/${A}/1.jsonl`, whole);
const array = (whole: string) => file("audit_log.json", whole);
const otlp = (from: string, to: string) => file("audit.jsonl", OTLP.replace(from, to));
const beside = (whole: string) => () => ({ "audit.jsonl": LINES, "more.json": whole });

/** "Files": what stands in a file tells its form, and whether it is a view. */
const FORMS: readonly Files[] = [
  [
    "OTLP with nothing but lists in another writing",
    file("audit.jsonl", OTLP.replaceAll('"resourceLogs"', '"resource_logs"')),
    "tampered",
  ],
  ["another writing of an OTLP list that is empty", beside('{"resource_logs":[]}'), "verified"],
  ["another writing of an OTLP list that is none", beside('{"resource_logs":1}'), "unreadable"],
  ["CSV under the name of a segment", segment(CSV), "verified"],
  ["an array under the name of a segment", segment(`[${ITEMS}]`), "verified"],
  ["OTLP under the name of a segment", segment(OTLP), "verified"],
  ["CSV of results under the name of a segment", segment(TEXT_OF.csv(RESULTS)), "incomplete"],
];

/** Rule 1: where an object begins and ends. */
const OBJECTS: readonly Files[] = [
  [
    "OTLP with a line end before a brace",
    otlp('"logRecords":[{', '"logRecords":[\n{'),
    "unreadable",
  ],
  ["OTLP with CR LF before a brace", otlp('"logRecords":[{', '"logRecords":[\r\n{'), "unreadable"],
  [
    "OTLP, a line end and a space before a brace",
    otlp('"logRecords":[{', '"logRecords":[\n {'),
    "verified",
  ],
  [
    "OTLP laid out over many lines",
    file("audit.jsonl", JSON.stringify(JSON.parse(TEXT_OF.otlp(records)), null, 1)),
    "verified",
  ],
  [
    "an array with a line end before an inner brace",
    array(`[${ITEMS.replace('"attributes":{', '"attributes":\n{')}]`),
    "unreadable",
  ],
  [
    "an array laid out over many lines",
    array(JSON.stringify(JSON.parse(`[${ITEMS}]`), null, 2)),
    "verified",
  ],
  [
    "two arrays in lines of their own",
    array(`[${FRONT.join(",")}]\n[${BACK.join(",")}]\n`),
    "verified",
  ],
  ["two arrays in one line", array(`[${FRONT.join(",")}][${BACK.join(",")}]`), "verified"],
  [
    "two arrays, the second without its end",
    array(`[${FRONT.join(",")}]\n[${BACK.join(",")}\n`),
    "unreadable",
  ],
  ["an array in an array", array(`[[${ITEMS}]]`), "verified"],
  ["lines behind an array", array(`[${FRONT.join(",")}]\n${text(BACK)}`), "verified"],
  ["an array with a bracket too many", array(`[${ITEMS}]]`), "verified"],
  ["an array with a comma too many", array(`[${ITEMS},]`), "verified"],
  ["something behind an array", array(`[${ITEMS}]x`), "unreadable"],
  ["a number in an array", array(`[1,${ITEMS}]`), "unreadable"],
  ["two empty arrays", beside("[][]"), "verified"],
  ["two arrays of five keys", beside('[{"action_type":1}]\n[{"action_type":1}]'), "verified"],
  [
    "an array with the rest of a cut item before another",
    array(`[${ALL.join(",\n").replace('{"timestamp"', '{"timestamp":"20{"timestamp"')}]`),
    "unreadable",
  ],
];

/** Rule 10: what nothing signs. */
const ADDITIONS: readonly Files[] = [
  [
    "the last checkpoint with another attribute of checkpoints",
    segment(
      LINES.replace(/"attributes":\{(?=[^\n]*\n$)/, '"attributes":{"audit.checkpoint.more":"x",'),
    ),
    "tampered",
  ],
  [
    "the last checkpoint with an empty attribute",
    segment(
      LINES.replace(/"attributes":\{(?=[^\n]*\n$)/, '"attributes":{"audit.checkpoint.more":"",'),
    ),
    "verified",
  ],
];

/** Each in a directory of its own. */
export const EDGE_FORMS: readonly Files[] = [...FORMS, ...OBJECTS, ...ADDITIONS];
