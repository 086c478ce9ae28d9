/**
 * Where a record goes that a Collector is sent.
 *
 * In: where the Collector listens, and where its records should arrive. Out: what each of these
 * places says, and whether the dummy secrets of the record were masked on the way.
 */
import { setTimeout as delay } from "node:timers/promises";
import { type CollectorFigure, figuresIn } from "./metrics.ts";
import { createProbe, type Probe } from "./probe.ts";
import { type Arrival, causeOf, fileSinks, querySink, type Sink } from "./sinks.ts";

/** What {@link diagnose} takes. */
export interface DiagnoseOptions {
  /** Full URL, with `/v1/logs`. */
  readonly logsUrl: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Answers 200 while the Collector runs. */
  readonly healthUrl: string;
  /** The Collector's own metrics, as Prometheus has them. */
  readonly metricsUrl: string;
  /** The Collector's directory; undefined: its files are not looked at. */
  readonly directory: string | undefined;
  /** URL with `{id}`. */
  readonly query: string | undefined;
  readonly queryHeaders: Readonly<Record<string, string>>;
  /** How long the record may take to every place. */
  readonly timeoutMillis: number;
  readonly nowMicros: bigint;
}

/** What a place answered. */
export interface Answer {
  readonly url: string;
  /** HTTP status; null: there was no answer. */
  readonly status: number | null;
  /** What it said, or why there is no answer. */
  readonly message: string;
}

/** What became of the record in a sink. */
export interface SinkReport {
  readonly sink: string;
  readonly place: string;
  /** Null: it did not arrive, or nobody could look. */
  readonly arrival: Arrival | null;
  /** After the record was taken. */
  readonly millis: number;
  /** What to think of where it did not arrive. */
  readonly hint: string | null;
}

/** What was found, all of it. */
export interface Diagnosis {
  readonly verdict: "arrived" | "unmasked" | "missing" | "nowhere_to_look" | "unreachable";
  readonly record: string;
  readonly stream: string;
  readonly health: Answer;
  readonly otlp: Answer;
  readonly sinks: readonly SinkReport[];
  /** Null: the metrics do not answer. */
  readonly figures: readonly CollectorFigure[] | null;
}

const ANSWER_MILLIS = 10_000;
const HEALTH_MILLIS = 3000;
const POLL_MILLIS = 100;
/** A sink that refuses is said at once; what the others took is looked for no longer than this. */
const REFUSED_LOOK_MILLIS = 2000;
const MAX_MESSAGE = 300;
/** A sink, or the memory limit, does not take it now (OTLP specification, "Failures"). */
const REFUSED_NOW: readonly (number | null)[] = [429, 502, 503, 504];

/** Sends one record, and looks for it. @throws the system error where the directory cannot be listed. */
export async function diagnose(options: DiagnoseOptions): Promise<Diagnosis> {
  const { directory, query, queryHeaders } = options;
  const probe = createProbe(options.nowMicros);
  // Before it is sent: what stands there already is not looked at.
  const sinks = [
    ...(directory === undefined ? [] : fileSinks(directory)),
    ...(query === undefined ? [] : [querySink(query, queryHeaders)]),
  ];
  const health = await ask(options.healthUrl, { signal: AbortSignal.timeout(HEALTH_MILLIS) });
  const otlp = await ask(options.logsUrl, {
    method: "POST",
    headers: { ...options.headers, "content-type": "application/json" },
    body: Buffer.from(probe.request),
    signal: AbortSignal.timeout(ANSWER_MILLIS),
  });
  const isTaken = otlp.status !== null && otlp.status < 300;
  const isReached = isTaken || REFUSED_NOW.includes(otlp.status);
  const limit = isTaken
    ? options.timeoutMillis
    : Math.min(options.timeoutMillis, REFUSED_LOOK_MILLIS);
  const reports = isReached ? await Promise.all(sinks.map((sink) => find(sink, probe, limit))) : [];
  const metrics = await ask(options.metricsUrl, {
    signal: AbortSignal.timeout(HEALTH_MILLIS),
    isWhole: true,
  });
  return {
    verdict: verdictOf(reports, { isReached, isTaken }),
    record: probe.id,
    stream: probe.stream,
    health,
    otlp,
    sinks: reports,
    figures: metrics.status === 200 ? figuresIn(metrics.message) : null,
  };
}

function verdictOf(
  reports: readonly SinkReport[],
  { isReached, isTaken }: { readonly isReached: boolean; readonly isTaken: boolean },
): Diagnosis["verdict"] {
  if (!isReached) return "unreachable";
  if (reports.some(({ arrival }) => (arrival?.clear.length ?? 0) > 0)) return "unmasked";
  if (!isTaken || reports.some(({ arrival }) => arrival === null)) return "missing";
  return reports.length === 0 ? "nowhere_to_look" : "arrived";
}

/** Looks until it is there or the time is over; a queue may stand between the answer and the sink. */
async function find(sink: Sink, probe: Probe, limitMillis: number): Promise<SinkReport> {
  const { name, place } = sink;
  const startedAt = performance.now();
  for (;;) {
    const isLate = performance.now() - startedAt > limitMillis;
    let arrival: Arrival | undefined;
    let failure: string | undefined;
    try {
      arrival = await sink.look(probe);
    } catch (error) {
      failure = `it cannot be read: ${causeOf(error)}`;
    }
    const millis = Math.round(performance.now() - startedAt);
    if (arrival !== undefined)
      return { sink: name, place: arrival.place, arrival, millis, hint: null };
    if (isLate || failure !== undefined)
      return { sink: name, place, arrival: null, millis, hint: failure ?? sink.hint() };
    await delay(POLL_MILLIS);
  }
}

async function ask(
  url: string,
  { isWhole = false, ...init }: RequestInit & { readonly isWhole?: boolean },
): Promise<Answer> {
  try {
    const response = await fetch(url, init);
    const text = await response.text();
    const message = isWhole ? text : text.replace(/\s+/g, " ").trim().slice(0, MAX_MESSAGE);
    return { url, status: response.status, message };
  } catch (error) {
    return { url, status: null, message: causeOf(error) };
  }
}
