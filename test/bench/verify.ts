/**
 * How fast a trail is verified, and with how much memory: its journal, its CSV view, what a Collector
 * wrote of it, and other ways to prove the same lines.
 *
 *     npm run bench:verify -- --help
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { COMMON_HELP, COMMON_OPTIONS, runBenchmark } from "./benchmark.ts";
import { machineLine } from "./machine.ts";
import { runMeasured } from "./measured-process.ts";
import { findingsOf, type VerifyRound } from "./verify-report.ts";
import { runWay, type Trail, type Verified, type Way, WAYS } from "./verify-ways.ts";

const MAKE_TRAIL = join(import.meta.dirname, "programs/make-trail.ts");

const HELP = `usage: npm run bench:verify -- [options]

Writes a trail of N records, and one of a third as many, with the package as it was built; then
verifies each form of them in processes of their own. The rounds interleave the forms and sizes. Every
run must find every record as it was written. Takes about 9 KB of disk a record, 4 GB by default.

  --records N       default 300000
  --rounds N        default 3
  --ways LIST       of ${WAYS.join(",")}; default all
${COMMON_HELP}`;

const { values } = parseArgs({
  options: {
    ...COMMON_OPTIONS,
    records: { type: "string" },
    rounds: { type: "string" },
    ways: { type: "string", default: WAYS.join(",") },
  },
});

await runBenchmark(values, HELP, async function* ({ directory, isQuick }) {
  const events = Number(values.records ?? (isQuick ? 15_000 : 300_000));
  const smallEvents = Math.round(events / 3);
  const count = Number(values.rounds ?? (isQuick ? 1 : 3));
  const wanted = values.ways.split(",");
  const ways = WAYS.filter((way) => wanted.includes(way));
  const large = await makeTrail(directory, events);
  const small = await makeTrail(directory, smallEvents);
  const rounds: VerifyRound[] = [];
  for (let round = 1; round <= count; round++) {
    rounds.push(await runRound(ways, { large, small, name: `${round}/${count}` }));
  }
  yield {
    name: "verify",
    machine: machineLine(directory),
    ...findingsOf(rounds, ways, { events, smallEvents }),
  };
});

/** A trail below the directory, in all forms. */
async function makeTrail(directory: string, events: number): Promise<Trail> {
  const own = join(directory, `trail-${events}`);
  mkdirSync(own);
  console.error(`writing a trail of ${events} records`);
  await runMeasured([MAKE_TRAIL, own, String(events)]);
  const publicKey = join(directory, "state/otel-audit/signing-key.pub");
  return { directory: own, events, publicKey };
}

interface RoundParts {
  readonly large: Trail;
  readonly small: Trail;
  readonly name: string;
}

async function runRound(ways: readonly Way[], parts: RoundParts): Promise<VerifyRound> {
  const large = new Map<Way, Verified>();
  const small = new Map<Way, Verified>();
  for (const way of ways) {
    small.set(way, await runWay(way, parts.small));
    const run = await runWay(way, parts.large);
    large.set(way, run);
    const { records, seconds, cpuMicros } = run;
    console.error(
      `round ${parts.name}, ${way}: ${(records / seconds).toFixed(0)}/s, ${(cpuMicros / records).toFixed(1)} us`,
    );
  }
  return { large, small };
}
