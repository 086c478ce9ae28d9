import type { Component } from "../model.ts";
import { hitIn, usedComponents } from "../graph.ts";
import type { Rule } from "../finding.ts";
import { largestRequestMib } from "../limits.ts";
import { booleanOf, get, isAbsent, knownText, numberOf, secondsOf, textOf } from "../located.ts";

type Find = (
  component: Component,
) => readonly [path: readonly string[], message: string] | undefined;

const inside =
  (section: "receivers" | "exporters", type: string, find: Find): Rule["find"] =>
  (collector) =>
    usedComponents(collector, section, type).flatMap((component) => {
      const found = find(component);
      return found === undefined ? [] : [hitIn(component, ...found)];
    });

function findKafkaEncoding({ config }: Component): ReturnType<Find> {
  const path = isAbsent(get(config, "logs", "encoding")) ? ["encoding"] : ["logs", "encoding"];
  const encoding = textOf(get(config, ...path), "otlp_proto");
  return encoding === undefined || ["otlp_proto", "otlp_json"].includes(encoding)
    ? undefined
    : [path, `encoding: ${encoding}`];
}

/** Bytes above which the queue cuts a request between records; infinite where it cuts none. */
function cutAt(config: Component["config"]): number {
  const batch = (key: string) => get(config, "sending_queue", "batch", key);
  // Where nothing is said batches count records, and have no limit.
  const sizer = textOf(batch("sizer"), "items");
  const bytes = numberOf(batch("max_size"), 0);
  // What only the start will tell is taken as right.
  if (sizer === undefined || bytes === undefined) return 0;
  return sizer === "bytes" && bytes > 0 ? bytes : Infinity;
}

/** Kafka, ClickHouse, files of logs: what each of them has of its own. */
export const SYSTEM_RULES: readonly Rule[] = [
  {
    code: "kafka_acks",
    severity: "error",
    why: "with 1 (the default) only the leader has the record when it counts as sent, with 0 nobody: losing a broker loses records",
    instead: "producer: { required_acks: -1 }",
    find: inside("exporters", "kafka", ({ config }) => {
      const node = get(config, "producer", "required_acks");
      const acks = textOf(node, "1");
      return acks === undefined || acks === "-1" || acks === "all"
        ? undefined
        : [
            ["producer", "required_acks"],
            isAbsent(node) ? "no required_acks: 1" : `required_acks: ${acks}`,
          ];
    }),
  },
  {
    code: "kafka_encoding",
    severity: "error",
    why: "only otlp_proto and otlp_json carry a whole record; others drop its attributes, and with them who did what",
    instead: "logs: { encoding: otlp_proto }",
    find: (collector) => [
      ...inside("exporters", "kafka", findKafkaEncoding)(collector),
      ...inside("receivers", "kafka", findKafkaEncoding)(collector),
    ],
  },
  {
    code: "kafka_small_messages",
    severity: "warning",
    why: "a request that is larger than max_message_bytes (1000000 where nothing is said) is refused by the producer, for good",
    instead:
      "sending_queue: { batch: { sizer: bytes, min_size: 0, max_size: … } } below it, which cuts requests; or " +
      "producer: { max_message_bytes: … } above the largest request, and max.message.bytes of the topic too",
    find: (collector) => {
      const largest = largestRequestMib(collector);
      return inside("exporters", "kafka", ({ config }) => {
        const bytes = numberOf(get(config, "producer", "max_message_bytes"), 1_000_000);
        const isCut = bytes !== undefined && cutAt(config) < bytes;
        return bytes !== undefined && bytes < largest * 1024 * 1024 && !isCut
          ? [
              ["producer", "max_message_bytes"],
              `messages of ${bytes} bytes, and a request may have ${largest} MiB`,
            ]
          : undefined;
      })(collector);
    },
  },
  {
    code: "kafka_marked_early",
    severity: "error",
    why: "a message counts as read before the pipeline has it: a restart skips it",
    instead: "message_marking: { after: true, on_error: false }",
    find: inside("receivers", "kafka", ({ config }) =>
      booleanOf(get(config, "message_marking", "after"), false) === false
        ? [["message_marking", "after"], "message_marking.after is off"]
        : undefined,
    ),
  },
  {
    code: "kafka_marked_on_error",
    severity: "error",
    why: "a message that the pipeline refused counts as read: it is not read again",
    instead: "message_marking: { after: true, on_error: false }",
    find: inside("receivers", "kafka", ({ config }) => {
      const key = ["on_error", "on_permanent_error"].find(
        (one) => booleanOf(get(config, "message_marking", one), false) === true,
      );
      return key === undefined
        ? undefined
        : [["message_marking", key], `message_marking.${key}: true`];
    }),
  },
  {
    code: "kafka_autocommit",
    severity: "warning",
    why: "positions are committed by the clock, not when the pipeline has answered: how much is read twice, or with early marks not at all, is left to chance",
    instead: "autocommit: { enable: false }",
    find: inside("receivers", "kafka", ({ config }) =>
      booleanOf(get(config, "autocommit", "enable"), true) === true
        ? [["autocommit", "enable"], "autocommit is on"]
        : undefined,
    ),
  },
  {
    code: "kafka_starts_at_end",
    severity: "error",
    why: "a group without a committed position begins with what comes next: all that is in the topic is skipped",
    instead: "initial_offset: earliest",
    find: inside("receivers", "kafka", ({ config }) =>
      textOf(get(config, "initial_offset"), "latest") === "latest"
        ? [["initial_offset"], "initial_offset: latest"]
        : undefined,
    ),
  },
  {
    code: "clickhouse_async",
    severity: "warning",
    why: "the server answers from its memory when it is told not to wait, by wait_for_async_insert=0 here or in its profile",
    instead: "async_insert: false",
    find: inside("exporters", "clickhouse", ({ config }) => {
      const inAddress = /[?&]async_insert=(\w+)/.exec(
        knownText(get(config, "endpoint")) ?? "",
      )?.[1];
      const inParameters = knownText(get(config, "connection_params", "async_insert"));
      const said = inParameters ?? inAddress;
      if (said !== undefined) {
        return ["0", "false"].includes(said) ? undefined : [["endpoint"], `async_insert=${said}`];
      }
      return booleanOf(get(config, "async_insert"), true) === true
        ? [["async_insert"], "async_insert is on"]
        : undefined;
    }),
  },
  {
    code: "clickhouse_deletes",
    severity: "error",
    why: "rows that are older than ttl are deleted",
    instead: "no ttl; delete by your retention rules",
    find: inside("exporters", "clickhouse", ({ config }) => {
      const seconds = secondsOf(get(config, "ttl"), 0);
      return seconds !== undefined && seconds > 0 ? [["ttl"], `ttl: ${seconds}s`] : undefined;
    }),
  },
  {
    code: "file_log_forgets",
    severity: "error",
    why: "without storage the receiver does not know after a restart how far it had read: it skips what was written meanwhile, or reads all again",
    instead: "storage: file_storage/…",
    find: inside("receivers", "filelog", ({ config }) =>
      isAbsent(get(config, "storage")) ? [["storage"], "no storage"] : undefined,
    ),
  },
  {
    code: "file_log_starts_at_end",
    severity: "warning",
    why: "what a file holds when it is first seen is skipped",
    instead: "start_at: beginning",
    find: inside("receivers", "filelog", ({ config }) =>
      textOf(get(config, "start_at"), "end") === "end"
        ? [["start_at"], "start_at: end"]
        : undefined,
    ),
  },
  {
    code: "file_log_drops_refused",
    severity: "error",
    why: "what the pipeline refuses (a full queue, memory_limiter) is dropped; retry_on_failure is off where nothing is said",
    instead: "retry_on_failure: { enabled: true, max_elapsed_time: 0s }",
    find: inside("receivers", "filelog", ({ config }) => {
      const retry = get(config, "retry_on_failure");
      const isOn = booleanOf(get(retry, "enabled"), false);
      if (isOn === false) return [["retry_on_failure", "enabled"], "retry_on_failure is off"];
      const seconds = secondsOf(get(retry, "max_elapsed_time"), 300);
      return isOn === true && seconds !== undefined && seconds > 0
        ? [["retry_on_failure", "max_elapsed_time"], "retry_on_failure gives up"]
        : undefined;
    }),
  },
  {
    code: "syslog_udp",
    severity: "error",
    why: "a datagram is neither answered nor encrypted: what nobody hears, or is too long for one, counts as kept and is gone",
    instead: "network: tcp with tls; better a protocol that answers, as OTLP does",
    find: inside("exporters", "syslog", ({ config }) =>
      textOf(get(config, "network"), "tcp")?.toLowerCase() === "udp"
        ? [["network"], "network: udp"]
        : undefined,
    ),
  },
];
