import { writeSync } from "node:fs";
import { diag } from "@opentelemetry/api";

/** Writes a line to people: on stderr as `otel-audit: …`, and to OpenTelemetry's diag. */
export type Report = (line: string) => void;

const STDERR = 2;

/**
 * The one writer of lines to people. What it writes is redacted, and it never throws: a closed
 * stderr is no reason to end a service.
 *
 * @param redactText masks secrets in what an error of others may quote.
 */
export function createLineWriter(redactText: (text: string) => string): Report {
  return (line) => {
    // One line is one message: control characters of others' texts must not forge a second one.
    const safe = redactText(line).replace(/[\p{Cc}\u2028\u2029]+/gu, " ");
    try {
      diag.warn(`otel-audit: ${safe}`);
    } catch {
      // The application's own diag logger failed; stderr has the line.
    }
    try {
      writeSync(STDERR, `otel-audit: ${safe}\n`);
    } catch {
      // stderr is closed or full; diag has the line.
    }
  };
}
