import type { ReadableLogRecord } from "@opentelemetry/sdk-logs";
import { type ExportResult, ExportResultCode } from "@opentelemetry/core";
import { OTLPExporterError } from "@opentelemetry/otlp-exporter-base";
import { createOtlpHttpExportDelegate } from "@opentelemetry/otlp-exporter-base/node-http";
import {
  type IExportLogsServiceResponse,
  type ISerializer,
  JsonLogsSerializer,
  LogsExporterMetricsHelper,
  ProtobufLogsSerializer,
} from "@opentelemetry/otlp-transformer";

/** What became of a batch that was sent. Only `delivered` may move a cursor. */
export type SendResult =
  /** 2xx, and the response names no rejected record. */
  | { readonly kind: "delivered" }
  /** 2xx, but the response rejects records (OTLP specification, "Partial Success"). */
  | { readonly kind: "rejected"; readonly count: number; readonly message: string }
  /** Anything else: no connection, no answer, another status. */
  | { readonly kind: "failed"; readonly message: string };

/** Sends batches of log records, one at a time. */
export interface OtlpSender {
  readonly send: (records: ReadableLogRecord[]) => Promise<SendResult>;
  readonly close: () => Promise<void>;
}

/** What {@link createOtlpSender} takes. */
export interface OtlpSenderOptions {
  /** Full URL, with `/v1/logs`. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly protocol: "http/json" | "http/protobuf";
  /** Default 10 s, as the OTLP exporter specification has it; the exporter's own retries included. */
  readonly timeoutMillis?: number;
}

const DEFAULT_TIMEOUT_MILLIS = 10_000;

type LogsSerializer = ISerializer<ReadableLogRecord[], IExportLogsServiceResponse>;

/**
 * The official OTLP/HTTP transport, with the response read.
 *
 * It is put together from the packages that `@opentelemetry/exporter-logs-otlp-http` is made of,
 * because that exporter reports a partial success as a success, and adds the headers of
 * OTEL_EXPORTER_OTLP_HEADERS to every receiver.
 */
export function createOtlpSender(options: OtlpSenderOptions): OtlpSender {
  const isJson = options.protocol === "http/json";
  const serializer: LogsSerializer = isJson ? JsonLogsSerializer : ProtobufLogsSerializer;
  let response: IExportLogsServiceResponse | undefined;
  const delegate = createOtlpHttpExportDelegate<ReadableLogRecord[], IExportLogsServiceResponse>(
    {
      url: options.url,
      headers: async () => ({
        ...options.headers,
        "Content-Type": isJson ? "application/json" : "application/x-protobuf",
      }),
      timeoutMillis: options.timeoutMillis ?? DEFAULT_TIMEOUT_MILLIS,
      concurrencyLimit: 1,
      compression: "none",
      agentFactory: agentOf,
    },
    {
      serializeRequest: (records) => serializer.serializeRequest(records),
      deserializeResponse(data) {
        // Some receivers answer 200 with nothing: that is a full success. A page of a proxy is none.
        if (isJson && !isJsonObject(data)) return {};
        response = data.length === 0 ? {} : serializer.deserializeResponse(data);
        return response;
      },
    },
    "otlp_http_log_exporter",
    LogsExporterMetricsHelper,
    undefined,
  );
  return {
    async send(records) {
      response = undefined;
      const result = await new Promise<ExportResult>((resolve) =>
        delegate.export(records, resolve),
      );
      return readResult(result, response);
    },
    close: () => delegate.shutdown(),
  };
}

async function agentOf(protocol: string): Promise<import("node:http").Agent> {
  const options = { keepAlive: true, maxSockets: 1 };
  if (protocol === "https:") return new (await import("node:https")).Agent(options);
  return new (await import("node:http")).Agent(options);
}

function readResult(
  result: ExportResult,
  response: IExportLogsServiceResponse | undefined,
): SendResult {
  if (result.code !== ExportResultCode.SUCCESS) {
    return { kind: "failed", message: failureText(result.error) };
  }
  if (response === undefined) return { kind: "failed", message: "the answer could not be read" };
  // Declared a number, but an int64 is text in JSON (protobuf, "ProtoJSON Format").
  // oxlint-disable-next-line typescript/no-unnecessary-type-conversion
  const count = Number(response.partialSuccess?.rejectedLogRecords ?? 0);
  if (count > 0) {
    return { kind: "rejected", count, message: response.partialSuccess?.errorMessage ?? "" };
  }
  return { kind: "delivered" };
}

/** The serializer takes any text for an empty response, so this is asked before. */
function isJsonObject(data: Uint8Array): boolean {
  if (data.length === 0) return true;
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(data));
    return typeof value === "object" && value !== null;
  } catch {
    return false;
  }
}

function failureText(error: Error | undefined): string {
  if (error === undefined) return "no answer";
  if (error instanceof OTLPExporterError && error.code !== undefined) {
    return `HTTP ${error.code} ${error.message}`.trim();
  }
  return error.message;
}
