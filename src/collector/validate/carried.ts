import type { Collector, Hop, Pipeline } from "./model.ts";

/** Which pipelines audit records come to from one, directly: through connectors and internal hops. */
export function nextPipelines(
  from: Pipeline,
  all: readonly Pipeline[],
  collector: Pick<Collector, "components" | "hops">,
): readonly Pipeline[] {
  const doors = new Set<string>();
  for (const { id } of from.exporters) {
    if (collector.components.connectors.has(id)) doors.add(id);
    for (const { exporter, receiver } of collector.hops) {
      if (exporter.id === id) doors.add(receiver.id);
    }
  }
  return all.filter(({ receivers }) => receivers.some(({ id }) => doors.has(id)));
}

/**
 * The pipelines of logs that carry audit records: those that are named, else those whose name or
 * components speak of audit, and all that leads there or comes from there; where nothing speaks of
 * it, all of them.
 */
export function carriedBy(
  all: readonly Pipeline[],
  collector: Collector,
  named: readonly string[],
): readonly Pipeline[] {
  const seeds =
    named.length > 0
      ? all.filter(({ id }) => named.includes(id))
      : all.filter((pipeline) =>
          [pipeline, ...pipeline.receivers, ...pipeline.processors, ...pipeline.exporters].some(
            ({ id }) => id.toLowerCase().includes("audit"),
          ),
        );
  if (seeds.length === 0) return all;
  const next = new Map(all.map((pipeline) => [pipeline, nextPipelines(pipeline, all, collector)]));
  const before = new Map(
    all.map((pipeline) => [pipeline, all.filter((other) => next.get(other)?.includes(pipeline))]),
  );
  const carried = new Set([...closure(seeds, next), ...closure(seeds, before)]);
  return all.filter((pipeline) => carried.has(pipeline));
}

/** All that is reached from some pipelines, they too. */
export function closure(
  seeds: readonly Pipeline[],
  steps: ReadonlyMap<Pipeline, readonly Pipeline[]>,
): ReadonlySet<Pipeline> {
  const reached = new Set(seeds);
  for (const pipeline of reached) {
    for (const step of steps.get(pipeline) ?? []) reached.add(step);
  }
  return reached;
}

/** Hops one after the other; one that closes a circle with those before it is set apart. */
export function straightened(
  all: readonly Hop[],
  components: Collector["components"],
  pipelines: readonly Pipeline[],
): Pick<Collector, "hops" | "circles"> {
  const hops: Hop[] = [];
  const circles: Hop[] = [];
  for (const hop of all) {
    const next = new Map(
      pipelines.map((one) => [one, nextPipelines(one, pipelines, { components, hops })]),
    );
    const heard = pipelines.filter(({ receivers }) =>
      receivers.some(({ id }) => id === hop.receiver.id),
    );
    const comesBack = [...closure(heard, next)].some(({ exporters }) =>
      exporters.some(({ id }) => id === hop.exporter.id),
    );
    (comesBack ? circles : hops).push(hop);
  }
  return { hops, circles };
}
