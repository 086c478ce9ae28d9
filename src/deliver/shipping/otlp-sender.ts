import type { ReadableLogRecord } from "@opentelemetry/sdk-logs";

/** What became of a batch that was sent. Only `delivered` may move a cursor. */
export type SendResult =
  /** 2xx, and the response names no rejected record. */
  | { readonly kind: "delivered" }
  /** 2xx, but the response rejects records (OTLP specification, "Partial Success"); which ones it does not say. */
  | { readonly kind: "rejected"; readonly count: number; readonly message: string }
  /** Refused for what is in it: 400, 413 and their like in gRPC. The same batch would be refused again. */
  | { readonly kind: "refused"; readonly message: string; readonly isTooLarge: boolean }
  /** Anything else: no connection, no answer, another status. Says nothing about the records. */
  | {
      readonly kind: "failed";
      readonly message: string;
      /** The receiver said when it wants to be asked again. */
      readonly retryAfterMillis?: number;
    };

/** Sends batches of log records, one at a time. */
export interface OtlpSender {
  /** Never rejects: what fails is a result. */
  readonly send: (records: ReadableLogRecord[]) => Promise<SendResult>;
  readonly close: () => Promise<void>;
}

/** Certificates, PEM. */
export interface TlsFiles {
  /** Whom the receiver's certificate is checked against. Default: the authorities that Node trusts. */
  readonly ca?: Uint8Array;
  /** The certificate that we show, and its key. */
  readonly cert?: Uint8Array;
  readonly key?: Uint8Array;
}

/** What `createOtlpSender` takes. */
export interface OtlpSenderOptions {
  /** Full URL: with `/v1/logs` for HTTP, host and port alone count for gRPC. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly protocol: "http/json" | "http/protobuf" | "grpc";
  /** Default `none`. */
  readonly compression?: "gzip" | "none";
  readonly tls?: TlsFiles;
  /** Default 10 s, as the OTLP exporter specification has it; the exporter's own retries included. */
  readonly timeoutMillis?: number;
}

/** OTLP exporter specification, "Configuration Options". */
export const DEFAULT_TIMEOUT_MILLIS = 10_000;
