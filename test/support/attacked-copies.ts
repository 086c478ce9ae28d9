/** Copies of a journal as other places keep it, a record a line. */
import type { AuditRecord, BodyValue } from "../../src/event/index.ts";
import { decodeJsonLine } from "../../src/format/index.ts";
import { isBodyMap, textOf } from "../../src/seal/sealed-fields.ts";
import { otlpRequest } from "./stored-forms.ts";

/** What a Collector's file exporter writes: a request a line. */
export function collectorLines(journal: readonly string[]): readonly string[] {
  return journal.map((line) => otlpRequest([decodeJsonLine(line)]));
}

/** What VictoriaLogs answers: every value a text, body and resource beside the attributes. */
export function victoriaLines(journal: readonly string[]): readonly string[] {
  return journal.map((line) => JSON.stringify(victoriaFields(decodeJsonLine(line))));
}

function victoriaFields({ attributes, body, traceId, spanId, service }: AuditRecord): object {
  const texts = Object.entries(attributes).map(([name, value]) => [name, textOf(value)] as const);
  return {
    _time: String(attributes["audit.time"]).replace(/\d{3}Z$/, "Z"),
    _stream_id: "0000",
    _stream: `{host.name="h",service.name="${service ?? ""}"}`,
    _msg: "",
    ...mapOf(texts.filter(([, text]) => text !== "")),
    ...mapOf(leavesOf("", body)),
    "host.name": "h",
    "service.name": service,
    severity: "Unspecified",
    ...(traceId === undefined ? {} : { trace_id: traceId, span_id: spanId }),
  };
}

function mapOf(pairs: readonly (readonly [string, string])[]): Readonly<Record<string, string>> {
  return Object.fromEntries(pairs);
}

function leavesOf(path: string, value: BodyValue): readonly (readonly [string, string])[] {
  if (isBodyMap(value))
    return Object.entries(value).flatMap(([name, item]) =>
      leavesOf(path === "" ? name : `${path}.${name}`, item),
    );
  const text = textOf(value);
  return text === "" ? [] : [[path, text]];
}
