import type { Mistake } from "./mistake.ts";

/** Kafka, ClickHouse, files of logs. */
export const SYSTEM_MISTAKES: readonly Mistake[] = [
  {
    name: "one broker has it",
    base: "kafka.yaml",
    changes: [["required_acks: -1", "required_acks: 1 #! kafka_acks"]],
  },
  {
    name: "as many brokers as where nothing is said",
    base: "kafka.yaml",
    changes: [["    producer:\n      required_acks: -1\n", "    producer: #! kafka_acks\n"]],
  },
  {
    name: "bodies only",
    base: "kafka.yaml",
    changes: [
      [
        "      topic: audit_logs\n      encoding: otlp_proto",
        "      topic: audit_logs\n      encoding: raw #! kafka_encoding",
      ],
    ],
  },
  {
    name: "messages of one megabyte",
    base: "kafka.yaml",
    changes: [
      ["    producer:\n", "    producer: #! kafka_small_messages\n"],
      ["      max_message_bytes: 16777216\n", ""],
    ],
  },
  {
    name: "requests that are cut where a message is full already",
    base: "kafka.yaml",
    changes: [
      [
        "      max_message_bytes: 16777216\n    sending_queue:\n",
        "      max_message_bytes: 1000000 #! kafka_small_messages\n    sending_queue:\n      batch: { sizer: bytes, max_size: 1000000 }\n",
      ],
    ],
  },
  {
    name: "a consumer as it is by itself",
    base: "kafka.yaml",
    changes: [
      [
        "  kafka/audit:\n    brokers: [kafka-0.example.org:9093, kafka-1.example.org:9093]\n    tls: { ca_file: /etc/otelcol/ca.crt }\n    group_id",
        "  kafka/audit: #! kafka_marked_early kafka_autocommit kafka_starts_at_end\n    brokers: [kafka-0.example.org:9093, kafka-1.example.org:9093]\n    tls: { ca_file: /etc/otelcol/ca.crt }\n    group_id",
      ],
      ["    initial_offset: earliest\n", ""],
      [
        "    autocommit: { enable: false }\n    message_marking: { after: true, on_error: false }\n",
        "",
      ],
    ],
  },
  {
    name: "refused messages that count as read",
    base: "kafka.yaml",
    changes: [
      [
        "message_marking: { after: true, on_error: false }",
        "message_marking: { after: true, on_error: true } #! kafka_marked_on_error",
      ],
    ],
  },
  {
    name: "inserts that nobody waits for",
    base: "docker-contrib.yaml",
    changes: [
      ["  clickhouse/audit:\n", "  clickhouse/audit: #! clickhouse_async\n"],
      ["    async_insert: false\n", ""],
    ],
  },
  {
    name: "rows that go away",
    base: "docker-contrib.yaml",
    changes: [
      [
        "    create_schema: true\n",
        "    create_schema: true\n    ttl: 72h #! clickhouse_deletes\n",
      ],
    ],
  },
  {
    name: "files read as they are by themselves",
    base: "kubernetes-daemonset.yaml",
    changes: [
      [
        "  file_log/kube_audit:\n",
        "  file_log/kube_audit: #! file_log_forgets file_log_starts_at_end file_log_drops_refused\n",
      ],
      [
        `    start_at: beginning
    storage: file_storage/positions
    retry_on_failure:
      enabled: true
      max_elapsed_time: 0s
`,
        "",
      ],
    ],
  },
];
