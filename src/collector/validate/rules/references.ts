import type { Collector, Component, Reference, Section } from "../model.ts";
import { hitIn, typeOf, usedComponents } from "../graph.ts";
import type { Hit, Rule } from "../finding.ts";
import { get, itemsOf, knownText, type Located, type Place } from "../located.ts";

/** What kafka calls an encoding and is none of an extension. */
const KAFKA_ENCODINGS =
  /^(?:otlp_proto|otlp_json|raw|text(?:_.*)?|json|azure_.*|jaeger_.*|zipkin_.*)$/;

/** An extension that a component needs. */
interface Need {
  readonly component: Component;
  readonly extension: string;
  readonly at: Place;
  /** As in "storage". */
  readonly as: string;
}

/** The extensions that the components on the way of audit records need. */
function needs(collector: Collector): readonly Need[] {
  const receivers = usedComponents(collector, "receivers");
  const exporters = usedComponents(collector, "exporters");
  return [
    ...exporters.flatMap((one) =>
      need(one, "storage", get(one.config, "sending_queue", "storage")),
    ),
    ...receivers.flatMap((one) => need(one, "storage", get(one.config, "storage"))),
    ...[...receivers, ...exporters].flatMap((one) => [...encodings(one), ...guards(one)]),
  ];
}

function need(component: Component, as: string, node: Located | undefined): readonly Need[] {
  const extension = knownText(node);
  return node === undefined || extension === undefined || extension === ""
    ? []
    : [{ component, extension, at: node.place, as }];
}

function encodings(component: Component): readonly Need[] {
  const { type, config } = component;
  if (type === "file" || type === "awss3")
    return need(component, "encoding", get(config, "encoding"));
  if (type !== "kafka") return [];
  return [get(config, "encoding"), get(config, "logs", "encoding")].flatMap((node) =>
    KAFKA_ENCODINGS.test(knownText(node) ?? "") ? [] : need(component, "encoding", node),
  );
}

/** Who asks callers who they are, or tells servers: per component, or per protocol of it. */
function guards(component: Component): readonly Need[] {
  const { config } = component;
  const places = [config, get(config, "protocols", "grpc"), get(config, "protocols", "http")];
  return places.flatMap((place) => need(component, "auth", get(place, "auth", "authenticator")));
}

function* notStarted(collector: Collector): Generator<Hit> {
  if (collector.unknownNames.started) return;
  const started = new Set(collector.started.map(({ id }) => id));
  for (const { component, extension, at, as } of needs(collector)) {
    if (started.has(extension) || !collector.components.extensions.has(extension)) continue;
    yield {
      at,
      component: component.name,
      message: `${as} ${extension} is not in service.extensions`,
    };
  }
}

function* undefinedOnes(collector: Collector): Generator<Hit> {
  const { components, root } = collector;
  const isKnown = get(root, "extensions")?.kind !== "unknown";
  for (const { component, extension, at, as } of needs(collector)) {
    if (isKnown && !components.extensions.has(extension)) {
      yield {
        at,
        component: component.name,
        message: `${as} ${extension} is not under extensions`,
      };
    }
  }
  for (const { id, place } of collector.started) {
    if (isKnown && !components.extensions.has(id)) {
      yield {
        at: place,
        component: "service.extensions",
        message: `${id} is not under extensions`,
      };
    }
  }
  const seen = new Set<string>();
  for (const pipeline of collector.pipelines) {
    for (const section of ["receivers", "processors", "exporters"] as const) {
      for (const reference of pipeline[section]) {
        if (isDefined(reference, section, collector) || seen.has(`${section}.${reference.id}`))
          continue;
        seen.add(`${section}.${reference.id}`);
        yield {
          at: reference.place,
          component: `${section}.${reference.id}`,
          message: `${pipeline.id} uses ${reference.id}, which nothing defines`,
        };
      }
    }
  }
}

function isDefined({ id }: Reference, section: Section, { root, components }: Collector): boolean {
  if (components[section].has(id)) return true;
  if (get(root, section)?.kind === "unknown") return true;
  if (section === "processors") return false;
  return components.connectors.has(id) || get(root, "connectors")?.kind === "unknown";
}

function* unused(collector: Collector): Generator<Hit> {
  const { components, allPipelines, started, unknownNames } = collector;
  const inPipelines = (section: "receivers" | "processors" | "exporters"): readonly string[] =>
    allPipelines.flatMap((pipeline) => pipeline[section].map(({ id }) => id));
  const used: Readonly<Record<Section, ReadonlySet<string>>> = {
    receivers: new Set(inPipelines("receivers")),
    processors: new Set(inPipelines("processors")),
    exporters: new Set(inPipelines("exporters")),
    connectors: new Set([...inPipelines("receivers"), ...inPipelines("exporters")]),
    extensions: new Set([
      ...started.map(({ id }) => id),
      // Said by extension_not_started.
      ...needs(collector).map(({ extension }) => extension),
    ]),
  };
  for (const [section, defined] of Object.entries(components) as [
    Section,
    ReadonlyMap<string, Component>,
  ][]) {
    for (const { id, name, key } of defined.values()) {
      const mayBeUsed = section === "extensions" ? unknownNames.started : unknownNames.inPipelines;
      if (!mayBeUsed && !used[section].has(id))
        yield { at: key, component: name, message: `${name} is used nowhere` };
    }
  }
}

function* dropsWhatNobodyRoutes(collector: Collector): Generator<Hit> {
  const seen = new Set<string>();
  for (const { exporters } of collector.pipelines) {
    for (const { id } of exporters) {
      const connector = collector.components.connectors.get(id);
      if (connector === undefined || seen.has(id) || typeOf(id, "connectors") !== "routing")
        continue;
      seen.add(id);
      const defaults = get(connector.config, "default_pipelines");
      if (connector.config.kind === "unknown" || defaults?.kind === "unknown") continue;
      if (itemsOf(defaults).length > 0) continue;
      yield { at: connector.key, component: connector.name, message: "no default_pipelines" };
    }
  }
}

/** Names that lead nowhere. */
export const REFERENCE_RULES: readonly Rule[] = [
  {
    code: "component_undefined",
    severity: "error",
    why: "the Collector does not start; of an encoding or a storage its own validate says nothing",
    instead: "define it, or take its name out",
    find: undefinedOnes,
  },
  {
    code: "extension_not_started",
    severity: "error",
    why: "the extension is defined and not started, so the Collector does not start; its own validate says nothing. An overlay replaces the list of service.extensions",
    instead: "its name in service.extensions, together with all others",
    find: notStarted,
  },
  {
    code: "component_unused",
    severity: "warning",
    why: "what it is there for (a redaction, a sink, a queue) does not happen",
    instead: "its name in a pipeline or in service.extensions, or take it out",
    find: unused,
  },
  {
    code: "hop_circle",
    severity: "error",
    why: "an exporter sends to a receiver of this configuration that its own records come from: they go round for ever, and the disk or the memory fills",
    instead:
      "the endpoint of the backend, or another port for the inner receiver; of Kafka another topic, or each on a Collector of its own",
    find: ({ circles }) =>
      circles.map(({ exporter, receiver }) =>
        hitIn(
          exporter,
          exporter.type === "kafka" ? ["logs", "topic"] : ["endpoint"],
          `sends to ${receiver.name}, which its own records come from`,
        ),
      ),
  },
  {
    code: "routing_without_default",
    severity: "warning",
    why: "records that no route matches are dropped without a word",
    instead: "default_pipelines with a pipeline that keeps them",
    find: dropsWhatNobodyRoutes,
  },
];
