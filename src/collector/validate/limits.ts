import type { Collector, Component } from "./model.ts";
import { usedComponents } from "./graph.ts";
import { type OtlpListener, otlpListeners } from "./hops.ts";
import { get, numberOf } from "./located.ts";

const MIB = 1024 * 1024;
/** What the servers take where nothing is said, MiB. */
export const DEFAULT_GRPC_MIB = 4;
const DEFAULT_HTTP_MIB = 20;

/** The largest request that a listener takes, MiB; undefined where it cannot be known. */
export function limitMib({ protocol, config }: OtlpListener): number | undefined {
  if (protocol === "grpc") {
    // 0 is "not set" to the Collector.
    const limit = numberOf(get(config, "max_recv_msg_size_mib"), DEFAULT_GRPC_MIB);
    return limit === 0 ? DEFAULT_GRPC_MIB : limit;
  }
  const bytes = numberOf(get(config, "max_request_body_size"), DEFAULT_HTTP_MIB * MIB);
  if (bytes === undefined) return undefined;
  return bytes <= 0 ? DEFAULT_HTTP_MIB : Math.ceil(bytes / MIB);
}

/** Receivers that other programs send audit records to; not those behind an internal hop. */
export function publicReceivers(collector: Collector): readonly Component[] {
  const inner = new Set(collector.hops.map(({ receiver }) => receiver));
  return usedComponents(collector, "receivers").filter((receiver) => !inner.has(receiver));
}

/** The largest request that comes in from outside, MiB, as far as it can be known; 0 without any. */
export function largestRequestMib(collector: Collector): number {
  const limits = publicReceivers(collector).flatMap(otlpListeners).map(limitMib);
  return Math.max(0, ...limits.map((limit) => limit ?? 0));
}
