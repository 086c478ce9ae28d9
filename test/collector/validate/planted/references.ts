import { inSpool, type Mistake } from "./mistake.ts";

/** Names that lead nowhere. */
export const REFERENCE_MISTAKES: readonly Mistake[] = [
  inSpool(
    "an encoding that nothing defines",
    "    encoding: text_encoding/csv\n",
    "    encoding: text_encoding/rows #! component_undefined\n",
  ),
  {
    name: "an encoding that is not started",
    base: "spool.yaml",
    changes: [
      [
        "    encoding: text_encoding/csv\n",
        "    encoding: text_encoding/csv #! extension_not_started\n",
      ],
      [
        "[health_check, text_encoding/csv, file_storage/queue]",
        "[health_check, file_storage/queue]",
      ],
    ],
  },
  {
    name: "a storage that is not started",
    base: "spool.yaml",
    changes: [
      [
        "      storage: file_storage/queue\n",
        "      storage: file_storage/queue #! extension_not_started\n",
      ],
      [
        "[health_check, text_encoding/csv, file_storage/queue]",
        "[health_check, text_encoding/csv]",
      ],
    ],
  },
  {
    name: "a storage that nothing defines",
    base: "operator-agent.yaml",
    changes: [
      [
        "      storage: file_storage\n",
        "      storage: file_storage/agent #! component_undefined\n",
      ],
    ],
  },
  {
    name: "an extension that nothing defines",
    base: "operator-agent.yaml",
    changes: [
      [
        "extensions: [file_storage]",
        "extensions: [file_storage, health_check] #! component_undefined",
      ],
    ],
  },
  {
    name: "a login that is not started",
    base: "docker-contrib.yaml",
    changes: [
      [
        "          authenticator: basicauth/services\n",
        "          authenticator: basicauth/services #! extension_not_started\n",
      ],
      ["zpages, basicauth/services,", "zpages,"],
    ],
  },
  inSpool(
    "an exporter that nothing defines",
    "      exporters: [file/csv]\n",
    "      exporters: [file/csv, file/rows] #! component_undefined\n",
  ),
  inSpool(
    "a processor that nothing defines",
    "      exporters: [file/csv]\n",
    "      processors: [transform/rows] #! component_undefined\n      exporters: [file/csv]\n",
  ),
  inSpool(
    "an exporter that nobody uses",
    "extensions:\n  health_check:",
    `  debug: #! component_unused
extensions:
  health_check:`,
  ),
  inSpool(
    "an extension that nobody starts",
    "extensions:\n  health_check:",
    `extensions:
  zpages: #! component_unused
  health_check:`,
  ),
  {
    name: "a route without a default",
    base: "spool.yaml",
    changes: [
      [
        "connectors:\n",
        `connectors:
  routing/audit: #! routing_without_default
    table:
      - condition: attributes["tenant"] == "a"
        pipelines: [logs/audit_json]
`,
      ],
      ["      exporters: [forward/audit]\n", "      exporters: [forward/audit, routing/audit]\n"],
      [
        "      receivers: [forward/audit]\n      exporters: [file/audit]",
        "      receivers: [forward/audit, routing/audit]\n      exporters: [file/audit]",
      ],
    ],
  },
  {
    name: "a circle",
    base: "spool.yaml",
    changes: [
      [
        "    endpoint: 127.0.0.1:14317\n    tls:",
        "    endpoint: localhost:4317 #! hop_circle\n    tls:",
      ],
      ["  otlp/spool:\n", "  otlp/spool: #! component_unused\n"],
      ["    logs/audit:\n", "    logs/audit: #! memory_limiter_missing\n"],
      ["      receivers: [otlp/spool]\n", "      receivers: [otlp]\n"],
    ],
  },
  {
    name: "a circle through an inner receiver",
    base: "spool.yaml",
    changes: [
      [
        "extensions:\n  health_check:",
        `  otlp_http/again:
    endpoint: http://127.0.0.1:4318 #! hop_circle
    retry_on_failure: { max_elapsed_time: 0s }
    sending_queue: { storage: file_storage/queue, num_consumers: 1 }
extensions:
  health_check:`,
      ],
      ["      exporters: [file/csv]\n", "      exporters: [file/csv, otlp_http/again]\n"],
    ],
  },
  {
    name: "a circle through a topic",
    base: "kafka.yaml",
    changes: [
      ["      topic: audit_logs\n", "      topic: audit_logs #! hop_circle\n"],
      ["      exporters: [file/archive]\n", "      exporters: [file/archive, kafka/audit]\n"],
    ],
  },
  {
    name: "a circle through a topic that fits a pattern, by one broker of several",
    base: "kafka.yaml",
    changes: [
      ["      topic: audit_logs\n", "      topic: audit_logs #! hop_circle\n"],
      ["      topics: [audit_logs]\n", '      topics: ["^audit_"]\n'],
      [
        "    brokers: [kafka-0.example.org:9093, kafka-1.example.org:9093]\n    tls: { ca_file: /etc/otelcol/ca.crt }\n    group_id",
        "    brokers: [kafka-7.example.org:9093, KAFKA-1.example.org:9093]\n    tls: { ca_file: /etc/otelcol/ca.crt }\n    group_id",
      ],
      ["      exporters: [file/archive]\n", "      exporters: [file/archive, kafka/audit]\n"],
    ],
  },
  {
    name: "a circle through variables that only the start will tell",
    base: "kafka.yaml",
    changes: [
      ["      topic: audit_logs\n", "      topic: ${env:TOPIC} #! hop_circle\n"],
      ["      topics: [audit_logs]\n", "      topics: ${env:TOPIC}\n"],
      [
        "    brokers: [kafka-0.example.org:9093, kafka-1.example.org:9093]\n    tls: { ca_file: /etc/otelcol/ca.crt }\n    group_id",
        "    brokers: ${env:BROKERS}\n    tls: { ca_file: /etc/otelcol/ca.crt }\n    group_id",
      ],
      [
        "    brokers: [kafka-0.example.org:9093, kafka-1.example.org:9093]\n    tls: { ca_file: /etc/otelcol/ca.crt }\n    auth",
        "    brokers: ${env:BROKERS}\n    tls: { ca_file: /etc/otelcol/ca.crt }\n    auth",
      ],
      ["      exporters: [file/archive]\n", "      exporters: [file/archive, kafka/audit]\n"],
    ],
  },
];
