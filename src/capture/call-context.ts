import {
  type Context,
  context,
  ROOT_CONTEXT,
  type Span,
  type TextMapGetter,
  trace,
} from "@opentelemetry/api";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import { ATTR_CALL_ID } from "../event/index.ts";
import type { GrpcMetadata } from "./grpc-types.ts";

const METADATA: TextMapGetter<GrpcMetadata> = {
  keys: () => ["traceparent"],
  get: (metadata, key) => metadata.get(key).map(String),
};
const propagator = new W3CTraceContextPropagator();

/**
 * The context whose span a call's records name: the server span where there is one; else the span
 * of the caller, from its `traceparent` (W3C Trace Context, section 3.2).
 */
export function contextOfCall(metadata: GrpcMetadata): Context {
  const active = context.active();
  if (hasSpan(active)) return active;
  if (metadata.get("traceparent").length === 0) return active;
  return propagator.extract(ROOT_CONTEXT, metadata, METADATA);
}

/**
 * The same at the end of a call. A handler that was there before us runs inside of its span, but
 * we do not: its answer tells.
 */
export function contextAtEnd(atStart: Context): Context {
  if (isServerSide(atStart)) return atStart;
  const active = context.active();
  return hasSpan(active) ? active : atStart;
}

/** From the span in a trace viewer to the records of its call. */
export function linkSpan(at: Context, callId: string): void {
  const span: Span | undefined = trace.getSpan(at);
  if (span?.isRecording() === true) span.setAttribute(ATTR_CALL_ID, callId);
}

function hasSpan(at: Context): boolean {
  return trace.getSpan(at) !== undefined;
}

/** A span of this process; the caller's is remote. */
function isServerSide(at: Context): boolean {
  const span = trace.getSpanContext(at);
  return span !== undefined && span.isRemote !== true;
}
