/**
 * OTLP JSON (`ExportLogsServiceRequest`): what the Collector's file exporter writes, a request a line,
 * and what the JSON serializers of SDKs send. A request holds many records.
 */
import {
  ATTR_ACTION,
  ATTR_SERVICE_NAME,
  type AttributeValue,
  EVENT_NAME_PREFIX,
  type RecordAttributes,
} from "../../event/portable.ts";
import { shown } from "../../lib/shown.ts";
import { type Block, type Found, MAX_DEPTH } from "../block.ts";
import { doubtsWithin } from "../json-doubts.ts";
import { tooDeep } from "../json-piece.ts";
import { isMap, itemsOf } from "../plain-json.ts";
import { foundOf, millisOfNanos, NO_DOUBTS, traceIds } from "../record-doubts.ts";
import { type AnyValueNotes, plainAttributes, plainValue } from "./any-value.ts";
import { decodeElements, type Element } from "./elements.ts";

/** A map in a map is four levels of JSON here: `{"key":…,"value":{"kvlistValue":{"values":[…]}}}`. */
const LEVELS_EACH = 4;
/** Levels around the attributes of a record. */
const LEVELS_AROUND = 16;
/** Where a body stands that is no map: otel-audit writes none. */
const OTHER_BODY = "body";

/** What stands in the requests of a block. */
export function decodeOtlp(block: Block): Generator<Found> {
  return decodeElements(block, {
    maxDepth: MAX_DEPTH * LEVELS_EACH + LEVELS_AROUND,
    begins: '{"resourceLogs":',
    isOfLines: true,
    decode: decodeRequest,
  });
}

function* decodeRequest(element: Element): Generator<Found> {
  const { value, line } = element;
  if (!isMap(value) || !Array.isArray(value["resourceLogs"])) {
    yield { kind: "problem", message: "not an OTLP log request: it has no resourceLogs", line };
    return;
  }
  for (const [first, resourceLogs] of itemsOf(value["resourceLogs"]).entries()) {
    if (!isMap(resourceLogs)) continue;
    const source = sourceOf(resourceLogs);
    for (const [second, scopeLogs] of itemsOf(resourceLogs["scopeLogs"]).entries()) {
      if (!isMap(scopeLogs)) continue;
      for (const [third, log] of itemsOf(scopeLogs["logRecords"]).entries()) {
        const around = ["resourceLogs", first];
        const parts = [
          [...around, "resource"],
          [...around, "scopeLogs", second, "logRecords", third],
        ];
        const doubts =
          element.doubts.length === 0 ? NO_DOUBTS : doubtsWithin(element.doubts, parts);
        yield decodeLog(log, { ...source, line, doubts });
      }
    }
  }
}

interface Source {
  readonly resource?: RecordAttributes;
  readonly service?: string;
}

function sourceOf({ resource }: Readonly<Record<string, unknown>>): Source {
  if (!isMap(resource)) return {};
  const notes: AnyValueNotes = { doubts: [], deepest: 0 };
  const attributes = plainAttributes(resource["attributes"], notes, MAX_DEPTH);
  const service = attributes[ATTR_SERVICE_NAME];
  return { resource: attributes, ...(typeof service === "string" ? { service } : {}) };
}

interface LogPlace extends Source {
  readonly line: number;
  readonly doubts: readonly string[];
}

function decodeLog(log: unknown, { line, doubts, ...source }: LogPlace): Found {
  if (!isMap(log)) return { kind: "problem", message: "not a log record", line };
  const notes: AnyValueNotes = { doubts: [], deepest: 0 };
  const attributes = plainAttributes(log["attributes"], notes, MAX_DEPTH);
  const body = plainValue(log["body"], notes, MAX_DEPTH);
  if (notes.deepest < 0) return { ...tooDeep(MAX_DEPTH), line };
  notes.doubts.push(...nameDoubts(log["eventName"], attributes[ATTR_ACTION]));
  return foundOf({
    record: {
      attributes,
      body: isMap(body) ? body : body === null ? {} : { [OTHER_BODY]: body },
      ...traceIds(log["traceId"], log["spanId"]),
      ...source,
    },
    line,
    doubts: notes.doubts.length === 0 ? doubts : [...doubts, ...notes.doubts],
    shownMillis: millisOfNanos(log["timeUnixNano"]),
  });
}

function nameDoubts(name: unknown, action: AttributeValue | undefined): readonly string[] {
  return typeof name !== "string" || name === "" || name === `${EVENT_NAME_PREFIX}${String(action)}`
    ? NO_DOUBTS
    : [`the event name is ${shown(name)}, and the action ${shown(action)}`];
}
