import type { Collector, Component, Passage } from "./model.ts";
import { endpointOf, isLoopback } from "./endpoint.ts";
import { get, isAbsent, itemsOf, knownText, type Located } from "./located.ts";

const DEFAULT_BROKERS = "localhost:9092";
const DEFAULT_TOPIC = "otlp_logs";

/** The Kafka exporters whose topic a receiver of the same configuration reads, from a broker of theirs. */
export function findTopics({ exporters, receivers }: Collector["components"]): readonly Passage[] {
  const ofKafka = (all: ReadonlyMap<string, Component>): readonly Component[] =>
    [...all.values()].filter(({ type }) => type === "kafka");
  return ofKafka(exporters).flatMap((exporter) =>
    ofKafka(receivers)
      .filter((receiver) => haveInCommon(exporter, receiver))
      .map((receiver) => ({ exporter, receiver })),
  );
}

function haveInCommon({ config: written }: Component, { config: read }: Component): boolean {
  const brokers = brokersOf(read);
  const [topic = DEFAULT_TOPIC] = textsAt(written, ["logs", "topic"], ["topic"]);
  const topics = textsAt(read, ["logs", "topics"], ["logs", "topic"], ["topic"]);
  return (
    brokersOf(written).some((broker) => brokers.includes(broker)) &&
    (topics.length === 0 ? [DEFAULT_TOPIC] : topics).some((one) => isOf(topic, one))
  );
}

/** Brokers, comparable; what cannot be known, as it is written. */
function brokersOf(config: Located): readonly string[] {
  const node = get(config, "brokers");
  if (node?.kind === "unknown") return [node.source];
  const brokers = isAbsent(node) ? [DEFAULT_BROKERS] : textsOf(node);
  return brokers.map((broker) => {
    const endpoint = endpointOf({ kind: "scalar", place: config.place, source: "", value: broker });
    const { host, port } = endpoint ?? { host: broker, port: "" };
    return isLoopback(host) ? `localhost:${port}` : `${host.toLowerCase()}:${port}`;
  });
}

/** What the first of some places says that says anything. */
function textsAt(config: Located, ...paths: readonly (readonly string[])[]): readonly string[] {
  return paths.map((path) => textsOf(get(config, ...path))).find((texts) => texts.length > 0) ?? [];
}

function textsOf(node: Located | undefined): readonly string[] {
  if (node?.kind === "unknown") return [node.source];
  return itemsOf(node).flatMap((item) =>
    item.kind === "unknown" ? [item.source] : (knownText(item)?.trim() ?? []),
  );
}

/** Whether a topic is what a receiver asks for: a name, or behind a caret a pattern. */
function isOf(topic: string, asked: string): boolean {
  if (!asked.startsWith("^")) return asked === topic;
  try {
    return new RegExp(asked).test(topic);
  } catch {
    return false;
  }
}
