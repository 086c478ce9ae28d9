/** What is typed to show what a command prints, by the command; docs/commands.md has the screens. */
export const SCREENS: Readonly<Record<string, readonly string[]>> = {
  query: [
    "otel-audit query impact:high outcome:failure,denied",
    "otel-audit query actor:ann --limit 3 -o csv --columns time,action,target",
  ],
  summary: ["otel-audit summary created:2026-10-06", "otel-audit summary --by day,outcome"],
  stats: ["otel-audit stats --interval day", "otel-audit stats --interval day --by actor"],
  report: [
    "otel-audit report exclusions --from 2026-10-05 --to 2026-10-09 | grep -v 'Made:'",
    "otel-audit report decisions -o csv | head -3 | cut -c 1-120",
  ],
  tail: ["otel-audit tail --limit 3"],
  show: ["otel-audit show {stream}.25"],
  history: ["otel-audit history ckpt-4100", "otel-audit history exp-7 --at 2026-10-06"],
  around: ["otel-audit around v1.4-freeze --window 30m --metrics docs/questions/metrics.csv"],
  explain: ["otel-audit explain {stream}.20"],
  reproduce: ["otel-audit reproduce --run exp-7"],
  export: [
    "otel-audit export action:pause,resume -o csv | cut -c 1-120",
    "otel-audit export impact:high -o json | jq length",
  ],
  import: ["otel-audit import docs/questions/old-log/audit_log.json --to audit --dry-run"],
  verify: ["otel-audit verify"],
  gaps: ["otel-audit gaps"],
  inspect: ["otel-audit inspect {stream}.25 | cut -c 1-120"],
  "policy check": ["otel-audit policy check examples/training-service/audit.yaml"],
  "collector validate": ["otel-audit collector validate collector-config/config.yaml"],
  completion: ["otel-audit completion bash | head -4"],
};
