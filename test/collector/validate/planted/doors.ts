import { inSpool, type Mistake } from "./mistake.ts";

/** Listeners, transport, credentials. */
export const DOOR_MISTAKES: readonly Mistake[] = [
  inSpool(
    "a receiver on every interface",
    "${env:AUDIT_OTLP_HTTP_ENDPOINT:-127.0.0.1:4318}",
    "0.0.0.0:4318 #! listener_open",
  ),
  inSpool(
    "a receiver on every interface by default",
    "${env:AUDIT_OTLP_GRPC_ENDPOINT:-127.0.0.1:4317}",
    "${env:AUDIT_OTLP_GRPC_ENDPOINT:-:4317} #! listener_open",
  ),
  inSpool(
    "a receiver on every interface of IPv6",
    "${env:AUDIT_OTLP_GRPC_ENDPOINT:-127.0.0.1:4317}",
    '"[::]:4317" #! listener_open',
  ),
  inSpool(
    "a receiver on an address of the network",
    "${env:AUDIT_OTLP_GRPC_ENDPOINT:-127.0.0.1:4317}",
    "192.0.2.7:4317 #! listener_open",
  ),
  inSpool(
    "a receiver on a name of the network",
    "${env:AUDIT_OTLP_HTTP_ENDPOINT:-127.0.0.1:4318}",
    "collector.example.org:4318 #! listener_open",
  ),
  {
    name: "encrypted, and open to anybody",
    base: "helm-gateway.yaml",
    changes: [
      ["        endpoint: 0.0.0.0:14317\n", "        endpoint: 0.0.0.0:14317 #! listener_open\n"],
      ["          client_ca_file: /etc/otelcol/tls/ca.crt\n", ""],
    ],
  },
  {
    name: "asked for a password, and not encrypted",
    base: "docker-contrib.yaml",
    changes: [
      ["        endpoint: 0.0.0.0:4320\n", "        endpoint: 0.0.0.0:4320 #! listener_open\n"],
      [
        `        tls:
          cert_file: /etc/otelcol/tls.crt
          key_file: /etc/otelcol/tls.key
`,
        "",
      ],
    ],
  },
  {
    name: "the smallest gRPC limit",
    base: "helm-gateway.yaml",
    changes: [
      [
        `      grpc:
        endpoint: 0.0.0.0:14317
        max_recv_msg_size_mib: 32
`,
        `      grpc: #! listener_default_limit
        endpoint: 0.0.0.0:14317
`,
      ],
    ],
  },
  inSpool(
    "a hop that takes less",
    "max_recv_msg_size_mib: 64",
    "max_recv_msg_size_mib: 8 #! hop_smaller_limit",
  ),
  {
    name: "a hop with gRPC's own limit",
    base: "spool.yaml",
    changes: [
      [
        `      grpc:
        endpoint: 127.0.0.1:14317
        max_recv_msg_size_mib: 64
`,
        `      grpc: #! hop_smaller_limit
        endpoint: 127.0.0.1:14317
`,
      ],
    ],
  },
  {
    name: "no redaction behind a hop",
    base: "spool.yaml",
    changes: [
      [
        "      grpc:\n        endpoint: 127.0.0.1:14317",
        "      grpc: #! hop_not_redacted\n        endpoint: 127.0.0.1:14317",
      ],
      ["      processors: [redaction/secrets]\n", ""],
    ],
  },
  {
    name: "a profiler for everybody",
    base: "docker-contrib.yaml",
    changes: [["127.0.0.1:1777", "0.0.0.0:1777 #! debug_port_open"]],
  },
  {
    name: "pages for everybody",
    base: "docker-contrib.yaml",
    changes: [["127.0.0.1:55679", '":55679" #! debug_port_open']],
  },
  inSpool("health for everybody", "127.0.0.1:13133", "0.0.0.0:13133 #! health_check_open"),
  inSpool("metrics for everybody", "host: 127.0.0.1", "host: 0.0.0.0 #! metrics_open"),
  {
    name: "a backend over HTTP",
    base: "helm-gateway.yaml",
    changes: [
      ["https://logs.example.org/otlp", "http://logs.example.org/otlp #! exporter_plain_text"],
    ],
  },
  {
    name: "a gateway in plain text",
    base: "operator-agent.yaml",
    changes: [
      [
        `      ca_file: /etc/otelcol/tls/ca.crt
      cert_file`,
        `      insecure: true #! exporter_plain_text
      cert_file`,
      ],
    ],
  },
  {
    name: "several hosts in plain text",
    base: "docker-contrib.yaml",
    changes: [
      [
        "https://clickhouse.example.org:8443",
        "clickhouse://ch-0.example.org:9000,ch-1.example.org:9000 #! exporter_plain_text",
      ],
    ],
  },
  {
    name: "brokers in plain text",
    base: "kafka.yaml",
    changes: [
      [
        `  kafka/audit:
    brokers: [kafka-0.example.org:9093, kafka-1.example.org:9093]
    tls: { ca_file: /etc/otelcol/ca.crt }
    auth:`,
        `  kafka/audit:
    brokers: [kafka-0.example.org:9093, kafka-1.example.org:9093] #! exporter_plain_text
    auth:`,
      ],
    ],
  },
  {
    name: "objects in plain text",
    base: "docker-contrib.yaml",
    changes: [
      [
        "      compression: gzip\n",
        "      compression: gzip\n      disable_ssl: true #! exporter_plain_text\n",
      ],
    ],
  },
  {
    name: "any certificate",
    base: "operator-agent.yaml",
    changes: [
      [
        "      ca_file: /etc/otelcol/tls/ca.crt\n",
        "      insecure_skip_verify: true #! tls_unverified\n",
      ],
    ],
  },
  {
    name: "a token in a header",
    base: "helm-gateway.yaml",
    changes: [["${env:BACKEND_AUTHORIZATION}", "Bearer 0123456789abcdef #! credential_in_file"]],
  },
  {
    name: "a token as a default",
    base: "helm-gateway.yaml",
    changes: [
      [
        "${env:BACKEND_AUTHORIZATION}",
        "${env:BACKEND_AUTHORIZATION:-Bearer abc} #! credential_in_file",
      ],
    ],
  },
  {
    name: "a token in a list of headers",
    base: "helm-gateway.yaml",
    changes: [
      [
        "      authorization: ${env:BACKEND_AUTHORIZATION}\n",
        "      - name: Authorization\n        value: Bearer abc #! credential_in_file\n",
      ],
    ],
  },
  {
    name: "a password in an exporter",
    base: "docker-contrib.yaml",
    changes: [["${file:/run/secrets/clickhouse}", "hunter2 #! credential_in_file"]],
  },
  {
    name: "a password in an address",
    base: "docker-contrib.yaml",
    changes: [
      [
        "https://clickhouse.example.org:8443",
        "https://audit:hunter2@clickhouse.example.org:8443 #! credential_in_file",
      ],
    ],
  },
  {
    name: "a password in an extension",
    base: "kubernetes-daemonset.yaml",
    changes: [["${env:ELASTIC_PASSWORD}", "changeme #! credential_in_file"]],
  },
  {
    name: "accounts in the file",
    base: "docker-contrib.yaml",
    changes: [
      [
        "      file: /etc/otelcol/htpasswd\n",
        "      inline: | #! credential_in_file\n        audit:hunter2\n",
      ],
    ],
  },
  {
    name: "syslog for everybody",
    base: "docker-contrib.yaml",
    changes: [
      [
        "  prometheus:\n",
        `  syslog/audit:
    tcp:
      listen_address: 0.0.0.0:54526 #! listener_open
    protocol: rfc5424
  tcplog/audit:
    listen_address: 0.0.0.0:54527 #! listener_open
  udplog/audit:
    listen_address: 127.0.0.1:54528
  webhookevent/audit:
    endpoint: 0.0.0.0:8088 #! listener_open
  prometheus:
`,
      ],
      [
        "      receivers: [otlp/audit]\n",
        "      receivers: [otlp/audit, syslog/audit, tcplog/audit, udplog/audit, webhookevent/audit]\n",
      ],
    ],
  },
  {
    name: "metrics for everybody, as they were given once",
    base: "spool.yaml",
    changes: [
      [
        `      readers:
        - pull:
            exporter:
              prometheus:
                host: 127.0.0.1
                port: 8888
`,
        "      address: :8888 #! metrics_open\n",
      ],
    ],
  },
];
