import { context } from "@opentelemetry/api";
import { type ExportResult, ExportResultCode, suppressTracing } from "@opentelemetry/core";
import type { createOtlpGrpcExportDelegate } from "@opentelemetry/otlp-grpc-exporter-base";
import {
  type IExportLogsServiceResponse,
  LogsExporterMetricsHelper,
  ProtobufLogsSerializer,
} from "@opentelemetry/otlp-transformer";
import type { ReadableLogRecord } from "@opentelemetry/sdk-logs";
import { messageOf } from "../../lib/errors.ts";
import { statusName } from "../../lib/grpc-status.ts";
import { retryDelayOf } from "./grpc-retry-info.ts";
import { carefully, readThrown } from "./careful-serializer.ts";
import { failed, readResponse, safeText } from "./otlp-answer.ts";
import {
  DEFAULT_TIMEOUT_MILLIS,
  type OtlpSender,
  type OtlpSenderOptions,
  type SendResult,
} from "./otlp-sender.ts";

/** Where the OTLP protocol puts it (opentelemetry-proto, logs_service.proto). */
const SERVICE = "LogsExportService";
const PATH = "/opentelemetry.proto.collector.logs.v1.LogsService/Export";

/** gRPC status codes (grpc.github.io/grpc/core/md_doc_statuscodes.html). */
const INVALID_ARGUMENT = 3;
const RESOURCE_EXHAUSTED = 8;

/** How gRPC in Go, Java, C and Node says that a message is larger than it takes. */
const TOO_LARGE =
  /larger than (the )?max|exceeds? (the )?maximum|too large|max(imum)? message size/i;

/**
 * The official OTLP/gRPC transport, with the response read. `@opentelemetry/otlp-grpc-exporter-base`
 * is loaded with the first batch, and brings the copy of grpc-js that stands beside it. Its calls
 * are neither traced nor audited.
 */
export function createOtlpGrpcSender(options: OtlpSenderOptions): OtlpSender {
  let response: IExportLogsServiceResponse | undefined;
  let delegate: Promise<Delegate> | undefined;
  let sentBytes = 0;

  async function open(): Promise<Delegate> {
    const grpc = await import("@opentelemetry/otlp-grpc-exporter-base");
    const { hostname, protocol, port } = new URL(options.url);
    const isTls = protocol === "https:";
    // What came from another thread is no Buffer any more, and grpc-js takes nothing else.
    const [ca, key, cert] = [options.tls?.ca, options.tls?.key, options.tls?.cert].map((pem) =>
      pem === undefined ? undefined : Buffer.from(pem),
    );
    return grpc.createOtlpGrpcExportDelegate<ReadableLogRecord[], IExportLogsServiceResponse>(
      {
        // A default port is not in a URL's text, and grpc-js has another default.
        url: `${hostname}:${port === "" ? (isTls ? "443" : "80") : port}`,
        credentials: () =>
          isTls ? grpc.createSslCredentials(ca, key, cert) : grpc.createInsecureCredentials(),
        metadata() {
          const metadata = grpc.createEmptyMetadata();
          for (const [name, value] of Object.entries(options.headers)) metadata.set(name, value);
          return metadata;
        },
        timeoutMillis: options.timeoutMillis ?? DEFAULT_TIMEOUT_MILLIS,
        concurrencyLimit: 1,
        compression: options.compression ?? "none",
      },
      {
        serializeRequest: carefully((records) => {
          const request = ProtobufLogsSerializer.serializeRequest(records);
          sentBytes = request?.length ?? 0;
          return request;
        }),
        deserializeResponse(data) {
          response = data.length === 0 ? {} : ProtobufLogsSerializer.deserializeResponse(data);
          return response;
        },
      },
      "otlp_grpc_log_exporter",
      LogsExporterMetricsHelper,
      undefined,
      SERVICE,
      PATH,
    );
  }

  return {
    async send(records) {
      response = undefined;
      try {
        const sender = await (delegate ??= open());
        const result = await new Promise<ExportResult>((resolve) =>
          context.with(suppressTracing(context.active()), () => sender.export(records, resolve)),
        );
        if (result.code === ExportResultCode.SUCCESS) return readResponse(response);
        return readFailure(result.error, sentBytes);
      } catch (error) {
        const result = readThrown(error);
        if (result.kind === "failed") delegate = undefined;
        return result;
      }
    },
    async close() {
      await (await delegate?.catch(() => undefined))?.shutdown();
    },
  };
}

type Delegate = ReturnType<
  typeof createOtlpGrpcExportDelegate<ReadableLogRecord[], IExportLogsServiceResponse>
>;

function readFailure(error: Error | undefined, sentBytes: number): SendResult {
  if (error === undefined) return failed("no answer", undefined);
  const { code, details, metadata } = error as Partial<ServiceError>;
  if (typeof code !== "number") return failed(safeText(messageOf(error)), undefined);
  const said = safeText(details ?? "");
  const message = `gRPC ${statusName(code)}${said === "" ? "" : `: ${said}`}`;
  if (code === INVALID_ARGUMENT) return { kind: "refused", message, isTooLarge: false };
  const retryAfter = retryDelayOf(metadata?.get("grpc-status-details-bin")[0]);
  // OTLP specification, "Failures": without RetryInfo an exhausted resource does not recover. Where
  // that is not the size of this very message, waiting is still the better guess.
  if (code === RESOURCE_EXHAUSTED && retryAfter === undefined && isOfRequest(said, sentBytes)) {
    return { kind: "refused", message, isTooLarge: true };
  }
  return failed(message, retryAfter);
}

/**
 * Whether a text says that the request was too large. The client says the same of an answer, with
 * the size of that: halves of the request would change nothing.
 */
function isOfRequest(said: string, sentBytes: number): boolean {
  const [, bytes] = /larger than max \((\d+) /.exec(said) ?? [];
  return TOO_LARGE.test(said) && (bytes === undefined || Number(bytes) <= sentBytes);
}

/** What grpc-js rejects with; its types are not imported at run time, nor is it. */
interface ServiceError {
  readonly code: number;
  readonly details: string;
  readonly metadata: { readonly get: (name: string) => readonly (string | Buffer)[] };
}
