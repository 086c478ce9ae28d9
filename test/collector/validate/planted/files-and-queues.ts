import { inSpool, type Mistake } from "./mistake.ts";

const ROTATION = `    rotation:
      max_megabytes: 1000
      max_days: 0
      max_backups: 0
`;
const FILE = `  file/audit:
    path: \${env:AUDIT_COLLECTOR_DIR:-/var/lib/otel-audit}/audit.jsonl
`;
const SPOOL_QUEUE = `    sending_queue:
      enabled: true
      storage: file_storage/queue
      sizer: requests
      num_consumers: 1
`;
const SPOOL_RETRY = `    retry_on_failure:
      enabled: true
      max_elapsed_time: 0s
`;

/** File exporters. */
export const FILE_MISTAKES: readonly Mistake[] = [
  {
    name: "a file without rotation",
    base: "spool.yaml",
    changes: [
      [FILE, FILE.replace(":\n", ": #! file_truncates\n")],
      [ROTATION, ""],
    ],
  },
  {
    name: "a file that says append: false",
    base: "spool.yaml",
    changes: [[ROTATION, "    append: false #! file_truncates\n"]],
  },
  inSpool("a file that is appended to", ROTATION, "    append: true #! file_buffers\n"),
  inSpool(
    "rotation as the exporter has it",
    ROTATION,
    "    rotation: #! file_deletes_backups\n      max_megabytes: 1000\n",
  ),
  inSpool("rotation without anything", ROTATION, "    rotation: #! file_deletes_backups\n"),
  inSpool(
    "ten backups",
    `${ROTATION}  file/csv`,
    `    rotation: { max_megabytes: 1000, max_backups: 10 } #! file_deletes_backups\n  file/csv`,
  ),
  inSpool(
    "thirty days",
    ROTATION,
    `    rotation:
      max_megabytes: 1000
      max_days: 30 #! file_deletes_days
      max_backups: 0
`,
  ),
  inSpool(
    "backups from a variable's default",
    ROTATION,
    `    rotation:
      max_megabytes: 1000
      max_backups: \${env:AUDIT_BACKUPS:-7} #! file_deletes_backups
`,
  ),
  inSpool(
    "a file smaller than a request",
    "      max_megabytes: 1000\n",
    "      max_megabytes: 10 #! file_smaller_than_request\n",
  ),
  inSpool(
    "a file smaller than a request as JSON",
    "      max_megabytes: 1000\n",
    "      max_megabytes: 127 #! file_smaller_than_request\n",
  ),
  inSpool(
    "a file of rows smaller than a request",
    "      max_megabytes: 1000000\n",
    "      max_megabytes: 15 #! file_smaller_than_request\n",
  ),
  inSpool(
    "permissions of a directory that is not made",
    `    create_directory: true
    directory_permissions: "0700"
    rotation:`,
    `    directory_permissions: "0700" #! file_directory_permissions
    rotation:`,
  ),
  inSpool("a compressed file", "    format: json\n", "    compression: zstd #! file_binary_form\n"),
  inSpool("a file of protobuf", "    format: json\n", "    format: proto #! file_binary_form\n"),
  inSpool(
    "files by attribute",
    "    format: json\n",
    `    group_by:
      enabled: true #! file_group_by
      resource_attribute: service.name
`,
  ),
  inSpool(
    "two exporters and one file",
    "    path: ${env:AUDIT_COLLECTOR_DIR:-/var/lib/otel-audit}/audit.csv\n",
    "    path: /var/lib/otel-audit/audit.jsonl #! file_shared_path\n",
  ),
  {
    name: "two exporters and one variable",
    base: "spool.yaml",
    changes: [
      ["${env:AUDIT_COLLECTOR_DIR:-/var/lib/otel-audit}/audit.jsonl", "${env:AUDIT_FILE}"],
      [
        "${env:AUDIT_COLLECTOR_DIR:-/var/lib/otel-audit}/audit.csv",
        "${env:AUDIT_FILE} #! file_shared_path",
      ],
    ],
  },
];

/** Queues, retries and what queues are kept in. */
export const QUEUE_MISTAKES: readonly Mistake[] = [
  {
    name: "an exporter as the tutorials have it",
    base: "spool.yaml",
    changes: [
      [
        "  otlp_grpc/spool:\n",
        "  otlp_grpc/spool: #! queue_in_memory queue_order retry_gives_up\n",
      ],
      [SPOOL_RETRY, ""],
      [SPOOL_QUEUE, ""],
    ],
  },
  inSpool(
    "a queue without storage",
    SPOOL_QUEUE,
    "    sending_queue: #! queue_in_memory\n      num_consumers: 1\n",
  ),
  inSpool(
    "a queue that is awaited, on disk",
    "      sizer: requests\n",
    "      wait_for_result: true #! queue_awaited_on_disk\n",
  ),
  inSpool("no queue", SPOOL_QUEUE, "    sending_queue:\n      enabled: false #! queue_off\n"),
  {
    name: "neither queue nor retry",
    base: "spool.yaml",
    changes: [
      [SPOOL_QUEUE, "    sending_queue: { enabled: false }\n"],
      [SPOOL_RETRY, "    retry_on_failure: { enabled: false } #! queue_and_retry_off\n"],
    ],
  },
  inSpool("items", "sizer: requests", "sizer: items #! queue_sizer"),
  inSpool("bytes", "sizer: requests", "sizer: bytes #! queue_sizer"),
  inSpool("ten consumers", "      num_consumers: 1\n", "      num_consumers: 10 #! queue_order\n"),
  {
    name: "as many consumers as there are where nothing is said",
    base: "spool.yaml",
    changes: [
      ["      num_consumers: 1\n", ""],
      ["    sending_queue:\n", "    sending_queue: #! queue_order\n"],
    ],
  },
  inSpool("no retry", SPOOL_RETRY, "    retry_on_failure: { enabled: false } #! retry_off\n"),
  inSpool(
    "a retry of five minutes",
    "      max_elapsed_time: 0s\n",
    "      max_elapsed_time: 5m #! retry_gives_up\n",
  ),
  {
    name: "a retry without an end that is said",
    base: "spool.yaml",
    changes: [[SPOOL_RETRY, "    retry_on_failure: #! retry_gives_up\n      enabled: true\n"]],
  },
  {
    name: "a queue without fsync",
    base: "spool.yaml",
    changes: [
      ["  file_storage/queue:\n", "  file_storage/queue: #! storage_without_fsync\n"],
      ["    fsync: true\n", ""],
    ],
  },
  inSpool("fsync: false", "fsync: true", "fsync: false #! storage_without_fsync"),
  inSpool(
    "a queue begun anew",
    "    fsync: true\n",
    "    fsync: true\n    recreate: true #! storage_recreated\n",
  ),
  inSpool(
    "a queue compacted elsewhere",
    `      on_rebound: true
      directory: \${env:AUDIT_COLLECTOR_DIR:-/var/lib/otel-audit}/queue`,
    `      on_rebound: true
      directory: /tmp #! storage_compacted_elsewhere`,
  ),
  {
    name: "a queue compacted where nothing is said",
    base: "helm-gateway.yaml",
    changes: [
      [
        `    compaction:
      on_start: true
      directory: /var/lib/otelcol/audit
`,
        `    compaction: #! storage_compacted_elsewhere
      on_start: true
`,
      ],
    ],
  },
  {
    name: "no storage for objects and rows",
    base: "docker-contrib.yaml",
    changes: [
      [
        "    sending_queue: { storage: file_storage/audit, num_consumers: 1 }",
        "    sending_queue: { num_consumers: 1 } #! queue_in_memory",
      ],
      ["  awss3/audit:\n", "  awss3/audit: #! queue_off\n"],
      ["    sending_queue: { enabled: true, storage: file_storage/audit, num_consumers: 1 }\n", ""],
    ],
  },
  {
    name: "documents that are given up",
    base: "kubernetes-daemonset.yaml",
    changes: [
      [
        "    retry: { enabled: true, max_retries: 1000000 }\n",
        "    retry: { enabled: true, max_retries: 3 } #! elasticsearch_gives_up\n",
      ],
    ],
  },
  {
    name: "documents whose queue is in memory",
    base: "kubernetes-daemonset.yaml",
    changes: [
      [
        `      enabled: true
      storage: file_storage/queue
      num_consumers: 1
`,
        "      num_consumers: 1\n",
      ],
      ["    sending_queue:\n", "    sending_queue: #! queue_in_memory\n"],
    ],
  },
  {
    name: "documents that are tried once",
    base: "kubernetes-daemonset.yaml",
    changes: [
      [
        "    retry: { enabled: true, max_retries: 1000000 }\n",
        "    retry: { enabled: false, max_retries: 1000000 } #! elasticsearch_gives_up\n",
      ],
    ],
  },
];
