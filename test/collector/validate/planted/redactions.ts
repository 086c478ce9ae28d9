import { inSpool, type Mistake } from "./mistake.ts";

const IN = `      processors: [memory_limiter, filter/audit_only, redaction/secrets]
      exporters: [otlp_grpc/spool]
`;
const BLOCKED = `    blocked_key_patterns:
      - (?i)passw|secret|token|api_?key
    blocked_values:
      - '\\beyJ[A-Za-z0-9_-]{10,}\\.'
`;

/** Redaction, and the ways around it. */
export const REDACTION_MISTAKES: readonly Mistake[] = [
  {
    name: "no redaction before the queue",
    base: "spool.yaml",
    changes: [
      [
        IN,
        `      processors: [memory_limiter, filter/audit_only]
      exporters: [otlp_grpc/spool] #! unredacted_exporter
`,
      ],
    ],
  },
  inSpool(
    "a file beside the redaction",
    "      receivers: [otlp]\n" + IN,
    `      receivers: [otlp]
      processors: [memory_limiter, filter/audit_only]
      exporters: [otlp_grpc/spool, file/audit] #! unredacted_exporter redaction_after_branch
`,
  ),
  {
    name: "no redaction at all",
    base: "helm-gateway.yaml",
    changes: [
      [
        `      processors: [memory_limiter, transform/cluster, redaction/audit]
      exporters: [otlp_http/backend, file/archive]`,
        `      processors: [memory_limiter, transform/cluster]
      exporters:
        - otlp_http/backend #! unredacted_exporter
        - file/archive #! unredacted_exporter`,
      ],
      ["  redaction/audit:\n", "  redaction/audit: #! component_unused\n"],
    ],
  },
  {
    name: "redaction behind the branch",
    base: "docker-contrib.yaml",
    changes: [
      [
        `      processors: [memory_limiter, redaction/audit]
      exporters: [forward/audit]`,
        `      processors: [memory_limiter]
      exporters: [forward/audit, file/audit] #! redaction_after_branch`,
      ],
      [
        `      receivers: [forward/audit]
      exporters: [clickhouse/audit, awss3/audit, file/audit]`,
        `      receivers: [forward/audit]
      processors: [redaction/audit]
      exporters: [clickhouse/audit, awss3/audit]`,
      ],
    ],
  },
  {
    name: "a redaction that blocks nothing",
    base: "spool.yaml",
    changes: [
      [BLOCKED, ""],
      ["    allow_all_keys: true\n", "    allow_all_keys: true #! redaction_does_nothing\n"],
    ],
  },
  ...[".*", ".", "(?i)[a-z]", "^.+$$"].map((pattern) =>
    inSpool(
      `a redaction that ignores every key: ${pattern}`,
      "    ignored_keys:",
      `    ignored_key_patterns: ["${pattern}"] #! redaction_does_nothing\n    ignored_keys:`,
    ),
  ),
  ...[".*", "\\\\S"].map((pattern) =>
    inSpool(
      `a redaction that allows every value: ${pattern}`,
      "    ignored_keys:",
      `    allowed_values: [x, "${pattern}"] #! redaction_does_nothing\n    ignored_keys:`,
    ),
  ),
  inSpool(
    "a redaction that removes everything",
    "    allow_all_keys: true\n",
    "    allow_all_keys: false #! redaction_removes_everything\n",
  ),
  inSpool(
    "a redaction that removes who and what",
    "    allow_all_keys: true\n",
    "    allowed_keys: [user, region] #! redaction_removes_everything\n",
  ),
  {
    name: "a redaction of texts only",
    base: "kafka.yaml",
    changes: [
      ["  redaction/audit:\n", "  redaction/audit: #! redaction_texts_only\n"],
      ["    redact_all_types: true\n", ""],
    ],
  },
  {
    name: "pseudonyms without a key",
    base: "operator-agent.yaml",
    changes: [
      [
        "    hash_function: hmac-sha256\n    hmac_key: ${env:REDACTION_KEY}\n",
        "    hash_function: hmac-sha256 #! redaction_without_key\n",
      ],
    ],
  },
  {
    name: "pseudonyms whose key is in the file",
    base: "operator-agent.yaml",
    changes: [
      [
        "${env:REDACTION_KEY}",
        "${env:REDACTION_KEY:-correct-horse-battery-staple-for-all} #! redaction_literal_key",
      ],
    ],
  },
  {
    name: "pseudonyms that can be guessed",
    base: "operator-agent.yaml",
    changes: [
      [
        "    hash_function: hmac-sha256\n    hmac_key: ${env:REDACTION_KEY}\n",
        "    hash_function: sha1 #! redaction_guessable\n",
      ],
    ],
  },
];
