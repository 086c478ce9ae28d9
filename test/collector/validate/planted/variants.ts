import { inSpool, type Mistake } from "./mistake.ts";

/** Other ways to be right: nothing is found in them. */
export const VARIANTS: readonly Mistake[] = [
  {
    name: "a hop that asks who is there needs no second redaction",
    base: "spool.yaml",
    changes: [
      [
        "        endpoint: 127.0.0.1:14317\n        max_recv",
        "        endpoint: 127.0.0.1:14317\n        tls: { client_ca_file: /ca.crt }\n        max_recv",
      ],
      ["      processors: [redaction/secrets]\n", ""],
    ],
  },
  {
    name: "a hop over HTTP",
    base: "spool.yaml",
    changes: [
      [
        "  otlp_grpc/spool:\n    endpoint: 127.0.0.1:14317",
        "  otlphttp/spool:\n    endpoint: http://localhost:14318",
      ],
      [
        `      grpc:
        endpoint: 127.0.0.1:14317
        max_recv_msg_size_mib: 64
`,
        `      http:
        endpoint: 127.0.0.1:14318
`,
      ],
      ["exporters: [otlp_grpc/spool]", "exporters: [otlphttp/spool]"],
    ],
  },
  {
    name: "a hop by a variable at both ends",
    base: "spool.yaml",
    changes: [
      ["    endpoint: 127.0.0.1:14317\n    tls", "    endpoint: ${env:SPOOL}\n    tls"],
      ["        endpoint: 127.0.0.1:14317\n", "        endpoint: ${env:SPOOL}\n"],
    ],
  },
  {
    name: "the pipeline behind a hop has other receivers too",
    base: "spool.yaml",
    changes: [
      [
        "      receivers: [otlp/spool]\n      processors: [",
        "      receivers: [otlp/spool, otlp]\n      processors: [memory_limiter, ",
      ],
    ],
  },
  {
    name: "a pipeline behind two connectors",
    base: "spool.yaml",
    changes: [
      ["connectors:\n", "connectors:\n  forward/other:\n"],
      ["      exporters: [forward/audit]\n", "      exporters: [forward/audit, forward/other]\n"],
      [
        "      receivers: [forward/audit]\n      exporters: [file/csv]",
        "      receivers: [forward/audit, forward/other]\n      exporters: [file/csv]",
      ],
    ],
  },
  {
    name: "a route with a default",
    base: "spool.yaml",
    changes: [
      ["connectors:\n", "connectors:\n  routing/audit: { default_pipelines: [logs/audit_json] }\n"],
      ["      exporters: [forward/audit]\n", "      exporters: [forward/audit, routing/audit]\n"],
      [
        "      receivers: [forward/audit]\n      exporters: [file/audit]",
        "      receivers: [forward/audit, routing/audit]\n      exporters: [file/audit]",
      ],
    ],
  },
  {
    name: "a branch for the console that says little",
    base: "spool.yaml",
    changes: [
      ["extensions:\n  health_check:", "  debug: {}\nextensions:\n  health_check:"],
      [
        "    logs/audit_csv:\n",
        "    logs/console:\n      receivers: [forward/audit]\n      exporters: [debug]\n    logs/audit_csv:\n",
      ],
    ],
  },
  inSpool(
    "an allow list with the id",
    "    allow_all_keys: true\n",
    "    allowed_keys: [region, audit.record.id, audit.action]\n",
  ),
  inSpool(
    "a queue that the sender waits for",
    "      storage: file_storage/queue\n",
    "      wait_for_result: true\n",
  ),
  inSpool(
    "compaction that is off may be anywhere",
    "      on_rebound: true\n      directory: ${env",
    "      directory: /tmp/${env",
  ),
  inSpool(
    "a limit of nought is the default of 100",
    "      max_megabytes: 1000000\n",
    "      max_megabytes: 0\n",
  ),
  inSpool(
    "a file of JSON as large as the largest request may become",
    "      max_megabytes: 1000\n",
    "      max_megabytes: 128\n",
  ),
  inSpool(
    "patterns for some keys and some values",
    "    ignored_keys:",
    `    ignored_key_patterns: ["^audit\\\\.", "(?i)_id$$"]
    allowed_values: ["^[a-z]+$$", "(?i)^true|false$$"]
    ignored_keys:`,
  ),
  inSpool("IPv6 loopback", "${env:AUDIT_OTLP_GRPC_ENDPOINT:-127.0.0.1:4317}", '"[::1]:4317"'),
  {
    name: "ClickHouse's own port and parameters",
    base: "docker-contrib.yaml",
    changes: [
      [
        "https://clickhouse.example.org:8443",
        "tcp://clickhouse.example.org:9440?secure=true&async_insert=0",
      ],
      ["    async_insert: false\n", ""],
    ],
  },
  {
    name: "brokers of this machine in plain text",
    base: "kafka.yaml",
    changes: [
      [
        `    brokers: [kafka-0.example.org:9093, kafka-1.example.org:9093]
    tls: { ca_file: /etc/otelcol/ca.crt }
    auth:`,
        `    brokers: localhost:9092
    auth:`,
      ],
      ["required_acks: -1", "required_acks: all"],
    ],
  },
  {
    name: "what only other signals use",
    base: "docker-contrib.yaml",
    changes: [
      [
        "exporters:\n  debug:",
        `exporters:
  otlp/traces:
    endpoint: 10.0.0.1:4317
    tls: { insecure: true, insecure_skip_verify: true }
    headers: { authorization: "Bearer abc" }
  file/traces: { path: /data/traces.jsonl }
  file/more: { path: /data/traces.jsonl }
  debug:`,
      ],
      [
        "      processors: [probabilistic_sampler, batch]\n      exporters: [debug]",
        "      processors: [probabilistic_sampler, batch]\n      exporters: [otlp/traces, file/traces, file/more]",
      ],
    ],
  },
  {
    name: "a console that only counts what is not redacted yet",
    base: "helm-gateway.yaml",
    changes: [
      ["    verbosity: detailed\n", "    verbosity: basic\n"],
      [
        "    logs/audit:\n",
        `    logs/audit_count:
      receivers: [otlp/audit]
      processors: [memory_limiter]
      exporters: [debug]
    logs/audit:
`,
      ],
    ],
  },
  {
    name: "a socket file",
    base: "spool.yaml",
    changes: [
      ["    endpoint: 127.0.0.1:14317\n    tls", "    endpoint: unix:///run/spool.sock\n    tls"],
      [
        "        endpoint: 127.0.0.1:14317\n",
        "        endpoint: /run/spool.sock\n        transport: unix\n",
      ],
    ],
  },
  {
    name: "from one topic to another is no circle",
    base: "kafka.yaml",
    changes: [
      ["      topics: [audit_logs]\n", "      topics: [audit_in]\n"],
      ["      exporters: [file/archive]\n", "      exporters: [file/archive, kafka/audit]\n"],
    ],
  },
  {
    name: "from the brokers of one place to those of another is no circle",
    base: "kafka.yaml",
    changes: [
      [
        "    brokers: [kafka-0.example.org:9093, kafka-1.example.org:9093]\n    tls: { ca_file: /etc/otelcol/ca.crt }\n    group_id",
        "    brokers: [kafka-0.example.net:9093]\n    tls: { ca_file: /etc/otelcol/ca.crt }\n    group_id",
      ],
      ["      exporters: [file/archive]\n", "      exporters: [file/archive, kafka/audit]\n"],
    ],
  },
];
