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
import { type KnownNames, knownNames } from "../other-names.ts";
import { isMap } from "../../lib/is-map.ts";
import { itemsOf } from "../plain-json.ts";
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

const REQUEST = knownNames(["resourceLogs"]);
const RESOURCE_LOGS = knownNames(["resource", "scopeLogs", "schemaUrl"]);
const RESOURCE = knownNames(["attributes", "droppedAttributesCount", "entityRefs"]);
const SCOPE_LOGS = knownNames(["scope", "logRecords", "schemaUrl"]);
const LOG = knownNames([
  "timeUnixNano",
  "observedTimeUnixNano",
  "severityNumber",
  "severityText",
  "body",
  "attributes",
  "droppedAttributesCount",
  "flags",
  "traceId",
  "spanId",
  "eventName",
]);

function* decodeRequest(element: Element): Generator<Found> {
  const { value, line } = element;
  const lists = isMap(value) ? listsIn(value, "resourceLogs", REQUEST) : [];
  if (!isMap(value) || lists.length === 0) {
    yield { kind: "problem", message: "not an OTLP log request: it has no resourceLogs", line };
    return;
  }
  const doubts = REQUEST.doubts(value);
  for (const { item, path } of lists.flatMap(({ items }) => items)) {
    if (!isMap(item)) continue;
    const own = [...doubts, ...RESOURCE_LOGS.doubts(item)];
    yield* decodeResource(item, element, { path, doubts: own });
  }
}

/** Where a map stands in a request, and what is said of those around it. */
interface Around {
  readonly path: readonly (string | number)[];
  readonly doubts: readonly string[];
}

function* decodeResource(
  resourceLogs: Readonly<Record<string, unknown>>,
  { doubts: textDoubts, line }: Element,
  { path: around, doubts: outer }: Around,
): Generator<Found> {
  const { resource } = resourceLogs;
  const { doubts: ofAttributes, ...source } = sourceOf(resourceLogs);
  const ofResource = isMap(resource) ? [...RESOURCE.doubts(resource), ...ofAttributes] : NO_DOUBTS;
  const scopes = listsIn(resourceLogs, "scopeLogs", RESOURCE_LOGS).flatMap(({ items }) => items);
  for (const { item: scopeLogs, path: scopePath } of scopes) {
    if (!isMap(scopeLogs)) continue;
    const said = [...outer, ...ofResource, ...SCOPE_LOGS.doubts(scopeLogs)];
    const logs = listsIn(scopeLogs, "logRecords", SCOPE_LOGS).flatMap(({ items }) => items);
    for (const { item: log, path } of logs) {
      const parts = [
        [...around, "resource"],
        [...around, ...scopePath, ...path],
      ];
      const ofText = textDoubts.length === 0 ? NO_DOUBTS : doubtsWithin(textDoubts, parts);
      const doubts = said.length === 0 ? ofText : [...ofText, ...said];
      yield decodeLog(log, { ...source, line, doubts });
    }
  }
}

interface FoundList {
  readonly items: readonly {
    readonly item: unknown;
    readonly path: readonly (string | number)[];
  }[];
}

/** The lists of a map under a name, and under other writings of it: nothing in them is passed over. */
function listsIn(
  map: Readonly<Record<string, unknown>>,
  name: string,
  names: KnownNames,
): readonly FoundList[] {
  return Object.keys(map).flatMap((key) => {
    if ((key !== name && names.meantBy(key) !== name) || !Array.isArray(map[key])) return [];
    return [{ items: itemsOf(map[key]).map((item, at) => ({ item, path: [key, at] })) }];
  });
}

interface Source {
  readonly resource?: RecordAttributes;
  readonly service?: string;
}

function sourceOf({
  resource,
}: Readonly<Record<string, unknown>>): Source & Pick<AnyValueNotes, "doubts"> {
  if (!isMap(resource)) return { doubts: [] };
  const notes: AnyValueNotes = { doubts: [], deepest: 0 };
  const attributes = plainAttributes(resource["attributes"], notes, MAX_DEPTH);
  const service = attributes[ATTR_SERVICE_NAME];
  const { doubts } = notes;
  return { doubts, resource: attributes, ...(typeof service === "string" ? { service } : {}) };
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
  notes.doubts.push(...LOG.doubts(log));
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
