/**
 * What Loki 3 would answer of OTLP requests, by the rules that it documents ("Ingesting logs to Loki using
 * OpenTelemetry Collector", "Query logs within a range of time"). No Loki runs here.
 *
 * Some attributes of the resource become labels of the stream; all attributes of the record, the rest of
 * the resource, scope, ids and severity become structured metadata: texts, under names with `_` for every
 * character that is no letter, digit or `_`. The line is the body as text: JSON as Go writes it.
 */

/** Of the default `otlp_config`. */
const INDEXED: ReadonlySet<string> = new Set([
  "service.name",
  "service.namespace",
  "service.instance.id",
  "deployment.environment",
]);

interface KeyValue {
  readonly key: string;
  readonly value: AnyValue;
}
interface AnyValue {
  readonly stringValue?: string;
  readonly boolValue?: boolean;
  readonly intValue?: string | number;
  readonly doubleValue?: number;
  readonly arrayValue?: { readonly values?: readonly AnyValue[] };
  readonly kvlistValue?: { readonly values?: readonly KeyValue[] };
}
interface LogRecord {
  readonly timeUnixNano: string;
  readonly traceId?: string;
  readonly spanId?: string;
  readonly body?: AnyValue;
  readonly attributes?: readonly KeyValue[];
}
interface Request {
  readonly resourceLogs: readonly {
    readonly resource?: { readonly attributes?: readonly KeyValue[] };
    readonly scopeLogs: readonly {
      readonly scope?: { readonly name?: string };
      readonly logRecords: readonly LogRecord[];
    }[];
  }[];
}
type Labels = Readonly<Record<string, string>>;

/** A line of a stream, as `/loki/api/v1/query_range` gives it. */
export interface LokiEntry {
  readonly nanos: string;
  readonly line: string;
  readonly labels: Labels;
  readonly metadata: Labels;
}

/** What is kept of requests (OTLP JSON). */
export function lokiEntries(requests: readonly string[]): readonly LokiEntry[] {
  return requests
    .map((text) => JSON.parse(text) as Request)
    .flatMap(({ resourceLogs }) => resourceLogs)
    .flatMap(({ resource, scopeLogs }) => {
      const own = resource?.attributes ?? [];
      const labels = labelsOf(own.filter(({ key }) => INDEXED.has(key)));
      const others = labelsOf(own.filter(({ key }) => !INDEXED.has(key)));
      return scopeLogs.flatMap(({ scope, logRecords }) =>
        logRecords.map((record) =>
          entryOf(record, labels, { ...others, scope_name: scope?.name ?? "" }),
        ),
      );
    });
}

/** The answer with the header `X-Loki-Response-Encoding-Flags: categorize-labels`. */
export function categorizedAnswer(entries: readonly LokiEntry[]): string {
  const result = entries.map(({ labels, nanos, line, metadata }) => ({
    stream: labels,
    values: [[nanos, line, { structuredMetadata: metadata }]],
  }));
  return answerOf(result);
}

/** The answer without it: metadata are labels too. */
export function plainAnswer(entries: readonly LokiEntry[]): string {
  const result = entries.map(({ labels, nanos, line, metadata }) => ({
    stream: { ...labels, ...metadata, detected_level: "unknown" },
    values: [[nanos, line]],
  }));
  return answerOf(result);
}

/** What `logcli query -o jsonl` prints. */
export function logcliLines(entries: readonly LokiEntry[]): string {
  const lines = entries.map(({ labels, nanos, line, metadata }) => {
    const millis = Number(nanos.slice(0, -6));
    return JSON.stringify({
      labels: { ...labels, ...metadata },
      line,
      timestamp: new Date(millis).toISOString(),
    });
  });
  return `${lines.join("\n")}\n`;
}

function answerOf(result: readonly object[]): string {
  return JSON.stringify({ status: "success", data: { resultType: "streams", result, stats: {} } });
}

function entryOf(record: LogRecord, labels: Labels, around: Labels): LokiEntry {
  const { timeUnixNano, traceId = "", spanId = "", body, attributes = [] } = record;
  const ids = {
    ...(traceId === "" ? {} : { trace_id: traceId }),
    ...(spanId === "" ? {} : { span_id: spanId }),
  };
  const metadata = { ...around, ...labelsOf(attributes), ...ids, observed_timestamp: timeUnixNano };
  return { nanos: timeUnixNano, line: asString(body), labels, metadata };
}

function labelsOf(attributes: readonly KeyValue[]): Labels {
  const pairs = attributes.map(({ key, value }) => [
    key.replaceAll(/[^A-Za-z0-9_]/g, "_"),
    asString(value),
  ]);
  return Object.fromEntries(pairs) as Labels;
}

/** `Value.AsString()` of the Collector. */
function asString(value: AnyValue = {}): string {
  if (value.stringValue !== undefined) return value.stringValue;
  return value.arrayValue !== undefined || value.kvlistValue !== undefined
    ? goJson(value)
    : goJson(value).replace("null", "");
}

/** `encoding/json`: names sorted, markup and line separators escaped. */
function goJson(value: AnyValue): string {
  if (value.kvlistValue !== undefined) {
    const members = (value.kvlistValue.values ?? [])
      .toSorted((left, right) => Buffer.compare(Buffer.from(left.key), Buffer.from(right.key)))
      .map(({ key, value: member }) => `${goText(key)}:${goJson(member)}`);
    return `{${members.join(",")}}`;
  }
  if (value.arrayValue !== undefined)
    return `[${(value.arrayValue.values ?? []).map(goJson).join(",")}]`;
  if (value.stringValue !== undefined) return goText(value.stringValue);
  return String(value.boolValue ?? value.intValue ?? value.doubleValue ?? null);
}

function goText(text: string): string {
  return JSON.stringify(text).replaceAll(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
