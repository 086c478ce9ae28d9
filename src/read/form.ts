/** Tells by the first bytes of a file how records are written in it: names of files say nothing. */
import { COLUMNS } from "../format/portable.ts";
import { shown } from "../lib/shown.ts";
import { bytesOfMark, type FileProblem, type Form } from "./block.ts";
import { knownNames } from "./other-names.ts";
import { isMap } from "../lib/is-map.ts";

/** Bytes that are enough; a line may be longer. */
export const HEAD_BYTES: number = 256 * 1024;

const MARKS: readonly (readonly [start: readonly number[], what: string])[] = [
  [[0x1f, 0x8b], "it is compressed (gzip): unpack it first"],
  [[0x28, 0xb5, 0x2f, 0xfd], "it is compressed (zstd): unpack it first"],
  [[0x50, 0x4b, 0x03, 0x04], "it is compressed (zip): unpack it first"],
  [
    [0x50, 0x41, 0x52, 0x31],
    "it is Parquet, which DuckDB and other programs read: name the trail that it was exported from, or export that with -o jsonl",
  ],
  [[0xff, 0xfe], "it is UTF-16: records are UTF-8"],
  [[0xfe, 0xff], "it is UTF-16: records are UTF-8"],
];

const HEADER = COLUMNS.join(",");
/** The views of the five keys. */
const FIVE = COLUMNS.slice(0, 5);
/** How files begin: one that holds less than this was cut in its first line, or is being begun. */
const STARTS: readonly (readonly [start: string, form: Form])[] = [
  ['{"timestamp":', "json-lines"],
  ['{"resourceLogs":', "otlp"],
];
const ROW_START = /^"?\d{4}-\d\d-\d\dT[^,"]*"?,/;
const FIRST_NAME = /^\{\s*"([^"\\]*)"\s*:/;

/** What the name says that a JSON object begins with, where the object is cut or very long. */
const BY_FIRST_NAME: Readonly<Record<string, Form | undefined>> = {
  resourceLogs: "otlp",
  timestamp: "json-lines",
  _time: "victorialogs",
  _stream: "victorialogs",
  _stream_id: "victorialogs",
  _msg: "victorialogs",
  status: "loki",
  data: "loki",
  labels: "loki",
};

const REQUEST = knownNames(["resourceLogs"]);

/** Why a file has no form that can be read. */
export interface NoForm extends Pick<FileProblem, "kind" | "message"> {}

/** A view of the five keys. */
export interface FiveView {
  readonly kind: "five";
  readonly form: Form;
}

/** The form; or why it is none; undefined where there is nothing but white space, or the cut start of a first line. */
export function formOf(head: Uint8Array): Form | FiveView | NoForm | undefined {
  for (const [start, message] of MARKS)
    if (start.every((byte, at) => head[at] === byte)) return { kind: "problem", message };
  const bytes = head.subarray(bytesOfMark(head), HEAD_BYTES);
  const text = new TextDecoder().decode(bytes).trimStart();
  if (text === "" || isCutStart(text)) return undefined;
  if (text.startsWith("["))
    return isFiveArray(text) ? { kind: "five", form: "json-array" } : "json-array";
  const lines = text.split("\n");
  // A first line that was cut says nothing; the next may.
  for (const [at, line] of lines.entries()) {
    const form = formOfLine(line.trim(), at === 0 ? text : line);
    if (form === "five") return { kind: "five", form: "csv" };
    if (form !== undefined) return form;
  }
  return {
    kind: "problem",
    message: `it begins with ${shown(lines[0]?.trim())}, which is no form of records that is known`,
  };
}

function isCutStart(text: string): boolean {
  return (
    HEADER.startsWith(text.replaceAll('"', "")) || STARTS.some(([start]) => start.startsWith(text))
  );
}

function isFiveArray(text: string): boolean {
  return text.includes('"action_type"') && !text.includes('"record_id"');
}

/** @param rest where no line is whole, as an object was laid out over many, what to look at instead. */
function formOfLine(line: string, rest: string): Form | "five" | undefined {
  const header = line.replaceAll('"', "");
  if (header === HEADER || ROW_START.test(line)) return "csv";
  if (header === FIVE.join(",")) return "five";
  if (!line.startsWith("{")) return undefined;
  const value = tryParseMap(line);
  if (value !== undefined) return formOfMap(value);
  const [, written = ""] = FIRST_NAME.exec(rest.trimStart()) ?? [];
  const name = REQUEST.meantBy(written) ?? written;
  const form = Object.hasOwn(BY_FIRST_NAME, name) ? BY_FIRST_NAME[name] : formBehindCut(line);
  // Laid out over many lines, as a list of records would be.
  return form === "json-lines" && !line.includes(":") ? "json-array" : form;
}

/** Of a line that was cut within its first name, with a whole one behind it. */
function formBehindCut(line: string): Form | undefined {
  return STARTS.find(([start]) => {
    const at = line.indexOf(start, 1);
    return at > 0 && start.startsWith(line.slice(0, at));
  })?.[1];
}

function formOfMap(map: Readonly<Record<string, unknown>>): Form | undefined {
  const has = (name: string): boolean => Object.hasOwn(map, name);
  if (has("resourceLogs") || Object.keys(map).some((name) => isOtherRequest(name, map[name])))
    return "otlp";
  if (has("record_id") || has("action_type")) return "json-lines";
  if (has("line") && has("labels")) return "loki";
  if (has("data") && has("status")) return "loki";
  return Object.keys(map).some(
    (name) => BY_FIRST_NAME[name] === "victorialogs" || name.includes("."),
  )
    ? "victorialogs"
    : undefined;
}

/** A list of requests under another writing of its name: parsers of protobuf take that too. */
function isOtherRequest(name: string, value: unknown): boolean {
  return REQUEST.meantBy(name) !== undefined && Array.isArray(value);
}

function tryParseMap(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isMap(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
