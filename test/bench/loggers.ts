/**
 * What an event costs and what becomes of it: ours, WeightsLab's own logger, pino, and the
 * OpenTelemetry SDK's processors.
 *
 *     npm run bench:loggers -- --help
 */
import { parseArgs } from "node:util";
import { COMMON_HELP, COMMON_OPTIONS, type Place, runBenchmark } from "./benchmark.ts";
import { compareWeightslab } from "./compare-weightslab.ts";
import { measureLosses } from "./logger-losses.ts";
import { measureMemory } from "./logger-memory.ts";
import { measureRates } from "./logger-rates.ts";
import { machineLine } from "./machine.ts";
import type { Findings } from "./section.ts";

const PARTS: Readonly<Record<string, (place: Place) => Promise<Findings>>> = {
  weightslab: compareWeightslab,
  rates: measureRates,
  losses: measureLosses,
  memory: measureMemory,
};

const HELP = `usage: npm run bench:loggers -- [options]

Every logger runs in a process of its own, fresh each time; the rounds interleave them. After each
run the events in the files, or at the receiver, are counted. Needs python3 with pip for the part
"weightslab".

  --parts LIST      of ${Object.keys(PARTS).join(",")}; default all
${COMMON_HELP}`;

const { values } = parseArgs({
  options: { ...COMMON_OPTIONS, parts: { type: "string", default: Object.keys(PARTS).join(",") } },
});

await runBenchmark(values, HELP, async function* (place) {
  for (const name of values.parts.split(",")) {
    const part = PARTS[name];
    if (part === undefined) {
      throw new Error(`--parts: ${name} is none of ${Object.keys(PARTS).join(", ")}`);
    }
    const findings = await part(place);
    yield { name, machine: machineLine(place.directory), ...findings };
  }
});
