import { ATTR_RECORD_ID, SCOPE_NAME } from "../../../event/index.ts";
import type { Collector, Component, Pipeline } from "../model.ts";
import { hitIn, usedComponents } from "../graph.ts";
import type { Hit, Rule } from "../finding.ts";
import { get, everyEntry, isAbsent, isGiven, knownText, type Located } from "../located.ts";
import { nextPipelines } from "../carried.ts";
import { publicReceivers } from "../limits.ts";
import { isSink } from "../queue.ts";
import { listOf } from "../separated.ts";

/** Processors that drop or join records by chance, number or likeness. */
const DROPPING = ["probabilisticsampler", "tailsampling", "logdedup", "ratelimiter"];

/** Every use of processors of some types in a pipeline of audit records. */
function inPipelines(...types: readonly string[]): (message: string) => Rule["find"] {
  return (message) => (collector) =>
    collector.pipelines.flatMap(({ id, processors }) =>
      processors
        .filter(({ type }) => types.includes(type))
        .map((processor) => ({
          at: processor.place,
          component: `processors.${processor.id}`,
          message: `${processor.id} ${message} ${id}`,
        })),
    );
}

/** Pipelines that records come into from outside. */
function openPipelines(collector: Collector): readonly Pipeline[] {
  const ids = new Set(publicReceivers(collector).map(({ id }) => id));
  return collector.pipelines.filter(({ receivers }) => receivers.some(({ id }) => ids.has(id)));
}

function* limiters(collector: Collector, isThere: boolean): Generator<Hit> {
  for (const { id, key, processors, isPartlyUnknown } of openPipelines(collector)) {
    if (isPartlyUnknown) continue;
    const at = processors.findIndex(({ type }) => type === "memorylimiter");
    if (isThere === at > 0) {
      if (isThere || at === -1) {
        yield {
          at: isThere ? (processors[at]?.place ?? key) : key,
          component: `service.pipelines.${id}`,
          message: isThere ? "memory_limiter is not the first processor" : "no memory_limiter",
        };
      }
    }
  }
}

function* errorModes(
  collector: Collector,
  find: (mode: Located | undefined) => string | undefined,
): Generator<Hit> {
  for (const processor of usedComponents(collector, "processors", "filter", "transform")) {
    if (processor.config.kind === "unknown") continue;
    const message = find(get(processor.config, "error_mode"));
    if (message !== undefined) yield hitIn(processor, ["error_mode"], message);
  }
}

/** A condition asks for what only audit records have: to hold their name in some text is not enough. */
const ASKS_AUDIT = new RegExp(
  String.raw`\battributes\["audit\.[\w.]+"\]|\bscope\.name\b.*${SCOPE_NAME}`,
  "s",
);

/** Whether each condition of a filter asks what only audit records have: one that holds drops the record. */
function knowsAudit({ config }: Component): boolean {
  if (config.kind === "unknown") return true;
  const conditions = [
    ...listOf(get(config, "log_conditions")),
    ...listOf(get(config, "logs", "log_record")),
  ].flatMap((node) => (node.kind === "map" ? listOf(get(node, "conditions")) : [node]));
  const older = ["include", "exclude"].map((key) => get(config, "logs", key)).filter(isGiven);
  return (
    conditions.length + older.length > 0 &&
    conditions.every((node) => node.kind === "unknown" || ASKS_AUDIT.test(knownText(node) ?? "")) &&
    older.every((node) =>
      [...everyEntry(node)].some(
        ({ path, entry }) =>
          path.at(-1) === "key" && (knownText(entry.value) ?? "audit.").startsWith("audit."),
      ),
    )
  );
}

function* withoutSink(collector: Collector): Generator<Hit> {
  if (collector.unknownNames.inPipelines) return;
  if (collector.pipelines.length === 0) {
    yield {
      at: collector.root.place,
      component: "service.pipelines",
      message: "no pipeline of logs",
    };
  }
  for (const pipeline of collector.pipelines) {
    if (keeps(pipeline, collector) || isKeptBeside(pipeline, collector)) continue;
    const isInner = collector.pipelines.some(
      (other) => other !== pipeline && nextPipelines(other, [pipeline], collector).length > 0,
    );
    if (isInner) continue;
    yield {
      at: pipeline.key,
      component: `service.pipelines.${pipeline.id}`,
      message: `what comes into ${pipeline.id} reaches no exporter that keeps it`,
    };
  }
}

/** Whether all that comes into a pipeline comes into another one too, which keeps it. */
function isKeptBeside({ receivers }: Pipeline, collector: Collector): boolean {
  const keepers = collector.pipelines.filter((other) => keeps(other, collector));
  return (
    receivers.length > 0 &&
    receivers.every(({ id }) =>
      keepers.some((other) => other.receivers.some((receiver) => receiver.id === id)),
    )
  );
}

function keeps(from: Pipeline, collector: Collector): boolean {
  const hops = new Set(collector.hops.map(({ exporter }) => exporter.id));
  const reached = new Set([from]);
  for (const pipeline of reached) {
    for (const next of nextPipelines(pipeline, collector.pipelines, collector)) reached.add(next);
  }
  return [...reached].some(({ exporters }) =>
    exporters.some(
      (exporter) =>
        isSink(exporter) &&
        !collector.components.connectors.has(exporter.id) &&
        !hops.has(exporter.id),
    ),
  );
}

/** What happens to records between receiver and exporter. */
export const PROCESSING_RULES: readonly Rule[] = [
  {
    code: "batch_acks_early",
    severity: "error",
    why: "the batch processor answers the sender before any exporter has the records: a kill loses them, and so does an exporter that refuses",
    instead: "no batch processor; sending_queue.batch of an exporter with storage",
    find: inPipelines("batch")("stands in"),
  },
  {
    code: "records_dropped",
    severity: "error",
    why: "it drops or joins records by chance, number or likeness: an audit trail has every one",
    instead: "pipelines of their own for what is sampled; audit records not through it",
    find: inPipelines(...DROPPING)("stands in"),
  },
  {
    code: "filter_without_audit",
    severity: "warning",
    why: "its conditions ask nothing that only audit records have: they may drop audit records with the rest",
    instead: `a condition as log.attributes["${ATTR_RECORD_ID}"] == nil and …`,
    find: (collector) =>
      usedComponents(collector, "processors", "filter")
        .filter((filter) => !knowsAudit(filter))
        .map((filter) => hitIn(filter, [], `${filter.id} has no condition on audit records`)),
  },
  {
    code: "error_mode_propagate",
    severity: "warning",
    why: "a record that a condition or statement fails on is refused with its whole batch, and so is each attempt to send it again: it blocks the trail, or is dropped where nobody sends again",
    instead: "error_mode: ignore, unless a record must not pass unchanged",
    find: (collector) =>
      errorModes(collector, (mode) =>
        knownText(mode) === "propagate" ? "error_mode: propagate" : undefined,
      ),
  },
  {
    code: "error_mode_unset",
    severity: "warning",
    why: "the default is propagate before Collector 0.150 and ignore since: a bad record blocks the trail with one and passes with the other",
    instead: "error_mode: ignore (or propagate where a record must not pass unchanged)",
    find: (collector) =>
      errorModes(collector, (mode) => (isAbsent(mode) ? "no error_mode" : undefined)),
  },
  {
    code: "memory_limiter_missing",
    severity: "warning",
    why: "under load the Collector is killed for its memory instead of refusing with an answer that senders try again after",
    instead: "memory_limiter as the first processor",
    find: (collector) => limiters(collector, false),
  },
  {
    code: "memory_limiter_not_first",
    severity: "warning",
    why: "what stands before it works on, and may have answered for, records that it then refuses",
    instead: "memory_limiter as the first processor",
    find: (collector) => limiters(collector, true),
  },
  {
    code: "debug_detailed",
    severity: "warning",
    why: "the Collector's own log then has every record, with other readers and another retention than the trail",
    instead: "verbosity: basic, or no debug exporter",
    find: (collector) =>
      usedComponents(collector, "exporters", "debug").flatMap((exporter) =>
        knownText(get(exporter.config, "verbosity")) === "detailed"
          ? [hitIn(exporter, ["verbosity"], "verbosity: detailed")]
          : [],
      ),
  },
  {
    code: "no_durable_sink",
    severity: "error",
    why: "records are accepted and kept nowhere",
    instead: "a file exporter with rotation, or an exporter with a queue on disk",
    find: withoutSink,
  },
];
