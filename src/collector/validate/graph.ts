import {
  entriesOf,
  get,
  itemsOf,
  knownText,
  type Located,
  type Place,
  placeAlong,
} from "./located.ts";
import { straightened } from "./carried.ts";
import type { Hit } from "./finding.ts";
import { findHops } from "./hops.ts";
import { findTopics } from "./topics.ts";
import type { Collector, Component, Pipeline, Reference, Section } from "./model.ts";

const SECTIONS = ["receivers", "processors", "exporters", "connectors", "extensions"] as const;

/** A configuration taken apart; which pipelines carry audit records is up to `carry`. */
export function collectorOf(
  root: Located,
  carry: (all: readonly Pipeline[], collector: Collector) => readonly Pipeline[],
): Collector {
  const componentsOf = (section: Section): ReadonlyMap<string, Component> =>
    new Map(
      entriesOf(get(root, section)).map(([id, { key, value }]) => [
        id,
        { section, id, type: typeOf(id, section), name: `${section}.${id}`, key, config: value },
      ]),
    );
  const defined = Object.fromEntries(
    SECTIONS.map((section) => [section, componentsOf(section)]),
  ) as Collector["components"];
  const allPipelines = entriesOf(get(root, "service", "pipelines")).map(([id, { key, value }]) =>
    pipelineOf(id, key, value),
  );
  const connectors = new Map([...defined.connectors, ...unknownConnectors(root, allPipelines)]);
  const components = { ...defined, connectors };
  const { hops, circles } = straightened(findHops(components), components, allPipelines);
  // Beside ports: a topic keeps what it gets and has other writers, so it is no inner way, but it may lead back.
  const around = straightened([...hops, ...findTopics(components)], components, allPipelines);
  const extensions = get(root, "service", "extensions");
  const pipelines = get(root, "service", "pipelines");
  const whole: Collector = {
    root,
    components,
    allPipelines,
    pipelines: allPipelines.filter(({ id }) => isOfLogs(id)),
    started: referencesOf(extensions, "extensions"),
    unknownNames: {
      inPipelines:
        pipelines?.kind === "unknown" ||
        allPipelines.some(({ isPartlyUnknown }) => isPartlyUnknown),
      started: hasUnknown(extensions),
    },
    hops,
    circles: [...circles, ...around.circles],
  };
  return { ...whole, pipelines: carry(whole.pipelines, whole) };
}

function pipelineOf(id: string, key: Place, config: Located): Pipeline {
  const lists = ["receivers", "processors", "exporters"].map((list) => get(config, list));
  return {
    id,
    key,
    receivers: referencesOf(lists[0], "receivers"),
    processors: referencesOf(lists[1], "processors"),
    exporters: referencesOf(lists[2], "exporters"),
    isPartlyUnknown: lists.some(hasUnknown),
  };
}

function hasUnknown(list: Located | undefined): boolean {
  return list?.kind === "unknown" || itemsOf(list).some(({ kind }) => kind === "unknown");
}

/** Where connectors stand in another file: what pipelines both send to and receive from. */
function unknownConnectors(
  root: Located,
  pipelines: readonly Pipeline[],
): readonly (readonly [string, Component])[] {
  const config = get(root, "connectors");
  if (config?.kind !== "unknown") return [];
  const received = new Set(pipelines.flatMap(({ receivers }) => receivers.map(({ id }) => id)));
  return pipelines
    .flatMap(({ exporters }) => exporters)
    .filter(({ id }) => received.has(id))
    .map(({ id, type }) => [
      id,
      { section: "connectors", id, type, name: `connectors.${id}`, key: config.place, config },
    ]);
}

/** Whether a pipeline is one of logs: audit records are. */
function isOfLogs(id: string): boolean {
  return id === "logs" || id.startsWith("logs/");
}

/** The type of a component, the same for its old and its new name: `otlphttp` and `otlp_http` are "otlphttp". */
export function typeOf(id: string, section: Section): string {
  const type = (id.split("/")[0] ?? "").trim().replaceAll("_", "");
  return section === "exporters" && type === "otlp" ? "otlpgrpc" : type;
}

function referencesOf(node: Located | undefined, section: Section): readonly Reference[] {
  return itemsOf(node).flatMap((item) => {
    const id = knownText(item);
    return id === undefined ? [] : [{ id, type: typeOf(id, section), place: item.place }];
  });
}

/** The components of a section that audit records meet, each once; connectors are not among them. */
export function usedComponents(
  collector: Collector,
  section: "receivers" | "processors" | "exporters",
  ...types: readonly string[]
): readonly Component[] {
  const ids = new Set(
    collector.pipelines.flatMap((pipeline) => pipeline[section].map(({ id }) => id)),
  );
  return [...collector.components[section].values()].filter(
    ({ id, type }) => ids.has(id) && (types.length === 0 || types.includes(type)),
  );
}

/** The extensions that are started. */
export function startedExtensions(
  collector: Collector,
  ...types: readonly string[]
): readonly Component[] {
  const ids = new Set(collector.started.map(({ id }) => id));
  return [...collector.components.extensions.values()].filter(
    ({ id, type }) => ids.has(id) && types.includes(type),
  );
}

/** A hit at the deepest key along a path in a component that is there. */
export function hitIn(component: Component, path: readonly string[], message: string): Hit {
  return {
    at: placeAlong(component.config, component.key, path),
    component: component.name,
    message,
  };
}
