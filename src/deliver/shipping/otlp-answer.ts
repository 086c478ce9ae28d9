/** What an OTLP answer means, whichever way it came. */
import type { IExportLogsServiceResponse } from "@opentelemetry/otlp-transformer";
import { createRedactor, type Redactor } from "../../redact/index.ts";
import type { SendResult } from "./otlp-sender.ts";

/** A receiver that asks for more than this is asked again all the same. */
const MAX_RETRY_AFTER_MILLIS = 10 * 60_000;
/** Of what a receiver says, enough to know what is wrong. */
const MAX_MESSAGE_LENGTH = 300;

/** What an answer of success means. A rejection of nothing is a warning, and a success. */
export function readResponse(response: IExportLogsServiceResponse | undefined): SendResult {
  if (response === undefined) return { kind: "failed", message: "the answer could not be read" };
  // Declared a number, but an int64 is text in JSON (protobuf, "ProtoJSON Format").
  // oxlint-disable-next-line typescript/no-unnecessary-type-conversion
  const count = Number(response.partialSuccess?.rejectedLogRecords ?? 0);
  if (!(count > 0)) return { kind: "delivered" };
  return {
    kind: "rejected",
    count,
    message: safeText(response.partialSuccess?.errorMessage ?? ""),
  };
}

/** A failure, with the pause that the receiver asked for. */
export function failed(message: string, retryAfterMillis: number | undefined): SendResult {
  if (retryAfterMillis === undefined || !(retryAfterMillis > 0)) return { kind: "failed", message };
  return {
    kind: "failed",
    message,
    retryAfterMillis: Math.min(retryAfterMillis, MAX_RETRY_AFTER_MILLIS),
  };
}

let redactor: Redactor | undefined;

/** A receiver's words in one short line; it may quote what it was sent, or how it was asked. */
export function safeText(text: string): string {
  if (text === "") return "";
  redactor ??= createRedactor();
  const line = redactor.redactText(text.slice(0, 4 * MAX_MESSAGE_LENGTH));
  return line
    .replace(/[\p{Cc}\u2028\u2029\s]+/gu, " ")
    .trim()
    .slice(0, MAX_MESSAGE_LENGTH);
}
