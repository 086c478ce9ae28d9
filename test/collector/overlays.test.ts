/**
 * Overlays for Kafka and stores: what each must say beyond what config.test.ts asks of all, so that
 * nothing is lost. validate/right.test.ts gives them to the real Collector, test/story/ runs them.
 */
import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { MAX_ALL_TEXT_UNITS } from "../../src/event/long-text.ts";
import { REDACTION_PROCESSORS } from "../../src/collector/index.ts";
import { CONFIG_DIR } from "./collector-process.ts";

type Node = Readonly<Record<string, unknown>>;

const nodeSchema = z.record(z.string(), z.unknown());

function load(file: string): Node {
  return nodeSchema.parse(parse(readFileSync(path.join(CONFIG_DIR, file), "utf8")));
}

/** What stands at a path of keys, as a map; fails the test where it is none. */
function at(node: unknown, ...keys: readonly string[]): Node {
  return nodeSchema.parse(keys.reduce<unknown>((found, key) => nodeSchema.parse(found)[key], node));
}

const config = load("config.yaml");

/** Paths of all keys below a node; a list ends a path. */
function keysOf(node: Node, above: readonly string[] = []): readonly string[] {
  return Object.entries(node).flatMap(([key, value]) => {
    const here = [...above, key];
    const isMap = typeof value === "object" && value !== null && !Array.isArray(value);
    return isMap ? keysOf(nodeSchema.parse(value), here) : [here.join(".")];
  });
}

describe.each([
  ["kafka.yaml", "kafka/audit"],
  ["clickhouse.yaml", "clickhouse/audit"],
  ["elasticsearch.yaml", "elasticsearch/audit"],
  ["s3.yaml", "awss3/audit"],
])("overlays/%s", (file, exporter) => {
  const overlay = load(`overlays/${file}`);

  it("is one more sink, behind the redaction", () => {
    const pipelines = Object.values(at(overlay, "service", "pipelines"));
    expect(pipelines).toHaveLength(1);
    expect(pipelines[0]).toMatchObject({ receivers: ["forward/audit"], exporters: [exporter] });
  });

  it("sends one request after the other, and holds no sender", () => {
    expect(at(overlay, "exporters", exporter, "sending_queue")).toMatchObject({
      num_consumers: 1,
      block_on_overflow: false,
    });
  });
});

describe("overlays/kafka.yaml", () => {
  const exporter = at(load("overlays/kafka.yaml"), "exporters", "kafka/audit");

  it("waits for every copy, and makes no topic", () => {
    expect(exporter["producer"]).toMatchObject({
      required_acks: "all",
      allow_auto_topic_creation: false,
    });
  });

  it("keeps a stream in one partition, whole", () => {
    expect(exporter).toMatchObject({
      partition_logs_by_resource_attributes: true,
      logs: { encoding: "otlp_proto" },
    });
  });

  it("cuts requests below what a message may have, and joins none", () => {
    const batch = at(exporter, "sending_queue", "batch");
    expect(batch).toMatchObject({ sizer: "bytes", min_size: 0 });
    const { max_size: cut } = z.object({ max_size: z.number() }).parse(batch);
    const { max_message_bytes: message } = z
      .object({ max_message_bytes: z.number() })
      .parse(exporter["producer"]);
    // Key and frame of a message are not in the first; Kafka's own limit of a topic is 1048588.
    expect(cut).toBeLessThan(message - 10_000);
    expect(message).toBeLessThan(1_048_588);
    // One record of ours is never cut away: at three bytes a unit all its text is below that.
    expect(cut).toBeGreaterThan(3 * MAX_ALL_TEXT_UNITS);
  });
});

describe("overlays/kafka-consumer.yaml", () => {
  const overlay = load("overlays/kafka-consumer.yaml");
  const receiver = at(overlay, "receivers", "kafka/audit");

  it("filters and redacts what it reads as what comes in over OTLP, and spools it", () => {
    const fromOtlp = at(config, "service", "pipelines", "logs/audit");
    const consumer = at(overlay, "service", "pipelines", "logs/audit_kafka_consumer");
    expect(consumer["processors"]).toEqual(fromOtlp["processors"]);
    expect(consumer["exporters"]).toEqual(fromOtlp["exporters"]);
    expect(consumer["processors"]).toEqual(expect.arrayContaining([...REDACTION_PROCESSORS]));
  });

  it("passes over nothing: marks behind the spool, from the beginning, and never by an error", () => {
    expect(receiver).toMatchObject({
      initial_offset: "earliest",
      autocommit: { enable: false },
      message_marking: { after: true, on_error: false, on_permanent_error: false },
    });
  });

  it("tries for ever, with a wait that grows: the receiver's own has none", () => {
    expect(receiver["error_backoff"]).toMatchObject({ enabled: true, max_elapsed_time: "0s" });
    expect(at(receiver, "error_backoff")["multiplier"]).toBeGreaterThan(1);
  });

  it("reads what kafka.yaml writes", () => {
    const { brokers, tls, logs } = at(load("overlays/kafka.yaml"), "exporters", "kafka/audit");
    expect(receiver).toMatchObject({ brokers, tls });
    const { topic, encoding } = nodeSchema.parse(logs);
    expect(receiver["logs"]).toEqual({ topics: [topic], encoding });
  });
});

/** Of every exporter with a queue of the Collector's exporterhelper (0.155). */
const QUEUE = ["enabled", "storage", "sizer", "queue_size", "num_consumers", "block_on_overflow"];
const UPLOADER =
  "region s3_bucket s3_prefix s3_partition_format s3_partition_timezone endpoint s3_force_path_style compression unique_key_func_name".split(
    " ",
  );
const RETRY = ["enabled", "initial_interval", "max_interval", "max_elapsed_time"];

const below = (parent: string, keys: readonly string[]): readonly string[] =>
  keys.map((key) => `${parent}.${key}`);

/** As config.go of both exporters names them, contrib v0.156.0, which the module mirror has. */
const PUBLISHED: readonly (readonly [file: string, exporter: string, keys: readonly string[]])[] = [
  [
    "elasticsearch.yaml",
    "elasticsearch/audit",
    [
      ..."endpoints api_key logs_index logs_dynamic_id.enabled timeout".split(" "),
      "suppress_conflict_errors",
      ...below(
        "retry",
        "enabled max_retries initial_interval max_interval retry_on_status".split(" "),
      ),
      ...below("sending_queue", QUEUE),
    ],
  ],
  [
    "s3.yaml",
    "awss3/audit",
    [
      "marshaler",
      "timeout",
      ...below("s3uploader", UPLOADER),
      ...below("retry_on_failure", RETRY),
      ...below("sending_queue", QUEUE),
    ],
  ],
];

describe.each(PUBLISHED)("overlays/%s, whose exporter is not in our build", (file, name, keys) => {
  it("uses keys that its exporter has", () => {
    const used = keysOf(at(load(`overlays/${file}`), "exporters", name));
    expect(used.filter((key) => !keys.includes(key))).toEqual([]);
  });
});

it("elasticsearch.yaml makes one document of a record, however often it is sent", () => {
  const overlay = load("overlays/elasticsearch.yaml");
  expect(JSON.stringify(overlay["processors"])).toContain(
    'set(log.attributes[\\"elasticsearch.document_id\\"], log.attributes[\\"audit.record.id\\"])',
  );
  expect(at(overlay, "exporters", "elasticsearch/audit")).toMatchObject({
    logs_dynamic_id: { enabled: true },
    suppress_conflict_errors: true,
  });
  // Its retry ends one day; nothing may end it before.
  expect(at(overlay, "exporters", "elasticsearch/audit")).toMatchObject({
    timeout: "0s",
    retry: { enabled: true, max_retries: 1_000_000 },
  });
  const { retry_on_status: codes } = z
    .object({ retry_on_status: z.array(z.number()) })
    .parse(at(overlay, "exporters", "elasticsearch/audit", "retry"));
  expect(codes).toEqual(expect.arrayContaining([401, 403, 429, 500, 502, 503, 504]));
});
