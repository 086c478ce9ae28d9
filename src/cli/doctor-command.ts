import { Command, Option } from "commander";

/** What `otel-audit collector doctor` takes, as it was typed. */
export interface DoctorCommandOptions {
  readonly endpoint?: string;
  readonly header?: readonly string[];
  readonly health?: string;
  readonly metrics?: string;
  readonly directory?: string;
  readonly query?: string;
  readonly queryHeader?: readonly string[];
  readonly timeout: string;
  readonly output: "text" | "json";
}

const DOCTOR_HELP = `
Sends one audit record through a running Collector and says where it arrives, and what it looks like there:
in audit.jsonl and audit.csv of the Collector's directory, and in a backend that can be asked with a URL. The
record carries a password and a bearer token in clear, examples out of specifications: where they are found in
clear, the redaction does not run. It stays there, as action audit_probe of the service otel-audit-doctor, in a
stream of its own that nobody signed: verify counts two unsigned records and its verdict is the same.

The places are those of the Collector's own variables (AUDIT_OTLP_HTTP_ENDPOINT, AUDIT_HEALTH_ENDPOINT,
AUDIT_METRICS_PORT, AUDIT_COLLECTOR_DIR), else the defaults of its configuration.

Examples:
  otel-audit collector doctor --directory /var/lib/otel-audit
  otel-audit collector doctor --endpoint http://collector:4318 --timeout 60 -o json
  otel-audit collector doctor --query 'http://127.0.0.1:9428/select/logsql/query?query=audit.record.id:="{id}"'

Exit: 0 it arrived everywhere it was looked for, and is masked; 1 it is not masked, or did not arrive; 2 wrong
usage; 3 the directory cannot be read; 4 the Collector was not reached, or there was nowhere to look.`;

const each = (value: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  value,
];

/** `otel-audit collector doctor`. */
export function collectorDoctorCommand(print: (line: string) => void): Command {
  return new Command("doctor")
    .description("send a record through a running Collector, and say where and how it arrives")
    .option("--endpoint <url>", "OTLP over HTTP (default: AUDIT_OTLP_HTTP_ENDPOINT)")
    .option("--header <name=value>", "sent with the record; repeatable", each)
    .option("-d, --directory <path>", "the Collector's directory (default: AUDIT_COLLECTOR_DIR)")
    .option("--query <url>", "asks a backend; {id} stands for the record id")
    .option("--query-header <name=value>", "sent with that question; repeatable", each)
    .option("--health <url>", "the health endpoint (default: AUDIT_HEALTH_ENDPOINT)")
    .option("--metrics <url>", "the Collector's own metrics (default: AUDIT_METRICS_PORT)")
    .option("--timeout <seconds>", "how long the record may take to every place", "15")
    .addOption(
      new Option("-o, --output <format>", "output format")
        .choices(["text", "json"])
        .default("text"),
    )
    .addHelpText("after", DOCTOR_HELP)
    .action(async (options: DoctorCommandOptions) => {
      // Reading and sending take time to load, and only this command needs them.
      const { askCollector } = await import("./doctor-actions.ts");
      await askCollector(options, print);
    });
}
