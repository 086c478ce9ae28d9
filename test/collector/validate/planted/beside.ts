import type { Mistake } from "./mistake.ts";

type Changes = Mistake["changes"];

/** Where everything that comes in goes to, as people have it for what is no audit. */
const SINKS = (isFound: boolean): Changes[number] => {
  const due = (codes: string): string => (isFound ? ` #! ${codes}` : "");
  return [
    "exporters:\n  otlp_grpc/spool:",
    `exporters:
  file/everything:${due("file_truncates")}
    path: /data/everything.jsonl
  otlp_http/saas:${due("queue_in_memory queue_order retry_gives_up")}
    endpoint: http://saas.example.com${due("exporter_plain_text")}
  otlp_grpc/spool:`,
  ];
};
const ENDS = (isFound: boolean): string =>
  ["file/everything", "otlp_http/saas"]
    .map((id) => `        - ${id}${isFound ? " #! unredacted_exporter" : ""}\n`)
    .join("");

/** A pipeline beside the one of audit records, on the same receiver. */
const onReceiver = (isFound: boolean, processors = "memory_limiter"): Changes => [
  SINKS(isFound),
  [
    "  pipelines:\n",
    `  pipelines:
    logs:
      receivers: [otlp]
      processors: [${processors}]
      exporters:
${ENDS(isFound)}`,
  ],
];

/** The same behind a connector that both listen to. */
const behind = (connector: string, isFound: boolean, processors = ""): Changes => [
  SINKS(isFound),
  [
    "    logs/audit_in:\n      receivers: [otlp]\n      processors: [memory_limiter, ",
    `    logs/in:
      receivers: [otlp]
      processors: [memory_limiter]
      exporters: [${connector}]
    logs:
      receivers: [${connector}]
      processors: [${processors}]
      exporters:
${ENDS(isFound)}    logs/audit_in:
      receivers: [${connector}]
      processors: [`,
  ],
];

const filtered = (key: string, condition: string): Changes[number] => [
  "processors:\n  memory_limiter:",
  `processors:
  filter/no_audit:
    error_mode: ignore
    ${key}
      - ${condition}
  memory_limiter:`,
];

const routed = (context: string, condition: string): Changes[number] => [
  "connectors:\n",
  `connectors:
  routing/in:
    default_pipelines: [logs]
    table:
      - context: ${context}
        condition: ${condition}
        pipelines: [logs/audit_in]
`,
];

const beside = (name: string, ...changes: Changes): Mistake => ({
  name,
  base: "spool.yaml",
  changes,
});

/** Pipelines that get audit records and do not say so. */
export const BESIDE_MISTAKES: readonly Mistake[] = [
  beside("a pipeline beside the one of audit records", ...onReceiver(true)),
  beside(
    "a pipeline beside, behind a connector",
    ["connectors:\n", "connectors:\n  forward/in:\n"],
    ...behind("forward/in", true),
  ),
  beside(
    "a pipeline beside, behind a pipeline beside",
    SINKS(true),
    ["connectors:\n", "connectors:\n  forward/in:\n"],
    [
      "  pipelines:\n",
      `  pipelines:
    logs/first:
      receivers: [otlp]
      processors: [memory_limiter]
      exporters: [forward/in]
    logs/second:
      receivers: [forward/in]
      exporters:
${ENDS(true)}`,
    ],
  ),
  beside(
    "a filter that keeps audit records of some kinds",
    ...onReceiver(true, "memory_limiter, filter/no_audit"),
    filtered(
      "log_conditions:",
      `log.attributes["audit.record.id"] != nil and log.attributes["audit.impact"] == "high"`,
    ),
  ),
  beside(
    "a filter that drops all but audit records",
    ...onReceiver(true, "memory_limiter, filter/no_audit"),
    filtered("log_conditions:", `not IsMatch(scope.name, "^otel-audit")`),
  ),
  beside(
    "a route by what audit records may have or not",
    routed("log", `attributes["audit.impact"] == "high"`),
    ...behind("routing/in", true),
  ),
  beside(
    "a route by an attribute of the resource",
    routed("resource", `attributes["audit.record.id"] != nil`),
    ...behind("routing/in", true),
  ),
];

/** Pipelines beside that get no audit records. */
export const BESIDE_VARIANTS: readonly Mistake[] = [
  ...[
    `scope.name == "otel-audit"`,
    `IsMatch(scope.name, "^otel-audit")`,
    `log.attributes["audit.record.id"] != nil`,
  ].map((condition) =>
    beside(
      `a pipeline beside that drops audit records: ${condition}`,
      ...onReceiver(false, "memory_limiter, filter/no_audit"),
      filtered("log_conditions:", condition),
    ),
  ),
  beside(
    "a pipeline beside that drops audit records, as it was written once",
    ...onReceiver(false, "memory_limiter, filter/no_audit"),
    filtered("logs:\n     log_record:", `instrumentation_scope.name == "otel-audit"`),
  ),
  beside(
    "a connector, and a filter behind it",
    ["connectors:\n", "connectors:\n  forward/in:\n"],
    ...behind("forward/in", false, "filter/no_audit"),
    filtered("log_conditions:", `HasPrefix(scope.name, "otel-audit")`),
  ),
  beside(
    "a route of audit records",
    routed("log", `IsMatch(instrumentation_scope.name, "^otel-audit")`),
    ...behind("routing/in", false),
  ),
];
