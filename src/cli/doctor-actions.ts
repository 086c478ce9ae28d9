/** What `otel-audit collector doctor` does; loaded when it runs. */
import { existsSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { diagnose, type DiagnoseOptions, type Diagnosis } from "../collector/index.ts";
import { createSystemClock } from "../lib/clock.ts";
import { AuditError } from "../lib/errors.ts";
import { checkHeaders, checkUrl, logsUrl } from "../setup/shipping-values.ts";
import type { DoctorCommandOptions } from "./doctor-command.ts";
import { diagnosisLines } from "./doctor-report.ts";
import { headersOf, wholeNumber } from "./resend-options.ts";
import { jsonText } from "../lib/visible-text.ts";

/** Of config.yaml. */
const DEFAULT_OTLP = "127.0.0.1:4318";
const DEFAULT_HEALTH = "127.0.0.1:13133";
const DEFAULT_METRICS_PORT = "8888";
const DEFAULT_DIRECTORY = "/var/lib/otel-audit";
const MAX_TIMEOUT_SECONDS = 3600;

const EXIT_OF: Readonly<Record<Diagnosis["verdict"], number>> = {
  arrived: 0,
  unmasked: 1,
  missing: 1,
  unreachable: 4,
  nowhere_to_look: 4,
};

/** Sends the record, prints what became of it, and sets the exit code. */
export async function askCollector(
  options: DoctorCommandOptions,
  print: (line: string) => void,
): Promise<void> {
  const resolved = optionsOf(options, process.env);
  const diagnosis = await diagnose(resolved);
  process.exitCode = EXIT_OF[diagnosis.verdict];
  if (options.output === "json") return print(jsonText(diagnosis, 2));
  for (const line of diagnosisLines(diagnosis, Number(options.timeout))) print(line);
}

function optionsOf(
  options: DoctorCommandOptions,
  env: Readonly<Record<string, string | undefined>>,
): DiagnoseOptions {
  const of = (name: string, absent: string): string => {
    const value = env[name];
    return value === undefined || value === "" ? absent : value;
  };
  const { query, health, metrics, endpoint } = options;
  if (query?.includes("{id}") === false) {
    throw new AuditError(
      "invalid_option",
      "--query must have {id} where the record id goes, as in http://127.0.0.1:9428/select/logsql/query?query={id}",
    );
  }
  if (query !== undefined) checkUrl(query.replaceAll("{id}", "id"), "--query");
  const headers = (given: readonly string[] = [], name: string): Readonly<Record<string, string>> =>
    checkHeaders(headersOf(given), name, "http/json");
  return {
    logsUrl: logsUrl(
      endpoint ?? reachable(of("AUDIT_OTLP_HTTP_ENDPOINT", DEFAULT_OTLP)),
      endpoint === undefined ? "AUDIT_OTLP_HTTP_ENDPOINT" : "--endpoint",
    ),
    headers: headers(options.header, "--header"),
    healthUrl: checkUrl(
      health ?? reachable(of("AUDIT_HEALTH_ENDPOINT", DEFAULT_HEALTH)),
      health === undefined ? "AUDIT_HEALTH_ENDPOINT" : "--health",
    ),
    metricsUrl: checkUrl(
      metrics ?? `http://127.0.0.1:${of("AUDIT_METRICS_PORT", DEFAULT_METRICS_PORT)}/metrics`,
      metrics === undefined ? "AUDIT_METRICS_PORT" : "--metrics",
    ),
    directory: directoryOf(options.directory ?? of("AUDIT_COLLECTOR_DIR", "")),
    query,
    queryHeaders: headers(options.queryHeader, "--query-header"),
    timeoutMillis: wholeNumber(options.timeout, "--timeout", MAX_TIMEOUT_SECONDS) * 1000,
    nowMicros: createSystemClock().nowMicros(),
  };
}

/** What a listener is bound to, as somebody on the same machine reaches it. */
function reachable(listener: string): string {
  return `http://${listener.replace(/^(?:0\.0\.0\.0|\[::\])?:/, "127.0.0.1:")}`;
}

/** Undefined: nobody named one, and that of the configuration is not there. */
function directoryOf(given: string): string | undefined {
  if (given === "") return existsSync(DEFAULT_DIRECTORY) ? DEFAULT_DIRECTORY : undefined;
  const path = resolve(given);
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) return path;
  throw new AuditError(
    "unreadable",
    `${path} is no directory: name the Collector's (AUDIT_COLLECTOR_DIR of the Collector)`,
  );
}
