import { inSpool, type Mistake } from "./mistake.ts";

/** What stands between receiver and exporter. */
export const PROCESSING_MISTAKES: readonly Mistake[] = [
  {
    name: "a batch processor",
    base: "kubernetes-daemonset.yaml",
    changes: [
      [
        "      processors: [memory_limiter, redaction/audit]\n",
        "      processors: [memory_limiter, redaction/audit, batch] #! batch_acks_early\n",
      ],
    ],
  },
  {
    name: "a sampler",
    base: "docker-contrib.yaml",
    changes: [
      [
        "      processors: [memory_limiter, redaction/audit]\n",
        "      processors: [memory_limiter, probabilistic_sampler, redaction/audit] #! records_dropped\n",
      ],
    ],
  },
  {
    name: "a filter by severity",
    base: "spool.yaml",
    changes: [
      ["  filter/audit_only:\n", "  filter/info: #! filter_without_audit\n"],
      ['log.attributes["audit.record.id"] == nil', "log.severity_number < SEVERITY_NUMBER_WARN"],
      [
        "[memory_limiter, filter/audit_only, redaction/secrets]",
        "[memory_limiter, filter/info, redaction/secrets]",
      ],
    ],
  },
  ...[
    'IsMatch(log.body, "audit")',
    'resource.attributes["service.name"] == "audit.record.id"',
    'scope.name == "audit-other"',
    'log.attributes["audit.record.id"] == nil\n      - log.severity_number < SEVERITY_NUMBER_WARN',
  ].map((condition): Mistake => ({
    name: `a filter that only names it: ${condition.slice(-40)}`,
    base: "spool.yaml",
    changes: [
      ["  filter/audit_only:\n", "  filter/audit_only: #! filter_without_audit\n"],
      ['log.attributes["audit.record.id"] == nil', condition],
    ],
  })),
  inSpool(
    "a filter that blocks",
    "    error_mode: ignore\n",
    "    error_mode: propagate #! error_mode_propagate\n",
  ),
  {
    name: "a transform that says nothing of errors",
    base: "helm-gateway.yaml",
    changes: [
      ["  transform/cluster:\n", "  transform/cluster: #! error_mode_unset\n"],
      ["    error_mode: ignore\n", ""],
    ],
  },
  {
    name: "no memory limiter",
    base: "operator-agent.yaml",
    changes: [
      ["    logs:\n", "    logs: #! memory_limiter_missing\n"],
      ["processors: [memory_limiter, redaction,", "processors: [redaction,"],
      ["  memory_limiter:\n", "  memory_limiter: #! component_unused\n"],
    ],
  },
  inSpool(
    "a memory limiter behind others",
    "[memory_limiter, filter/audit_only, redaction/secrets]\n",
    "[filter/audit_only, memory_limiter, redaction/secrets] #! memory_limiter_not_first\n",
  ),
  {
    name: "a memory limiter as an extension",
    base: "operator-agent.yaml",
    changes: [
      [
        "extensions:\n  file_storage:\n",
        `extensions:
  memory_limiter: #! memory_limiter_extension
    check_interval: 1s
    limit_mib: 200
  file_storage:
`,
      ],
      ["extensions: [file_storage]", "extensions: [file_storage, memory_limiter]"],
    ],
  },
  {
    name: "everything on the console",
    base: "spool.yaml",
    changes: [
      [
        "extensions:\n  health_check:",
        "  debug:\n    verbosity: detailed #! debug_detailed\nextensions:\n  health_check:",
      ],
      ["      exporters: [file/csv]\n", "      exporters: [file/csv, debug]\n"],
    ],
  },
  {
    name: "nothing that keeps",
    base: "operator-agent.yaml",
    changes: [
      ["    logs:\n", "    logs: #! no_durable_sink\n"],
      ["      exporters: [otlp]\n", "      exporters: [debug]\n"],
      ["exporters:\n  otlp:\n", "exporters:\n  debug: {}\n  otlp: #! component_unused\n"],
    ],
  },
];
