import type { Located, Place } from "./located.ts";

/** Where components are defined. */
export type Section = "receivers" | "processors" | "exporters" | "connectors" | "extensions";

/** A component that a configuration defines. */
export interface Component {
  readonly section: Section;
  /** As in `file/audit`. */
  readonly id: string;
  /** See {@link typeOf}. */
  readonly type: string;
  /** As in `exporters.file/audit`. */
  readonly name: string;
  readonly key: Place;
  readonly config: Located;
}

/** A component that is named somewhere. */
export interface Reference {
  readonly id: string;
  readonly type: string;
  readonly place: Place;
}

/** A pipeline of the service. */
export interface Pipeline {
  /** As in `logs/audit`. */
  readonly id: string;
  readonly key: Place;
  readonly receivers: readonly Reference[];
  readonly processors: readonly Reference[];
  readonly exporters: readonly Reference[];
  /** Something in it cannot be known: it may have what it seems to lack. */
  readonly isPartlyUnknown: boolean;
}

/** A configuration, as the rules look at it. */
export interface Collector {
  readonly root: Located;
  readonly components: Readonly<Record<Section, ReadonlyMap<string, Component>>>;
  /** Of every signal. */
  readonly allPipelines: readonly Pipeline[];
  /** Those that audit records go through. */
  readonly pipelines: readonly Pipeline[];
  /** Names in service.extensions. */
  readonly started: readonly Reference[];
  /** Names, in pipelines or among the extensions that are started, that cannot be known. */
  readonly unknownNames: { readonly inPipelines: boolean; readonly started: boolean };
  /** Without those that make a circle. */
  readonly hops: readonly Hop[];
  /** Those that do, also by way of a Kafka topic. */
  readonly circles: readonly Passage[];
}

/** An exporter, and a receiver of the same configuration that gets what it sends. */
export interface Passage {
  readonly exporter: Component;
  readonly receiver: Component;
}

/** A passage over a port of this Collector. */
export interface Hop extends Passage {
  readonly protocol: "grpc" | "http";
}
