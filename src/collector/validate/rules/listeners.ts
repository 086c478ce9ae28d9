import type { Component } from "../model.ts";
import { hitIn, startedExtensions, usedComponents } from "../graph.ts";
import type { Hit, Rule } from "../finding.ts";
import { type Endpoint, endpointOf, isEverywhere, isLoopback } from "../endpoint.ts";
import { otlpListeners } from "../hops.ts";
import { get, isAbsent, itemsOf, knownText, type Located, type Place } from "../located.ts";
import { DEFAULT_GRPC_MIB, largestRequestMib, limitMib, publicReceivers } from "../limits.ts";

/** Receivers that listen on the address in `endpoint`; of others that is what they call. */
const LISTENING = new Set(
  "fluentforward webhookevent splunkhec loki awsfirehose signalfx datadog".split(" "),
);

/** Whose pages may come from anywhere. */
const ANY_ORIGIN = /^(?:https?:\/\/)?\*+(?::[\d*]+)?$/;

/** A port that a receiver listens on. */
interface Listener {
  readonly path: readonly string[];
  readonly config: Located;
  readonly endpoint: Endpoint | undefined;
}

function listeners(receiver: Component): readonly Listener[] {
  const { type, config } = receiver;
  const below = (path: readonly string[], key: string): Listener => ({
    path: [...path, key],
    config: get(config, ...path) ?? config,
    endpoint: endpointOf(get(config, ...path, key)),
  });
  if (type === "otlp") {
    return otlpListeners(receiver).map(({ protocol }) =>
      below(["protocols", protocol], "endpoint"),
    );
  }
  if (LISTENING.has(type)) return [below([], "endpoint")];
  if (type === "syslog")
    return [below(["tcp"], "listen_address"), below(["udp"], "listen_address")];
  return type === "tcplog" || type === "udplog" ? [below([], "listen_address")] : [];
}

/** Encrypted, and it asks who is there. */
function isGuarded(config: Located): boolean {
  const tls = get(config, "tls");
  if (tls?.kind === "unknown") return true;
  const hasTls = !isAbsent(tls);
  const asks = !isAbsent(get(config, "auth")) || !isAbsent(get(tls, "client_ca_file"));
  return hasTls && asks;
}

function openAddress(endpoint: Endpoint): string {
  return `${endpoint.host === "" ? "no host, so every interface" : endpoint.host}, port ${endpoint.port}`;
}

const inExtensions =
  (types: readonly string[], isOpen: (endpoint: Endpoint) => boolean): Rule["find"] =>
  (collector) =>
    startedExtensions(collector, ...types).flatMap((extension) => {
      const paths = [["endpoint"], ["http", "endpoint"], ["grpc", "endpoint"], ["tcp", "endpoint"]];
      return paths.flatMap((path) => {
        const endpoint = endpointOf(get(extension.config, ...path));
        return endpoint !== undefined && isOpen(endpoint)
          ? [hitIn(extension, path, `listens on ${openAddress(endpoint)}`)]
          : [];
      });
    });

function* openMetrics(root: Located): Generator<Hit> {
  const metrics = get(root, "service", "telemetry", "metrics");
  const component = "service.telemetry.metrics";
  const hit = (place: Place, host: string): Hit => ({
    at: place,
    component,
    message: `listens on ${host === "" ? "every interface" : host}`,
  });
  const address = get(metrics, "address");
  const endpoint = endpointOf(address);
  if (address !== undefined && endpoint !== undefined && isEverywhere(endpoint)) {
    yield hit(address.place, endpoint.host);
  }
  for (const reader of itemsOf(get(metrics, "readers"))) {
    const host = get(reader, "pull", "exporter", "prometheus", "host");
    const name = knownText(host);
    if (host === undefined || name === undefined) continue;
    if (isEverywhere({ scheme: "", host: name, port: "" })) yield hit(host.place, name);
  }
}

/** Who may come in, and with how much. */
export const LISTENER_RULES: readonly Rule[] = [
  {
    code: "listener_open",
    severity: "error",
    why: "every host that reaches this machine may write records that look like audit records, and see those of others on the way",
    instead: "127.0.0.1, or tls with auth (or with client_ca_file) for the network",
    find: (collector) =>
      usedComponents(collector, "receivers").flatMap((receiver) =>
        listeners(receiver).flatMap(({ path, config, endpoint }) =>
          endpoint !== undefined && !isLoopback(endpoint.host) && !isGuarded(config)
            ? [
                hitIn(
                  receiver,
                  path,
                  `listens on ${openAddress(endpoint)}, without tls and authentication`,
                ),
              ]
            : [],
        ),
      ),
  },
  {
    code: "listener_cors",
    severity: "error",
    why: "any page that somebody on a machine with a way to this port opens in a browser may post records",
    instead: "no cors, or the origins that write audit records by name",
    find: (collector) =>
      usedComponents(collector, "receivers").flatMap((receiver) =>
        [
          ["protocols", "http", "cors", "allowed_origins"],
          ["cors", "allowed_origins"],
        ].flatMap((path) =>
          itemsOf(get(receiver.config, ...path))
            .filter((origin) => ANY_ORIGIN.test(knownText(origin)?.trim() ?? ""))
            .map((origin) => ({
              at: origin.place,
              component: receiver.name,
              message: `allowed_origins: ${knownText(origin)}`,
            })),
        ),
      ),
  },
  {
    code: "listener_default_limit",
    severity: "warning",
    why: "gRPC refuses a request of more than 4 MiB for good (RESOURCE_EXHAUSTED): a large batch never arrives",
    instead: "max_recv_msg_size_mib: 16",
    find: (collector) =>
      publicReceivers(collector).flatMap((receiver) =>
        otlpListeners(receiver).flatMap((listener) =>
          listener.protocol === "grpc" &&
          listener.config.kind !== "unknown" &&
          isAbsent(get(listener.config, "max_recv_msg_size_mib"))
            ? [
                hitIn(
                  receiver,
                  ["protocols", "grpc", "max_recv_msg_size_mib"],
                  `no max_recv_msg_size_mib: ${DEFAULT_GRPC_MIB}`,
                ),
              ]
            : [],
        ),
      ),
  },
  {
    code: "hop_smaller_limit",
    severity: "error",
    why: "a request that was accepted outside is refused behind the hop, for ever or for good: it stops the queue or is dropped from it",
    instead: "a limit above that of the public receiver",
    find: (collector) => {
      const largest = largestRequestMib(collector);
      const hops = new Map(
        collector.hops.map((hop) => [`${hop.receiver.id} ${hop.protocol}`, hop]),
      );
      return [...hops.values()].flatMap(({ receiver, protocol }) =>
        otlpListeners(receiver).flatMap((listener) => {
          const limit = limitMib(listener);
          const key = protocol === "grpc" ? "max_recv_msg_size_mib" : "max_request_body_size";
          return listener.protocol === protocol && limit !== undefined && limit < largest
            ? [
                hitIn(
                  receiver,
                  ["protocols", protocol, key],
                  `takes ${limit} MiB, and a request may have ${largest} MiB`,
                ),
              ]
            : [];
        }),
      );
    },
  },
  {
    code: "debug_port_open",
    severity: "error",
    why: "every host that reaches this machine may read what is in the Collector's memory: records and credentials",
    instead: "endpoint on 127.0.0.1, or without this extension",
    find: inExtensions(["pprof", "zpages"], ({ host }) => !isLoopback(host)),
  },
  {
    code: "health_check_open",
    severity: "warning",
    why: "every host that reaches this machine learns when the trail is down",
    instead: "endpoint on 127.0.0.1 or on the address that the probe calls",
    find: inExtensions(["healthcheck", "healthcheckv2"], isEverywhere),
  },
  {
    code: "metrics_open",
    severity: "warning",
    why: "every host that reaches this machine learns hosts, pipelines and how many records there are",
    instead: "host: 127.0.0.1",
    find: ({ root }) => openMetrics(root),
  },
  {
    code: "memory_limiter_extension",
    severity: "error",
    why: "the extension refuses with RESOURCE_EXHAUSTED, which senders take as final: they drop the records. The processor answers 503",
    instead: "the memory_limiter processor, first in the pipeline",
    find: (collector) =>
      startedExtensions(collector, "memorylimiter").map((extension) =>
        hitIn(extension, [], "memory_limiter as an extension"),
      ),
  },
];
