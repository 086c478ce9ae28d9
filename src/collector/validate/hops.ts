import type { Collector, Component, Hop } from "./model.ts";
import { endpointOf, isEverywhere, isLoopback } from "./endpoint.ts";
import { entriesOf, get, isAbsent, type Located } from "./located.ts";

/** A port that an OTLP receiver listens on. */
export interface OtlpListener {
  readonly receiver: Component;
  readonly protocol: "grpc" | "http";
  readonly config: Located;
  readonly endpoint: Located | undefined;
}

const DEFAULT_ENDPOINTS = { grpc: "localhost:4317", http: "localhost:4318" } as const;

/** The ports that an OTLP receiver listens on. */
export function otlpListeners(receiver: Component): readonly OtlpListener[] {
  if (receiver.type !== "otlp") return [];
  return entriesOf(get(receiver.config, "protocols")).flatMap(([protocol, { value }]) =>
    protocol === "grpc" || protocol === "http"
      ? [{ receiver, protocol, config: value, endpoint: endpointNode(value) }]
      : [],
  );
}

function endpointNode(config: Located): Located | undefined {
  const node = get(config, "endpoint");
  return isAbsent(node) ? undefined : node;
}

/** The exporters that send to a receiver of the same configuration. */
export function findHops(components: Collector["components"]): readonly Hop[] {
  const listeners = [...components.receivers.values()].flatMap(otlpListeners);
  return [...components.exporters.values()].flatMap((exporter) => {
    const protocol = ({ otlpgrpc: "grpc", otlphttp: "http" } as const)[exporter.type];
    const target = get(exporter.config, "endpoint");
    return listeners
      .filter((listener) => listener.protocol === protocol && isSame(target, listener))
      .map(({ receiver, protocol: spoken }) => ({ exporter, receiver, protocol: spoken }));
  });
}

function isSame(target: Located | undefined, listener: OtlpListener): boolean {
  if (target === undefined) return false;
  const heardText = sourceOf(listener.endpoint);
  // The same variable, or the same socket file.
  if (heardText !== "" && heardText === sourceOf(target)) return true;
  const called = endpointOf(target);
  const heard = endpointOf(listener.endpoint, DEFAULT_ENDPOINTS[listener.protocol]);
  if (called === undefined || heard === undefined || called.port !== heard.port) return false;
  if (called.port === "") return false;
  const isHere = isLoopback(called.host) || isEverywhere(called);
  return called.host === heard.host || (isHere && (isLoopback(heard.host) || isEverywhere(heard)));
}

/** As it is written; a socket file without its scheme, which only who calls it writes. */
function sourceOf(node: Located | undefined): string {
  return node !== undefined && "source" in node ? node.source.replace(/^unix:(?:\/\/)?/, "") : "";
}
