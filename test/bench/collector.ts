/**
 * How fast records go through the Collector into its last sink: from record() on, with resend at full
 * speed, with telemetrygen beside them, and a backlog that waited for it.
 *
 *     npm run bench:collector -- --help
 */
import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs, promisify } from "node:util";
import { buildTelemetrygen } from "../../collector-config/build/build.ts";
import { COMMON_HELP, COMMON_OPTIONS, type Place, runBenchmark } from "./benchmark.ts";
import { type Pipeline, startPipeline } from "./collector-pipeline.ts";
import { machineLine } from "./machine.ts";
import { runMeasured } from "./measured-process.ts";
import { journalRecords } from "./journal-records.ts";
import type { Section } from "./section.ts";
import { median } from "./statistics.ts";

const HELP = `usage: npm run bench:collector -- [options]

Each run has a Collector and a backend (VictoriaLogs) of its own, with empty queues. Records are counted
at the last sink. Needs Go the first time.

  --rounds N        default 3
  --records N       of a run, default 20000
  --backlog N       records that wait while there is no Collector, default 100000; 0: not measured
${COMMON_HELP}`;

const COMMAND = join(import.meta.dirname, "../../dist/cli/main.js");
const RECORDER = join(import.meta.dirname, "programs/record-to-collector.ts");
/** What a service's sender does; as many senders as the machine of the figures has cores. */
const TELEMETRYGEN_WORKERS = 2;
const WANTED_RATIO = 0.7;
const MIB = 1024 * 1024;
const run = promisify(execFile);

/** One way into the Collector. */
interface Run {
  readonly records: number;
  readonly seconds: number;
  /** Most memory of the Collector, and of who sends, bytes; 0: not measured. */
  readonly collectorBytes: number;
  readonly senderBytes: number;
}

const { values } = parseArgs({
  options: {
    ...COMMON_OPTIONS,
    rounds: { type: "string" },
    records: { type: "string" },
    backlog: { type: "string" },
  },
});

await runBenchmark(values, HELP, async function* (place) {
  yield await measure(place, {
    rounds: Number(values.rounds ?? (place.isQuick ? 1 : 3)),
    records: Number(values.records ?? (place.isQuick ? 1000 : 20_000)),
    backlog: Number(values.backlog ?? (place.isQuick ? 2000 : 100_000)),
  });
});

interface Effort {
  readonly rounds: number;
  readonly records: number;
  readonly backlog: number;
}

async function measure(place: Place, { rounds, records, backlog }: Effort): Promise<Section> {
  const ways = {
    "record() in a service": recordAndShip,
    "otel-audit resend": resend,
    telemetrygen,
  } as const;
  const found = new Map<string, Run[]>(Object.keys(ways).map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, measureNamed] of Object.entries(ways)) {
      const directory = join(place.directory, `${round}-${name.replaceAll(/\W/g, "")}`);
      found.get(name)?.push(await measureNamed(directory, records));
    }
  }
  if (backlog > 0) {
    const directory = join(place.directory, "backlog");
    found.set(`a backlog of ${backlog}`, [await drainBacklog(directory, backlog)]);
  }
  const rate = (name: string): number =>
    median((found.get(name) ?? []).map(({ records: count, seconds }) => count / seconds));
  const yardstick = rate("otel-audit resend");
  const ratio = rate("record() in a service") / yardstick;
  return {
    name: "collector",
    machine: machineLine(place.directory),
    effort: `Medians of ${rounds} rounds of ${records} events, each with a Collector and a backend of its own`,
    tables: [
      {
        title: "To the last sink of a Collector with config.yaml and overlays/otlp.yaml",
        head: ["from", "records/s", "to resend", "Collector MiB", "sender MiB"],
        rows: [...found].map(([name, runs]) => [
          name,
          rate(name).toFixed(0),
          `x ${(rate(name) / yardstick).toFixed(2)}`,
          mib(median(runs.map(({ collectorBytes }) => collectorBytes))),
          mib(median(runs.map(({ senderBytes }) => senderBytes))),
        ]),
      },
    ],
    targets: [
      {
        what: "record() to the last sink, against resend of the same records",
        wanted: `x ${WANTED_RATIO}`,
        found: `x ${ratio.toFixed(2)}`,
        isMet: ratio >= WANTED_RATIO,
      },
    ],
  };
}

function mib(bytes: number): string {
  return bytes === 0 ? "-" : (bytes / MIB).toFixed(0);
}

/** What is sent into a pipeline of its own, and who sends. */
interface Way {
  readonly records: number;
  /** Gives the most memory of the sender, bytes; 0: not measured. */
  readonly send: (pipeline: Pipeline) => Promise<number>;
  readonly overlays?: readonly string[];
}

/** From the first request to the last sink. */
async function measureWay(directory: string, { records, send, overlays }: Way): Promise<Run> {
  const pipeline = await startPipeline(directory, overlays);
  const started = performance.now();
  const senderBytes = await send(pipeline);
  await pipeline.delivered(records);
  const seconds = (performance.now() - started) / 1000;
  const collectorBytes = pipeline.peakBytes();
  await pipeline.end();
  return { records, seconds, collectorBytes, senderBytes };
}

/** A journal of so many events that nobody took. */
async function recordOnly(audit: string, events: number): Promise<number> {
  await runMeasured([RECORDER, audit, String(events)]);
  return journalRecords(audit);
}

/** Its last checkpoints wait in the journal for the next start: the events are counted. */
function recordAndShip(directory: string, records: number): Promise<Run> {
  const audit = join(directory, "audit");
  return measureWay(directory, {
    records,
    send: async ({ httpEndpoint }) =>
      (await runMeasured([RECORDER, audit, String(records), httpEndpoint])).peakBytes,
  });
}

async function resend(directory: string, events: number): Promise<Run> {
  const audit = join(directory, "audit");
  return measureWay(directory, {
    records: await recordOnly(audit, events),
    send: async ({ httpEndpoint }) =>
      (await runMeasured([COMMAND, "resend", audit, "--endpoint", httpEndpoint])).peakBytes,
  });
}

/** Its records are none of ours: an overlay lets them pass. */
async function telemetrygen(directory: string, records: number): Promise<Run> {
  const binary = await buildTelemetrygen();
  const overlay = `${directory}.yaml`;
  const none = 'log_conditions: ["log.severity_number == 99"]';
  writeFileSync(
    overlay,
    `processors:\n  filter/audit_only: { ${none} }\n  filter/proven: { ${none} }\n`,
  );
  const each = Math.floor(records / TELEMETRYGEN_WORKERS);
  return measureWay(directory, {
    records: each * TELEMETRYGEN_WORKERS,
    overlays: [overlay],
    send: async ({ grpcEndpoint }) => {
      const to = ["--otlp-endpoint", grpcEndpoint, "--otlp-insecure", "--rate=0"];
      const much = [`--workers=${TELEMETRYGEN_WORKERS}`, `--logs=${each}`];
      await run(binary, ["logs", ...to, ...much]);
      return 0;
    },
  });
}

/** Records were made while nobody listened; then a service starts again, and a Collector is there. */
async function drainBacklog(directory: string, events: number): Promise<Run> {
  const audit = join(directory, "audit");
  const records = await recordOnly(audit, events);
  return measureWay(directory, {
    records,
    send: async ({ httpEndpoint }) =>
      (await runMeasured([RECORDER, audit, "0", httpEndpoint, String(records)])).peakBytes,
  });
}
