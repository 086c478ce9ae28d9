/** What `otel-audit collector doctor` says, for people. */
import { styleText } from "node:util";
import type { Diagnosis, SinkReport } from "../collector/index.ts";
import { printable } from "./shell-text.ts";
import { tableLines } from "./table.ts";

/** Figures that say nothing while they are 0. */
const QUIET_AT_ZERO = /failed|refused/;

/** All lines; the last one is the verdict. */
export function* diagnosisLines(diagnosis: Diagnosis, seconds: number): Generator<string> {
  const { health, otlp, sinks, figures, record } = diagnosis;
  const rows = [
    ["health", health.url, health.status === null ? health.message : `answers ${health.status}`],
    ["otlp", otlp.url, otlpSays(otlp)],
    ...sinks.map((sink) => [sink.sink, sink.place, sinkSays(sink, seconds)]),
  ];
  yield* tableLines(["WHAT", "WHERE", "SAYS"], rows, process.stdout);
  yield "";
  if (figures === null)
    yield "the Collector's own metrics do not answer: nothing is known of its queues";
  else {
    const telling = figures.filter(({ name, value }) => value > 0 || !QUIET_AT_ZERO.test(name));
    if (telling.length === 0) yield "nothing waits, was refused, or failed, its own metrics say";
    else
      yield* tableLines(
        ["FIGURE", "OF", "VALUE"],
        telling.map(({ name, of, value }) => [name, of, String(value)]),
        process.stdout,
      );
  }
  for (const { sink, arrival } of sinks) {
    if (arrival === null) continue;
    yield "";
    yield `as it is in ${sink}:`;
    for (const line of arrival.record.split("\n")) yield `  ${printable(line)}`;
  }
  yield "";
  yield verdictOf(diagnosis, record);
}

function otlpSays({ status, message }: Diagnosis["otlp"]): string {
  const said = message === "" || message === "{}" ? "" : ` (${message})`;
  if (status === null) return `no answer: ${message}`;
  if (status < 300) return `${status}: taken`;
  if (status === 503 || status === 429)
    return `${status}: a sink refuses, or the memory limit is reached${said}`;
  if (status === 401 || status === 403)
    return `${status}: it wants to know who asks: pass --header${said}`;
  if (status === 404 || status === 405) return `${status}: no receiver of OTLP is there${said}`;
  return `${status}${said}`;
}

function sinkSays({ arrival, millis, hint }: SinkReport, seconds: number): string {
  if (arrival === null)
    return `NOT THERE after ${Math.min(seconds, millis / 1000).toFixed(1)} s: ${hint ?? ""}`;
  const after = `there after ${(millis / 1000).toFixed(1)} s`;
  return arrival.clear.length === 0
    ? `${after}, masked`
    : `${after}, NOT MASKED: ${arrival.clear.join(" and ")}`;
}

function verdictOf({ verdict, sinks, otlp }: Diagnosis, record: string): string {
  const loud = (text: string): string =>
    styleText(["bold", "red"], text, { stream: process.stdout });
  const names = (wanted: (sink: SinkReport) => boolean): string =>
    sinks
      .filter(wanted)
      .map(({ sink }) => sink)
      .join(" and ");
  switch (verdict) {
    case "arrived":
      return `record ${record} arrived everywhere it was looked for, and its dummy secrets are masked`;
    case "unmasked":
      return loud(
        `NOT MASKED: ${names(({ arrival }) => (arrival?.clear.length ?? 0) > 0)} has a dummy secret in clear: the redaction does not run in front of it; check the processors of the pipeline`,
      );
    case "missing":
      return loud(
        sinks.every(({ arrival }) => arrival !== null)
          ? `record ${record} was refused (${otlp.status ?? "no answer"}): some sink does not take it; senders wait and send it again`
          : `record ${record} did not arrive in ${names(({ arrival }) => arrival === null)}`,
      );
    case "unreachable":
      return loud(
        otlp.status === null
          ? `nothing takes records at ${otlp.url} (${otlp.message}): start the Collector (collector-config/README.md, "Run"), or name its endpoint with --endpoint`
          : `${otlp.url} answered ${otlp.status}, which is no answer of an audit pipeline: name its endpoint with --endpoint`,
      );
    default:
      return `record ${record} was taken; where it went was not looked at: pass --directory or --query`;
  }
}
