import type { LogRecordProcessor } from "@opentelemetry/sdk-logs";
import type { SpanProcessor } from "@opentelemetry/sdk-trace";
import {
  createRedactingProcessor,
  createRedactor,
  createSpanRedactingProcessor,
  type RedactionPolicy,
  type Redactor,
} from "../redact/index.ts";
import { createLineWriter } from "../setup/line-writer.ts";
import { resolveRedaction } from "../setup/options.ts";
import { openRedactor } from "../setup/redaction.ts";

/** By which rules a processor redacts. */
export interface RedactingOptions {
  /** Path of a redaction policy, or the policy itself. Default: what AUDIT_REDACTION_FILE or `./redaction.yaml` says, else the built-in rules. */
  readonly redaction?: string | RedactionPolicy;
  /** File with the key of pseudonyms. Default: AUDIT_REDACTION_KEY_FILE. */
  readonly redactionKeyFile?: string;
}

/**
 * A log-record processor that takes secrets and personal numbers out of every record, of any scope,
 * and cuts what is too large. Put it before the processors that export.
 *
 * @example
 * new LoggerProvider({ processors: [createRedactingLogProcessor(), new BatchLogRecordProcessor({ exporter })] });
 * @throws {AuditError} `unreadable`, `untrusted_file` and `invalid_policy` for a policy or a key
 * that cannot be used.
 */
export function createRedactingLogProcessor(options: RedactingOptions = {}): LogRecordProcessor {
  return createRedactingProcessor(redactorOf(options));
}

/**
 * A span processor that takes secrets out of each ended span, then hands a copy to yours. Wrap every
 * processor that exports: processors beside it see the span as it was.
 *
 * @example
 * new NodeSDK({ spanProcessors: [createRedactingSpanProcessor(new BatchSpanProcessor({ exporter }))] });
 * @throws {AuditError} as {@link createRedactingLogProcessor}.
 */
export function createRedactingSpanProcessor(
  next: SpanProcessor,
  options: RedactingOptions = {},
): SpanProcessor {
  return createSpanRedactingProcessor(next, redactorOf(options));
}

/** The redactor that options name. */
export function redactorOf(options: RedactingOptions): Redactor {
  const report = createLineWriter(createRedactor().redactText);
  return openRedactor(resolveRedaction(options), undefined, report);
}
