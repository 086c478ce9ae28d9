import type { Component } from "./model.ts";
import { booleanOf, get, isAbsent, isGiven } from "./located.ts";

/**
 * Where an exporter keeps what it has accepted and not yet sent: nowhere (its caller waits), in
 * memory, in memory while its caller waits, on disk, or it cannot be known.
 */
export type Queue = "none" | "memory" | "awaited" | "disk" | "unknown";

/** Exporters whose queue is on, in memory, unless they are told otherwise. */
const QUEUE_BY_DEFAULT = new Set(
  (
    "otlpgrpc otlphttp kafka clickhouse elasticsearch loki splunkhec datadog awscloudwatchlogs " +
    "coralogix googlecloud googlecloudpubsub syslog"
  ).split(" "),
);
/** Exporters without a queue, or with one that is off unless it is turned on. */
const NO_QUEUE_BY_DEFAULT = new Set(["file", "awss3", "debug", "nop"]);
/** Exporters that keep nothing: what reaches only these is lost. */
const KEEPS_NOTHING = new Set(["debug", "nop"]);

/** Whether an exporter leads somewhere that keeps records. */
export function isSink({ type }: { readonly type: string }): boolean {
  return !KEEPS_NOTHING.has(type);
}

/** Where an exporter keeps what it has accepted. */
export function queueOf({ type, config }: Component): Queue {
  const section = get(config, "sending_queue");
  if (section?.kind === "unknown") return "unknown";
  if (isAbsent(section)) {
    if (QUEUE_BY_DEFAULT.has(type)) return "memory";
    return NO_QUEUE_BY_DEFAULT.has(type) ? "none" : "unknown";
  }
  const isEnabled = booleanOf(get(section, "enabled"), true);
  if (isEnabled === undefined) return "unknown";
  if (!isEnabled) return "none";
  const storage = get(section, "storage");
  if (isGiven(storage) || storage?.kind === "unknown") return "disk";
  return booleanOf(get(section, "wait_for_result"), false) === true ? "awaited" : "memory";
}
