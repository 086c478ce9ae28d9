import type { Component } from "../model.ts";
import { hitIn, usedComponents } from "../graph.ts";
import type { Rule } from "../finding.ts";
import { booleanOf, get, isAbsent, isGiven, knownText, numberOf, secondsOf } from "../located.ts";
import { isSink, type Queue, queueOf } from "../queue.ts";

const ON_DISK =
  "sending_queue: { storage: file_storage/…, sizer: requests, num_consumers: 1 } with fsync: true in that extension";

/** Exporters that try again by rules of their own, or not at all. */
const OTHER_RETRY = new Set(["file", "awss3", "elasticsearch", "opensearch"]);

/** Hits in exporters that keep records, by where they keep what they have accepted. */
function inQueues(
  queues: readonly Queue[],
  find: (
    exporter: Component,
    queue: Queue,
  ) => readonly [path: readonly string[], message: string] | undefined,
): Rule["find"] {
  return (collector) =>
    usedComponents(collector, "exporters").flatMap((exporter) => {
      const queue = queueOf(exporter);
      if (!isSink(exporter) || !queues.includes(queue)) return [];
      const found = find(exporter, queue);
      return found === undefined ? [] : [hitIn(exporter, ...found)];
    });
}

/** Whether retry_on_failure is a setting of the exporter. */
function retries({ type, config }: Component): boolean {
  return !OTHER_RETRY.has(type) && get(config, "retry_on_failure")?.kind !== "unknown";
}

/** How exporters lose what they have accepted. */
export const QUEUE_RULES: readonly Rule[] = [
  {
    code: "queue_in_memory",
    severity: "error",
    why: "the sender is told that a record is accepted while it is in memory only: a kill or a restart loses it",
    instead: ON_DISK,
    find: inQueues(["memory"], ({ config }) => [
      ["sending_queue", "storage"],
      isAbsent(get(config, "sending_queue"))
        ? "no sending_queue: the default is one in memory"
        : "sending_queue without storage",
    ]),
  },
  {
    code: "queue_awaited_on_disk",
    severity: "error",
    why: "wait_for_result and storage exclude each other: the Collector does not start",
    instead: "storage without wait_for_result",
    find: inQueues(["disk"], ({ config }) =>
      booleanOf(get(config, "sending_queue", "wait_for_result"), false) === true
        ? [["sending_queue", "wait_for_result"], "wait_for_result: true beside storage"]
        : undefined,
    ),
  },
  {
    code: "queue_off",
    severity: "warning",
    why: "every sender waits for this backend and is refused while it is away, for all sinks at once; other sinks get the same record again with each attempt",
    instead: ON_DISK,
    find: inQueues(["none"], (exporter) =>
      exporter.type !== "file" &&
      (!retries(exporter) ||
        booleanOf(get(exporter.config, "retry_on_failure", "enabled"), true) === true)
        ? [["sending_queue", "enabled"], "no sending_queue"]
        : undefined,
    ),
  },
  {
    code: "queue_and_retry_off",
    severity: "error",
    why: "one failed attempt is all: what the sender does not keep and send again is lost",
    instead: `${ON_DISK}; retry_on_failure: { max_elapsed_time: 0s }`,
    find: inQueues(["none"], (exporter) =>
      retries(exporter) &&
      booleanOf(get(exporter.config, "retry_on_failure", "enabled"), true) === false
        ? [["retry_on_failure", "enabled"], "neither sending_queue nor retry_on_failure"]
        : undefined,
    ),
  },
  {
    code: "queue_sizer",
    severity: "warning",
    why: "a queue on disk that counts items or bytes sends much of itself again after a crash: tens of thousands of duplicates were measured",
    instead: "sizer: requests",
    find: inQueues(["disk"], ({ config }) => {
      const sizer = knownText(get(config, "sending_queue", "sizer")) ?? "requests";
      return sizer === "requests" ? undefined : [["sending_queue", "sizer"], `sizer: ${sizer}`];
    }),
  },
  {
    code: "queue_order",
    severity: "warning",
    why: "several consumers send at the same time: records arrive in another order than they were written; where nothing is said there are ten or more",
    instead: "num_consumers: 1",
    find: inQueues(["memory", "disk", "awaited"], ({ config }) => {
      const node = get(config, "sending_queue", "num_consumers");
      // Where nothing is said there are several, how many is up to the exporter.
      const consumers = numberOf(node, 10);
      if (consumers === undefined || consumers <= 1) return undefined;
      const message = isAbsent(node) ? "no num_consumers" : `num_consumers: ${consumers}`;
      return [["sending_queue", "num_consumers"], message];
    }),
  },
  {
    code: "retry_off",
    severity: "error",
    why: "the first failure drops the request, and a shutdown deletes what is in flight",
    instead: "retry_on_failure: { enabled: true, max_elapsed_time: 0s }",
    find: inQueues(["memory", "disk"], (exporter) =>
      retries(exporter) &&
      booleanOf(get(exporter.config, "retry_on_failure", "enabled"), true) === false
        ? [["retry_on_failure", "enabled"], "retry_on_failure is off"]
        : undefined,
    ),
  },
  {
    code: "retry_gives_up",
    severity: "error",
    why: "after max_elapsed_time (5 minutes where nothing is said) the request is dropped",
    instead: "retry_on_failure: { max_elapsed_time: 0s }: for ever",
    find: inQueues(["memory", "disk"], (exporter) => {
      if (!retries(exporter)) return undefined;
      const retry = get(exporter.config, "retry_on_failure");
      if (booleanOf(get(retry, "enabled"), true) !== true) return undefined;
      const node = get(retry, "max_elapsed_time");
      const seconds = secondsOf(node, 300);
      if (seconds === undefined || seconds === 0) return undefined;
      const message = isGiven(node)
        ? `max_elapsed_time: ${seconds}s`
        : "no max_elapsed_time: 5 minutes";
      return [["retry_on_failure", "max_elapsed_time"], message];
    }),
  },
  {
    code: "elasticsearch_gives_up",
    severity: "error",
    why: "documents that the cluster refuses are dropped after retry.max_retries attempts (2 where nothing is said)",
    instead: "retry: { enabled: true, max_retries: 1000000 }",
    find: (collector) =>
      usedComponents(collector, "exporters", "elasticsearch").flatMap((exporter) => {
        const retry = get(exporter.config, "retry");
        const times = numberOf(get(retry, "max_retries"), 2);
        const isOff = booleanOf(get(retry, "enabled"), true) === false;
        return isOff || (times !== undefined && times < 1000)
          ? [
              hitIn(
                exporter,
                ["retry", "max_retries"],
                isOff ? "retry is off" : `max_retries: ${times}`,
              ),
            ]
          : [];
      }),
  },
];
