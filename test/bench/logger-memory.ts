/** Resident memory over a million events. */
import type { Place } from "./benchmark.ts";
import { closeAndCount, type Memory, startLogger } from "./logger-process.ts";
import type { Findings } from "./section.ts";
import { median, range } from "./statistics.ts";

const NAMES = ["ours", "pino"] as const;
const SAMPLES = 100;
/** Garbage comes and goes: what counts is the middle of a tenth. */
const WANTED_GROWTH = 0.1;

/** Logs many events and looks at the memory of the whole process, all its threads. */
export async function measureMemory({ directory, isQuick }: Place): Promise<Findings> {
  const count = isQuick ? 50_000 : 1_000_000;
  const rows: string[][] = [];
  let growth = Number.NaN;
  for (const name of NAMES) {
    const logger = await startLogger(name, directory);
    const memory = await logger.ask<Memory>({ kind: "memory", count, samples: SAMPLES });
    const lost = await closeAndCount(logger, name, count);
    if (lost > 0) throw new Error(`${name} lost ${lost} of ${count} events`);
    await logger.remove();
    // The first tenth is start-up, and the newest part of the JSON view filling up.
    const second = tenth(memory, 1);
    const last = tenth(memory, 9);
    const change = last / second - 1;
    if (name === "ours") growth = change;
    rows.push([
      name,
      second.toFixed(0),
      tenth(memory, 5).toFixed(0),
      last.toFixed(0),
      range(memory.mebibytes)[1].toFixed(0),
      `${(change * 100).toFixed(0)} %`,
      memory.seconds.toFixed(0),
      memory.p99Millis.map((millis) => (millis * 1000).toFixed(0)).join(" / "),
    ]);
    console.error(`memory, ${name}: ${last.toFixed(0)} MiB`);
  }
  const head = [
    "logger",
    "second tenth MiB",
    "middle MiB",
    "last tenth MiB",
    "highest MiB",
    "growth",
    "seconds",
    "accepted p99 us, after a tenth / at the end",
  ];
  return {
    effort: `One run each, ${SAMPLES} samples`,
    tables: [{ title: `Resident memory over ${count} events`, head, rows }],
    targets: [
      {
        what: `growth of resident memory from the second to the last tenth of ${count} events`,
        wanted: `at most ${WANTED_GROWTH * 100} %`,
        found: `${(growth * 100).toFixed(0)} %`,
        isMet: growth <= WANTED_GROWTH,
      },
    ],
  };
}

function tenth({ mebibytes }: Memory, at: number): number {
  const length = mebibytes.length / 10;
  return median(mebibytes.slice(at * length, (at + 1) * length));
}
