import { channel } from "node:diagnostics_channel";
import type { Agent, ClientRequest, IncomingMessage } from "node:http";
import { context } from "@opentelemetry/api";
import { type ExportResult, ExportResultCode, suppressTracing } from "@opentelemetry/core";
import { OTLPExporterError } from "@opentelemetry/otlp-exporter-base";
import { createOtlpHttpExportDelegate } from "@opentelemetry/otlp-exporter-base/node-http";
import {
  type IExportLogsServiceResponse,
  type ISerializer,
  JsonLogsSerializer,
  LogsExporterMetricsHelper,
  ProtobufLogsSerializer,
} from "@opentelemetry/otlp-transformer";
import type { ReadableLogRecord } from "@opentelemetry/sdk-logs";
import { carefully, readThrown } from "./careful-serializer.ts";
import { failed, readResponse, safeText } from "./otlp-answer.ts";
import {
  DEFAULT_TIMEOUT_MILLIS,
  type OtlpSender,
  type OtlpSenderOptions,
  type SendResult,
} from "./otlp-sender.ts";

type LogsSerializer = ISerializer<ReadableLogRecord[], IExportLogsServiceResponse>;

/** The exporter's own time limit starts anew with every byte of the answer; this one does not. */
const DEADLINE_SLACK_MILLIS = 1000;

/**
 * The official OTLP/HTTP transport, with the response read.
 *
 * It is put together from the packages that `@opentelemetry/exporter-logs-otlp-http` is made of,
 * because that exporter reports a partial success as a success, and adds the headers of
 * OTEL_EXPORTER_OTLP_HEADERS to every receiver.
 */
export function createOtlpHttpSender(options: OtlpSenderOptions): OtlpSender {
  const { tls, timeoutMillis = DEFAULT_TIMEOUT_MILLIS } = options;
  const isJson = options.protocol === "http/json";
  const serializer: LogsSerializer = isJson ? JsonLogsSerializer : ProtobufLogsSerializer;
  let response: IExportLogsServiceResponse | undefined;
  let agent: Agent | undefined;
  const watch = watchResponses((request) => "agent" in request && request.agent === agent);
  const delegate = createOtlpHttpExportDelegate<ReadableLogRecord[], IExportLogsServiceResponse>(
    {
      url: options.url,
      headers: async () => ({
        ...options.headers,
        "Content-Type": isJson ? "application/json" : "application/x-protobuf",
      }),
      timeoutMillis,
      concurrencyLimit: 1,
      compression: options.compression ?? "none",
      agentFactory: async (protocol) => (agent = await agentOf(protocol, tls)),
    },
    {
      serializeRequest: carefully((records) => serializer.serializeRequest(records)),
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
      watch.forget();
      // An answer of one byte a second is no answer: the connection goes, and with it the request.
      const deadline = setTimeout(() => agent?.destroy(), timeoutMillis + DEADLINE_SLACK_MILLIS);
      try {
        const result = await new Promise<ExportResult>((resolve) =>
          context.with(suppressTracing(context.active()), () => delegate.export(records, resolve)),
        );
        if (result.code === ExportResultCode.SUCCESS) return readResponse(response);
        return readFailure(result.error, watch.last());
      } catch (error) {
        return readThrown(error);
      } finally {
        clearTimeout(deadline);
      }
    },
    async close() {
      watch.stop();
      await delegate.shutdown();
      agent?.destroy();
    },
  };
}

async function agentOf(protocol: string, tls: OtlpSenderOptions["tls"]): Promise<Agent> {
  const options = { keepAlive: true, maxSockets: 1 };
  if (protocol === "https:") {
    // What came from another thread is no Buffer any more.
    const files = Object.entries(tls ?? {}).map(([name, pem]) => [name, Buffer.from(pem)] as const);
    const { Agent } = await import("node:https");
    return new Agent({ ...options, ...Object.fromEntries(files) });
  }
  return new (await import("node:http")).Agent(options);
}

/** Status and Retry-After of the last answer: the exporter keeps those of a retryable one to itself. */
interface ResponseWatch {
  readonly last: () => Pick<IncomingMessage, "statusCode" | "headers"> | undefined;
  readonly forget: () => void;
  readonly stop: () => void;
}

/** Node's own channels (node:diagnostics_channel, "HTTP"): what they tell is about the request itself. */
function watchResponses(isOurs: (request: ClientRequest) => boolean): ResponseWatch {
  const started = channel("http.client.request.start");
  const answered = channel("http.client.response.finish");
  let last: IncomingMessage | undefined;
  const onStart = (message: unknown): void => {
    if (isOurs((message as { readonly request: ClientRequest }).request)) last = undefined;
  };
  const onAnswer = (message: unknown): void => {
    const { request, response } = message as {
      readonly request: ClientRequest;
      readonly response: IncomingMessage;
    };
    if (isOurs(request)) last = response;
  };
  started.subscribe(onStart);
  answered.subscribe(onAnswer);
  return {
    last: () => last,
    forget: () => (last = undefined),
    stop() {
      started.unsubscribe(onStart);
      answered.unsubscribe(onAnswer);
    },
  };
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

function readFailure(
  error: Error | undefined,
  answer: Pick<IncomingMessage, "statusCode" | "headers"> | undefined,
): SendResult {
  const status = answer?.statusCode;
  if (status === undefined || status <= 299) return failed(networkText(error), undefined);
  const said = error instanceof OTLPExporterError ? sentenceOf(error.data) : "";
  const message = `HTTP ${status}${said === "" ? "" : `: ${said}`}`;
  if (status === 400 || status === 413) {
    return { kind: "refused", message, isTooLarge: status === 413 };
  }
  return failed(message, retryAfterMillis(answer?.headers["retry-after"]));
}

/** The message of an OTLP error, which is a google.rpc.Status, else the text as it stands. */
function sentenceOf(body: string | undefined): string {
  if (body === undefined || /^\s*(<|\{\s*\}\s*$)/.test(body)) return "";
  try {
    const value: unknown = JSON.parse(body);
    if (typeof value === "object" && value !== null && "message" in value) {
      return safeText(String(value.message));
    }
  } catch {
    // Not JSON: plain text, or the bytes of a protobuf message, whose text part is readable.
  }
  return safeText(body);
}

function networkText(error: Error | undefined): string {
  if (error === undefined) return "no answer";
  // Several addresses were tried: the text of the whole is empty.
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error;
  return safeText(first instanceof Error && first.message !== "" ? first.message : error.name);
}

/** RFC 9110, section 10.2.3: seconds, or a date. */
function retryAfterMillis(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d+$/.test(header.trim())) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : date - Date.now();
}
