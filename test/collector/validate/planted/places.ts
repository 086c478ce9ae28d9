import { inSpool, type Mistake } from "./mistake.ts";

const FILE = "    path: ${env:AUDIT_COLLECTOR_DIR:-/var/lib/otel-audit}/audit.jsonl\n";

/** Where files and queues lie, who may post, who answers nothing. */
export const PLACE_MISTAKES: readonly Mistake[] = [
  inSpool("a file that keeps nothing", FILE, "    path: /dev/null #! kept_in_memory\n"),
  inSpool(
    "a file in memory",
    FILE,
    "    path: ${env:AUDIT_COLLECTOR_DIR:-/var/../dev/shm}/audit.jsonl #! kept_in_memory\n",
  ),
  inSpool("a file that is cleared", FILE, "    path: /tmp/audit.jsonl #! kept_in_temporary\n"),
  {
    name: "a queue in memory",
    base: "kafka.yaml",
    changes: [
      ["    directory: /data/queue\n", "    directory: /dev/shm/queue #! kept_in_memory\n"],
    ],
  },
  {
    name: "a queue that is cleared",
    base: "kafka.yaml",
    changes: [["    directory: /data/queue\n", "    directory: /var/tmp/q #! kept_in_temporary\n"]],
  },
  inSpool(
    "pages of anybody may post",
    "        max_request_body_size: 16777216\n",
    `        max_request_body_size: 16777216
        cors:
          allowed_origins: ["https://audit.example.org", "*"] #! listener_cors
`,
  ),
  inSpool(
    "pages of anybody with a certificate may post",
    "        max_request_body_size: 16777216\n",
    `        max_request_body_size: 16777216
        cors:
          allowed_origins:
            - https://* #! listener_cors
`,
  ),
  {
    name: "datagrams",
    base: "operator-agent.yaml",
    changes: [
      [
        "exporters:\n",
        `exporters:
  syslog/audit:
    endpoint: syslog.example.org
    network: udp #! syslog_udp
    retry_on_failure: { max_elapsed_time: 0s }
    sending_queue: { enabled: true, storage: file_storage, num_consumers: 1 }
`,
      ],
      ["      exporters: [otlp]\n", "      exporters: [otlp, syslog/audit]\n"],
    ],
  },
  {
    name: "syslog in plain text",
    base: "operator-agent.yaml",
    changes: [
      [
        "exporters:\n",
        `exporters:
  syslog/audit:
    endpoint: syslog.example.org
    tls:
      insecure: true #! exporter_plain_text
    retry_on_failure: { max_elapsed_time: 0s }
    sending_queue: { enabled: true, storage: file_storage, num_consumers: 1 }
`,
      ],
      ["      exporters: [otlp]\n", "      exporters: [otlp, syslog/audit]\n"],
    ],
  },
];

/** The same, and right. */
export const PLACE_VARIANTS: readonly Mistake[] = [
  inSpool(
    "pages of one place may post",
    "        max_request_body_size: 16777216\n",
    `        max_request_body_size: 16777216
        cors:
          allowed_origins: ["https://audit.example.org", "https://*.audit.example.org"]
`,
  ),
  inSpool(
    "a directory whose name begins like one in memory",
    FILE,
    "    path: /devel/audit.jsonl\n",
  ),
  inSpool("a mount that holds the word", FILE, "    path: /data/tmp/audit.jsonl\n"),
  {
    name: "syslog over TLS",
    base: "operator-agent.yaml",
    changes: [
      [
        "exporters:\n",
        `exporters:
  syslog/audit:
    endpoint: syslog.example.org
    port: 6514
    retry_on_failure: { max_elapsed_time: 0s }
    sending_queue: { enabled: true, storage: file_storage, num_consumers: 1 }
`,
      ],
      ["      exporters: [otlp]\n", "      exporters: [otlp, syslog/audit]\n"],
    ],
  },
];
