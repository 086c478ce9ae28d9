/**
 * What auditing costs a gRPC service: calls per second, latency and processor time, bare, with
 * spans, and with an audit log whose action is `open` or `closed`.
 *
 *     npm run bench:grpc -- --help
 */
import { parseArgs } from "node:util";
import { COMMON_HELP, COMMON_OPTIONS, runBenchmark, type Place } from "./benchmark.ts";
import { CONCURRENCIES, type Round, sectionOf } from "./grpc-report.ts";
import { type Effort, type Measured, runVariant, type Variant, VARIANTS } from "./grpc-variant.ts";
import { machineLine, syncMillis } from "./machine.ts";

const SYNCS_A_ROUND = 200;

const HELP = `usage: npm run bench:grpc -- [options]

Server and client are processes of their own, fresh for every variant and round. The rounds
interleave the variants; printed are medians over the rounds, and medians of the ratios to
"spans only" of the same round. All variants but the first have instrumentation-grpc and a batch
processor whose exporter only counts.

  --rounds N        default 7
  --seconds N       measured seconds per variant, concurrency and round; default 4
  --variants LIST   of bare,spans,unsealed,open,closed; default all
  --profile DIR     CPU profiles of the servers (node --cpu-prof); open them in a browser's tools
${COMMON_HELP}`;

const { values } = parseArgs({
  options: {
    ...COMMON_OPTIONS,
    rounds: { type: "string" },
    seconds: { type: "string" },
    variants: { type: "string", default: VARIANTS.join(",") },
    profile: { type: "string" },
  },
});

await runBenchmark(values, HELP, async function* (place) {
  const rounds = Number(values.rounds ?? (place.isQuick ? 1 : 7));
  const seconds = Number(values.seconds ?? (place.isQuick ? 1 : 4));
  const wanted = values.variants.split(",");
  const variants = VARIANTS.filter((variant) => wanted.includes(variant));
  const effort: Effort = {
    warmUpCalls: place.isQuick ? 1000 : 20_000,
    millis: seconds * 1000,
    concurrencies: CONCURRENCIES,
  };
  const nodeArgs =
    values.profile === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${values.profile}`];
  const found: Round[] = [];
  for (let round = 1; round <= rounds; round++) {
    found.push(await runRound(variants, effort, { ...place, nodeArgs }, `${round}/${rounds}`));
  }
  yield sectionOf(found, variants, {
    machine: machineLine(place.directory),
    effort: `Medians of ${rounds} interleaved rounds, ${seconds} s for each variant and concurrency`,
  });
});

async function runRound(
  variants: readonly Variant[],
  effort: Effort,
  place: Place & { readonly nodeArgs: string[] },
  name: string,
): Promise<Round> {
  const measured = new Map<Variant, ReadonlyMap<number, Measured>>();
  for (const variant of variants) {
    const run = await runVariant(variant, effort, place);
    measured.set(variant, run);
    const line = [...run].map(
      ([concurrency, { callsPerSecond, serverCpuMicros }]) =>
        `${callsPerSecond.toFixed(0)}/s at ${concurrency} (${serverCpuMicros.toFixed(0)} us)`,
    );
    console.error(`round ${name}, ${variant}: ${line.join(", ")}`);
  }
  return { variants: measured, syncMillis: syncMillis(place.directory, SYNCS_A_ROUND) };
}
