/**
 * What Loki answers (`/loki/api/v1/query_range`), and what `logcli -o jsonl` prints of it.
 *
 * From its documentation and recorded answers; no Loki was run. Its OTLP endpoint keeps the body as a
 * line of JSON and the attributes as structured metadata, whose names have `_` for every character
 * that is no letter, digit or `_`. A query gives the metadata beside each line (with the flag
 * `categorize-labels`), or among the labels of the stream (without it, and by logcli).
 */
import type { AttributeValue, AuditRecord, BodyMap } from "../../event/portable.ts";
import { shown } from "../../lib/shown.ts";
import { keyOf, SEALED_PREFIXES } from "../../seal/portable.ts";
import { type Block, type Found, MAX_DEPTH } from "../block.ts";
import { doubtsOfJson, doubtsWithin } from "../json-doubts.ts";
import { tooDeep } from "../json-piece.ts";
import { isMap } from "../../lib/is-map.ts";
import { isDeeper, itemsOf, setOwn, tryParse } from "../plain-json.ts";
import { isPlainText } from "../plain-text.ts";
import { foundOf, millisOfNanos, millisOfShown, traceIds } from "../record-doubts.ts";
import { decodeElements, type Element } from "./elements.ts";
import { attributeNameOf, typedAttribute } from "./typed-attributes.ts";

const KEY_PREFIXES: readonly string[] = SEALED_PREFIXES.map(keyOf);
const SERVICE_LABEL = "service_name";
/** Where a line stands that is no map: otel-audit writes none. */
const OTHER_BODY = "body";

/** What stands in the answers of a block. */
export function decodeLoki(block: Block): Generator<Found> {
  return decodeElements(block, { maxDepth: MAX_DEPTH, decode });
}

function* decode(element: Element): Generator<Found> {
  const { value, line } = element;
  if (isMap(value) && isMap(value["data"])) yield* decodeAnswer(value["data"]["result"], element);
  else if (isMap(value) && typeof value["line"] === "string") {
    const entry: Entry = {
      labels: value["labels"],
      text: value["line"],
      millis: millisOfShown(value["timestamp"]),
    };
    yield decodeEntry(entry, line, doubtsWithin(element.doubts, [[]]));
  } else yield { kind: "problem", message: "not an answer of Loki", line };
}

function* decodeAnswer(result: unknown, { doubts, line }: Element): Generator<Found> {
  for (const [first, stream] of itemsOf(result).entries()) {
    if (!isMap(stream)) continue;
    const around = ["data", "result", first];
    for (const [second, value] of itemsOf(stream["values"]).entries()) {
      const [nanos, text, metadata]: readonly unknown[] = itemsOf(value);
      if (typeof text !== "string") {
        yield { kind: "problem", message: "not an entry of a stream", line };
        continue;
      }
      const entry = { labels: stream["stream"], metadata, text, millis: millisOfNanos(nanos) };
      const parts = [
        [...around, "stream"],
        [...around, "values", second],
      ];
      yield decodeEntry(entry, line, doubts.length === 0 ? [] : doubtsWithin(doubts, parts));
    }
  }
}

/** A line and what was kept beside it. */
interface Entry {
  readonly labels: unknown;
  readonly metadata?: unknown;
  readonly text: string;
  readonly millis: number | undefined;
}

function decodeEntry(entry: Entry, line: number, textDoubts: readonly string[]): Found {
  const doubts = [...textDoubts];
  const body = bodyOf(entry.text, doubts);
  if (body === undefined) return { ...tooDeep(MAX_DEPTH), line };
  const texts = textsOf(entry, doubts);
  const attributes: Record<string, AttributeValue> = {};
  for (const [key, text] of texts) {
    const name = attributeNameOf(key);
    if (!KEY_PREFIXES.some((prefix) => keyOf(key).startsWith(prefix))) continue;
    if (Object.hasOwn(attributes, name)) doubts.push(`${shown(name)} is given twice`);
    setOwn(attributes, name, typedAttribute(name, text));
  }
  const service = texts.get(SERVICE_LABEL);
  const record: AuditRecord = {
    attributes,
    body,
    ...traceIds(texts.get("trace_id"), texts.get("span_id")),
    ...(service === undefined ? {} : { service }),
  };
  return foundOf({ record, line, doubts, shownMillis: entry.millis });
}

/** The body of a line; undefined where it is nested too deep. */
function bodyOf(text: string, doubts: string[]): BodyMap | undefined {
  if (text === "") return {};
  const value = tryParse(text);
  if (!isMap(value)) return { [OTHER_BODY]: text };
  if (isDeeper(value, MAX_DEPTH)) return undefined;
  // A line comes without what a scanner has seen of it.
  if (!isPlainText(text, value, MAX_DEPTH))
    for (const { message } of doubtsOfJson(text)) doubts.push(message);
  return value;
}

/** Labels and metadata; what stands in both counts as it stands beside the line. */
function textsOf({ labels, metadata }: Entry, doubts: string[]): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  const beside =
    isMap(metadata) && isMap(metadata["structuredMetadata"])
      ? metadata["structuredMetadata"]
      : metadata;
  for (const source of [labels, beside]) {
    if (!isMap(source)) continue;
    for (const [name, text] of Object.entries(source)) {
      if (typeof text !== "string") continue;
      const before = texts.get(name);
      if (before !== undefined && before !== text) doubts.push(`${shown(name)} is given twice`);
      texts.set(name, text);
    }
  }
  return texts;
}
