import { type Attributes, diag } from "@opentelemetry/api";
import type { ReadableSpan, SpanProcessor } from "@opentelemetry/sdk-trace";
import { redactAttributes } from "./any-attributes.ts";
import type { Redactor } from "./redactor.ts";

/** What a span is called that could not be redacted. */
const UNREADABLE_SPAN = "[redaction failed]";

/**
 * A span processor that masks secrets in each ended span, then hands it to another processor.
 *
 * Name, status message and the attributes of the span, its events (exceptions with their stack
 * traces) and its links are masked; the resource is not. The span itself stays as it is: the wrapped
 * processor gets a copy. Never throws by itself; a span that cannot be redacted loses its content.
 */
export function createSpanRedactingProcessor(
  next: SpanProcessor,
  redactor: Redactor,
): SpanProcessor {
  return {
    onStart: (span, parentContext) => next.onStart(span, parentContext),
    onEnding: (span) => next.onEnding?.(span),
    onEnd: (span) => next.onEnd(redactedOrEmpty(redactor, span)),
    forceFlush: () => next.forceFlush(),
    shutdown: () => next.shutdown(),
  };
}

function redactedOrEmpty(redactor: Redactor, span: ReadableSpan): ReadableSpan {
  try {
    return copyOf(span, redactedContent(redactor, span));
  } catch {
    warn("otel-audit: a span could not be redacted, its content was dropped");
    const status = { code: span.status.code };
    return copyOf(span, { name: UNREADABLE_SPAN, status, attributes: {}, events: [], links: [] });
  }
}

type Content = Pick<ReadableSpan, "name" | "status" | "attributes" | "events" | "links">;

function redactedContent(redactor: Redactor, span: ReadableSpan): Content {
  const masked = (attributes: Attributes): Attributes => redactAttributes(redactor, attributes);
  const { message } = span.status;
  return {
    name: redactor.redactText(span.name),
    status:
      message === undefined
        ? span.status
        : { ...span.status, message: redactor.redactText(message) },
    attributes: masked(span.attributes),
    events: span.events.map((event) => ({
      ...event,
      name: redactor.redactText(event.name),
      ...(event.attributes === undefined ? {} : { attributes: masked(event.attributes) }),
    })),
    links: span.links.map((link) => ({
      ...link,
      ...(link.attributes === undefined ? {} : { attributes: masked(link.attributes) }),
    })),
  };
}

/** A plain object with every field of a readable span, so that nothing leads back to the original. */
function copyOf(span: ReadableSpan, content: Content): ReadableSpan {
  const spanContext = span.spanContext();
  return {
    ...content,
    kind: span.kind,
    spanContext: () => spanContext,
    ...(span.parentSpanContext === undefined ? {} : { parentSpanContext: span.parentSpanContext }),
    startTime: span.startTime,
    endTime: span.endTime,
    duration: span.duration,
    ended: span.ended,
    resource: span.resource,
    instrumentationScope: span.instrumentationScope,
    droppedAttributesCount: span.droppedAttributesCount,
    droppedEventsCount: span.droppedEventsCount,
    droppedLinksCount: span.droppedLinksCount,
  };
}

/** Without the error itself, which may quote what was to be redacted; a logger that throws changes nothing. */
function warn(line: string): void {
  try {
    diag.error(line);
  } catch {
    // The application's own diag logger failed.
  }
}
