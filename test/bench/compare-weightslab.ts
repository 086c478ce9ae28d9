/** The logger of WeightsLab and ours, an event at a time in logs of growing size. */
import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import { runPython } from "../support/python.ts";
import { weightslabPackage } from "../support/weightslab.ts";
import type { Place } from "./benchmark.ts";
import { closeAndCount, type Sequential, startLogger } from "./logger-process.ts";
import type { Findings, Target } from "./section.ts";
import { median } from "./statistics.ts";

const PROGRAM = join(import.meta.dirname, "programs/weightslab-logger.py");
/** Where its JSON mode takes 20 ms an event and more, few are enough. */
const TIMED: Readonly<Record<"json" | "csv", number>> = { json: 15, csv: 500 };
const OURS_TIMED = 300;
const WANTED_TIMES_CHEAPER = 500;

/** All of one log size in one round. */
interface Compared extends Sequential {
  readonly jsonMillis: number;
  readonly csvMillis: number;
}

/** Measures both in one run, a round after the other; medians over the rounds. */
export async function compareWeightslab(place: Place): Promise<Findings> {
  const sizes = place.isQuick ? [100, 1000] : [100, 1000, 5000];
  const rounds = place.isQuick ? 1 : 3;
  const found = new Map<number, Compared[]>(sizes.map((size) => [size, []]));
  for (let round = 1; round <= rounds; round++) {
    for (const size of sizes) {
      const compared: Compared = {
        jsonMillis: theirMillis(place, "json", size),
        csvMillis: theirMillis(place, "csv", size),
        ...(await ourMillis(place, size)),
      };
      found.get(size)?.push(compared);
      console.error(
        `weightslab ${round}/${rounds}, ${size} events: JSON ${compared.jsonMillis.toFixed(2)} ms, ` +
          `ours ${compared.acceptedMillis.toFixed(3)} ms`,
      );
    }
  }
  return findingsOf(found, rounds);
}

function theirMillis({ directory }: Place, format: "json" | "csv", size: number): number {
  const logger = join(weightslabPackage(), "weightslab/backend/audit_logger.py");
  const own = mkdtempSync(join(directory, "weightslab-"));
  const numbers = [String(size), String(TIMED[format])];
  const printed = runPython([PROGRAM, logger, own, format, ...numbers]);
  return median(JSON.parse(printed) as number[]) * 1000;
}

async function ourMillis({ directory }: Place, size: number): Promise<Sequential> {
  const logger = await startLogger("ours", directory);
  const answer = await logger.ask<Sequential>({ kind: "sequential", size, count: OURS_TIMED });
  const lost = await closeAndCount(logger, "ours", size + OURS_TIMED);
  if (lost > 0) throw new Error(`ours lost ${lost} events`);
  await logger.remove();
  return answer;
}

function findingsOf(found: ReadonlyMap<number, readonly Compared[]>, rounds: number): Findings {
  const of = (size: number, read: (compared: Compared) => number): number =>
    median((found.get(size) ?? []).map(read));
  const ratio = (size: number, read: (compared: Compared) => number): string =>
    `x ${of(size, (compared) => compared.jsonMillis / read(compared)).toFixed(0)}`;
  const rows = [...found.keys()].map((size) => [
    String(size),
    of(size, ({ jsonMillis }) => jsonMillis).toFixed(2),
    of(size, ({ csvMillis }) => csvMillis).toFixed(3),
    of(size, ({ acceptedMillis }) => acceptedMillis).toFixed(3),
    of(size, ({ keptMillis }) => keptMillis).toFixed(3),
    of(size, ({ cpuMillis }) => cpuMillis).toFixed(3),
    of(size, ({ streamCpuMillis }) => streamCpuMillis).toFixed(3),
    ratio(size, ({ acceptedMillis }) => acceptedMillis),
    ratio(size, ({ cpuMillis }) => cpuMillis),
    ratio(size, ({ streamCpuMillis }) => streamCpuMillis),
  ]);
  const head = [
    "events in the log",
    "WeightsLab JSON",
    "WeightsLab CSV",
    "ours accepted",
    "ours synced",
    "ours CPU, awaited",
    "ours CPU, not awaited",
    "JSON / accepted",
    "JSON / CPU awaited",
    "JSON / CPU not awaited",
  ];
  const largest = Math.max(...found.keys());
  return {
    effort: `Medians of ${rounds} interleaved rounds, ${TIMED.json} events of JSON, ${TIMED.csv} of CSV, ${OURS_TIMED} of ours in each`,
    tables: [{ title: "WeightsLab 2.0.3, milliseconds an event", head, rows }],
    targets: targetsOf(largest, of),
  };
}

function targetsOf(
  size: number,
  of: (size: number, read: (compared: Compared) => number) => number,
): readonly Target[] {
  const costs: readonly (readonly [string, (compared: Compared) => number])[] = [
    ["until it is accepted", ({ acceptedMillis }) => acceptedMillis],
    ["CPU of all threads with both views, awaited", ({ cpuMillis }) => cpuMillis],
    ["CPU of all threads with both views, not awaited", ({ streamCpuMillis }) => streamCpuMillis],
  ];
  return costs.flatMap(([what, read]) => {
    const json = of(size, (compared) => compared.jsonMillis / read(compared));
    const csv = of(size, (compared) => read(compared) / compared.csvMillis);
    return [
      {
        what: `cheaper than WeightsLab's JSON at ${size} events: ${what}`,
        wanted: `at least ${WANTED_TIMES_CHEAPER} times`,
        found: `${json.toFixed(0)} times`,
        isMet: json >= WANTED_TIMES_CHEAPER,
      },
      {
        what: `not dearer than WeightsLab's CSV: ${what}`,
        wanted: "at most x 1.00",
        found: `x ${csv.toFixed(2)}`,
        isMet: csv <= 1,
      },
    ];
  });
}
