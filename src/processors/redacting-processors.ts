import type { LogRecordProcessor } from "@opentelemetry/sdk-logs";
import type { SpanProcessor } from "@opentelemetry/sdk-trace";
import { type BodyValue, normaliseValue } from "../event/index.ts";
import {
  createRedactingProcessor,
  createRedactor,
  createSpanRedactingProcessor,
} from "../redact/index.ts";

const redactor = createRedactor();

/**
 * A log-record processor that masks secrets and personal numbers in every record, of any scope, and
 * cuts what is too large. Put it before the processors that export.
 *
 * @example
 * new LoggerProvider({ processors: [createRedactingLogProcessor(), new BatchLogRecordProcessor({ exporter })] });
 */
export function createRedactingLogProcessor(): LogRecordProcessor {
  return createRedactingProcessor(redactor);
}

/**
 * A span processor that masks secrets in each ended span, then hands a copy to yours. Wrap every
 * processor that exports: processors beside it see the span as it was.
 *
 * @example
 * new NodeSDK({ spanProcessors: [createRedactingSpanProcessor(new BatchSpanProcessor({ exporter }))] });
 */
export function createRedactingSpanProcessor(next: SpanProcessor): SpanProcessor {
  return createSpanRedactingProcessor(next, redactor);
}

/**
 * Any value without secrets, as plain JSON: what a record would show of it. `undefined` for what has
 * no plain form, as functions.
 */
export function redact(value: unknown): BodyValue | undefined {
  const plain = normaliseValue(value);
  return plain === undefined ? undefined : redactor.redactValue(plain);
}
