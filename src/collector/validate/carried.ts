import type { Collector, Passage, Pipeline } from "./model.ts";
import { dropsAudit, routesOfAudit } from "./separated.ts";

/** Which pipelines audit records come to from one, directly: through connectors and internal hops. */
export function nextPipelines(
  from: Pipeline,
  all: readonly Pipeline[],
  collector: Pick<Collector, "components"> & { readonly hops: readonly Passage[] },
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
 * The pipelines of logs that carry audit records: those that are named, and all that leads there or
 * comes from there. Else those whose name or components speak of audit, all that leads there, what
 * listens to the same receivers, and all that comes from these, but for branches that demonstrably
 * get none; where nothing speaks of audit, all of them.
 */
export function carriedBy(
  all: readonly Pipeline[],
  collector: Collector,
  named: readonly string[],
): readonly Pipeline[] {
  const seeds =
    named.length > 0
      ? all.filter(({ id }) => named.includes(id))
      : all.filter((pipeline) => speaksOfAudit(pipeline, collector));
  if (seeds.length === 0) return all;
  const next = new Map(all.map((pipeline) => [pipeline, nextPipelines(pipeline, all, collector)]));
  const before = new Map(
    all.map((pipeline) => [pipeline, all.filter((other) => next.get(other)?.includes(pipeline))]),
  );
  const above = closure(seeds, before);
  const carried =
    named.length > 0
      ? new Set([...closure(seeds, next), ...above])
      : closure(
          new Set([...above, ...beside(above, all, collector)]),
          new Map(all.map((one) => [one, withAudit(one, next.get(one) ?? [], collector)])),
        );
  return all.filter((pipeline) => carried.has(pipeline));
}

/** What drops audit records speaks of them too. */
function speaksOfAudit(pipeline: Pipeline, collector: Collector): boolean {
  const isAudit = ({ id }: { readonly id: string }): boolean => id.toLowerCase().includes("audit");
  const { receivers, processors, exporters } = pipeline;
  return (
    isAudit(pipeline) ||
    ([...receivers, ...processors, ...exporters].some(isAudit) && !dropsAudit(pipeline, collector))
  );
}

/** The pipelines that get what these get, because a receiver hands its records to every pipeline that names it. */
function beside(
  pipelines: ReadonlySet<Pipeline>,
  all: readonly Pipeline[],
  collector: Collector,
): readonly Pipeline[] {
  const doors = new Set(
    [...pipelines]
      .flatMap(({ receivers }) => receivers.map(({ id }) => id))
      // A connector hands on what it is given: that is for the pipelines before it.
      .filter((id) => !collector.components.connectors.has(id)),
  );
  return all.filter(
    (pipeline) =>
      pipeline.receivers.some(({ id }) => doors.has(id)) && !dropsAudit(pipeline, collector),
  );
}

/** Of the pipelines that come next, those that get audit records. */
function withAudit(
  from: Pipeline,
  next: readonly Pipeline[],
  collector: Collector,
): readonly Pipeline[] {
  const routed = from.exporters.flatMap(({ id }) => {
    const connector = collector.components.connectors.get(id);
    const routes = connector === undefined ? undefined : routesOfAudit(connector);
    return routes === undefined ? [] : [{ id, routes }];
  });
  return next.filter((pipeline) => {
    const isRoutedAway = routed.some(
      ({ id, routes }) =>
        pipeline.receivers.some((one) => one.id === id) && !routes.has(pipeline.id),
    );
    return !isRoutedAway && !dropsAudit(pipeline, collector);
  });
}

/** All that is reached from some pipelines, they too. */
export function closure(
  seeds: Iterable<Pipeline>,
  steps: ReadonlyMap<Pipeline, readonly Pipeline[]>,
): ReadonlySet<Pipeline> {
  const reached = new Set(seeds);
  for (const pipeline of reached) {
    for (const step of steps.get(pipeline) ?? []) reached.add(step);
  }
  return reached;
}

/** Hops one after the other; one that closes a circle with those before it is set apart. */
export function straightened<One extends Passage>(
  all: readonly One[],
  components: Collector["components"],
  pipelines: readonly Pipeline[],
): { readonly hops: readonly One[]; readonly circles: readonly One[] } {
  const hops: One[] = [];
  const circles: One[] = [];
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
