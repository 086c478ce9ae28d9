/** How fast the loggers are, as fast as they go and at 1 000 events a second. */
import type { Place } from "./benchmark.ts";
import { type LoggerName, LOGGERS } from "./event-logger.ts";
import { closeAndCount, type Logged, type LoggerQuestion, startLogger } from "./logger-process.ts";
import type { Findings, Table, Target } from "./section.ts";
import { median } from "./statistics.ts";

const STEADY_PER_SECOND = 1000;
const WANTED_OF_PINO = 0.75;
const WANTED_P99_MILLIS = 5;

/** One logger in one round. */
interface Rate extends Logged {
  readonly lost: number;
}

type Rates = ReadonlyMap<LoggerName, readonly Rate[]>;

/** Measures all loggers, interleaved in rounds, each time in a fresh process. */
export async function measureRates(place: Place): Promise<Findings> {
  const rounds = place.isQuick ? 1 : 5;
  const count = place.isQuick ? 10_000 : 100_000;
  const seconds = place.isQuick ? 2 : 10;
  const full = new Map<LoggerName, Rate[]>(LOGGERS.map((name) => [name, []]));
  const steady = new Map<LoggerName, Rate[]>(LOGGERS.map((name) => [name, []]));
  for (let round = 1; round <= rounds; round++) {
    for (const name of LOGGERS) {
      const fast = await measure(name, place, { kind: "full", count });
      const slow = await measure(name, place, {
        kind: "steady",
        count: seconds * STEADY_PER_SECOND,
        perSecond: STEADY_PER_SECOND,
      });
      full.get(name)?.push(fast);
      steady.get(name)?.push(slow);
      console.error(
        `rates ${round}/${rounds}, ${name}: ${(count / fast.acceptedSeconds).toFixed(0)}/s`,
      );
    }
  }
  return {
    effort: `Medians of ${rounds} interleaved rounds, each in fresh processes; ${seconds} s of ${STEADY_PER_SECOND} events`,
    tables: [
      rateTable(full, `${count} events as fast as it goes, 64 a turn of the event loop`),
      steadyTable(steady),
    ],
    targets: targetsOf(full, steady),
  };
}

/** Warms up, measures, and counts what is left of all of it. */
async function measure(
  name: LoggerName,
  { directory, isQuick }: Place,
  question: LoggerQuestion & { readonly count: number },
): Promise<Rate> {
  const logger = await startLogger(name, directory);
  const warmUp = isQuick ? 2000 : 20_000;
  // Within what the batch processor's queue takes, so that nothing of it is lost before the measuring.
  for (let left = warmUp; left > 0; left -= 1000) {
    await logger.ask({ kind: "full", count: Math.min(left, 1000) });
  }
  const before = await logger.found();
  const rate = await logger.ask<Logged>(question);
  const events = warmUp + question.count;
  const lost = (await closeAndCount(logger, name, events)) - (warmUp - before.size);
  await logger.remove();
  if (name.startsWith("ours") && (lost > 0 || rate.kept !== question.count)) {
    throw new Error(`${name}: ${lost} events lost, ${rate.kept} of ${question.count} synced`);
  }
  return { ...rate, lost };
}

const acceptedPerSecond = ({ events, acceptedSeconds }: Rate): number => events / acceptedSeconds;

const keptPerSecond = ({ events, lost, drainedSeconds }: Rate): number =>
  (events - lost) / drainedSeconds;

const of = (rates: Rates, name: LoggerName, read: (rate: Rate) => number): number =>
  median((rates.get(name) ?? []).map(read));

/** The rate of a logger over that of pino in the same round, its median. */
function ratioToPino(rates: Rates, name: LoggerName, read: (rate: Rate) => number): number {
  const base = (rates.get("pino") ?? []).map(acceptedPerSecond);
  return median((rates.get(name) ?? []).map((rate, round) => read(rate) / (base[round] ?? NaN)));
}

function rateTable(rates: Rates, title: string): Table {
  const rows = LOGGERS.map((name) => [
    name,
    of(rates, name, acceptedPerSecond).toFixed(0),
    `x ${ratioToPino(rates, name, acceptedPerSecond).toFixed(2)}`,
    of(rates, name, keptPerSecond).toFixed(0),
    ...latencies(rates, name),
  ]);
  const head = ["logger", "accepted/s", "to pino", "all done, kept/s", ...LATENCY_HEAD];
  return { title, head, rows };
}

function steadyTable(rates: Rates): Table {
  const rows = LOGGERS.map((name) => [name, ...latencies(rates, name)]);
  return {
    title: `${STEADY_PER_SECOND} events a second`,
    head: ["logger", ...LATENCY_HEAD],
    rows,
  };
}

const LATENCY_HEAD = [
  "accepted p50 us",
  "accepted p99 us",
  "kept p50 ms",
  "kept p99 ms",
  "CPU us/event",
  "lost",
];

function latencies(rates: Rates, name: LoggerName): readonly string[] {
  return [
    micros(of(rates, name, ({ acceptedMillis }) => acceptedMillis[0])),
    micros(of(rates, name, ({ acceptedMillis }) => acceptedMillis[1])),
    millis(of(rates, name, ({ keptMillis }) => keptMillis[0])),
    millis(of(rates, name, ({ keptMillis }) => keptMillis[1])),
    of(rates, name, ({ cpuMicros }) => cpuMicros).toFixed(0),
    of(rates, name, ({ lost }) => lost).toFixed(0),
  ];
}

function targetsOf(full: Rates, steady: Rates): readonly Target[] {
  const share = ratioToPino(full, "ours", acceptedPerSecond);
  const p99 = of(steady, "ours", ({ keptMillis }) => keptMillis[1]);
  return [
    {
      what: "accepted events per second, redaction on, both views, of pino's",
      wanted: `at least ${WANTED_OF_PINO}`,
      found: share.toFixed(2),
      isMet: share >= WANTED_OF_PINO,
    },
    {
      what: `p99 until synced at ${STEADY_PER_SECOND} events a second`,
      wanted: `under ${WANTED_P99_MILLIS} ms`,
      found: `${p99.toFixed(2)} ms`,
      isMet: p99 < WANTED_P99_MILLIS,
    },
  ];
}

const micros = (value: number): string => (value * 1000).toFixed(1);
const millis = (value: number): string => (Number.isNaN(value) ? "-" : value.toFixed(2));
