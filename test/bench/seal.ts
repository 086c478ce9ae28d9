/**
 * What it costs to make a record provable: processor time and bytes; ours, a chain of hashes, and a
 * signature for each record.
 *
 *     npm run bench:seal -- --help
 */
import { parseArgs } from "node:util";
import { COMMON_HELP, COMMON_OPTIONS, type Place, runBenchmark } from "./benchmark.ts";
import { machineLine } from "./machine.ts";
import { openOurs, openSide, SIDES, type SideName } from "./seal-sides.ts";
import { PLAIN_SAMPLE, type Sample, SAMPLES } from "./sealed-samples.ts";
import type { Section, Table, Target } from "./section.ts";
import { median } from "./statistics.ts";

/** Records in one go: so many checkpoints of 256 that the first ones, which open the stream, do not count. */
const RECORDS_AT_ONCE = 4096;
const WARM_UP_ROUNDS = 4;
/** Of what is written before it is sealed. */
const WANTED_SHARE = 0.15;
/** Records that one checkpoint covers: 256 under load, fewer where it is made because of the time. */
const COVERED = [256, 64, 16, 8, 1] as const;

const HELP = `usage: npm run bench:seal -- [options]

Encodes records as lines, in this process and to nowhere: alone, and with what makes them provable.
The rounds interleave the sides; printed are medians of processor time, and of what was added to
encoding in the same round.

  --rounds N        default 25
${COMMON_HELP}`;

const TITLES: Readonly<Record<SideName, string>> = {
  line: "the line alone",
  fields: "ours without checkpoints",
  ours: "ours",
  chain: "hash of the line and the hash before",
  signature: "Ed25519 signature of the line",
};

/** One side over the same records. */
interface Run {
  /** Of the process, per record. */
  readonly micros: number;
  /** Per record: of its line, and of its part of the checkpoints. */
  readonly lineBytes: number;
  readonly checkpointBytes: number;
}

type Round = Readonly<Record<SideName, Run>>;

const { values } = parseArgs({ options: { ...COMMON_OPTIONS, rounds: { type: "string" } } });

await runBenchmark(values, HELP, async function* (place) {
  const rounds = Number(values.rounds ?? (place.isQuick ? 3 : 25));
  yield await measure(place, rounds);
});

async function measure({ directory }: Place, rounds: number): Promise<Section> {
  const found = new Map<Sample, Round[]>(SAMPLES.map((sample) => [sample, []]));
  for (let round = -WARM_UP_ROUNDS; round < rounds; round++) {
    for (const [sample, all] of found) {
      const measured = measureRound(sample, round);
      if (round >= 0) all.push(measured);
    }
  }
  const { table, target } = await checkpointShares();
  return {
    name: "seal",
    machine: machineLine(directory),
    effort: `Medians of ${rounds} interleaved rounds of ${RECORDS_AT_ONCE} records`,
    tables: [...[...found].map(([sample, all]) => costTable(sample, all)), table],
    targets: [target],
  };
}

/** Every side once; who begins changes from round to round. */
function measureRound(sample: Sample, round: number): Round {
  const runs: Partial<Record<SideName, Run>> = {};
  for (let at = 0; at < SIDES.length; at++) {
    const name = SIDES[(at + Math.abs(round)) % SIDES.length] ?? "line";
    runs[name] = measureSide(name, sample);
  }
  return runs as Round;
}

function measureSide(name: SideName, sample: Sample): Run {
  const records = Array.from({ length: RECORDS_AT_ONCE }, (_, at) => sample.make(at + 1));
  const own = name === "ours" ? openOurs(sample) : undefined;
  const side = own ?? openSide(name, sample);
  let characters = 0;
  const before = process.cpuUsage();
  for (const record of records) characters += side.write(record);
  const { user, system } = process.cpuUsage(before);
  const checkpoints = own?.checkpoints().characters ?? 0;
  void own?.sealer.close();
  return {
    micros: (user + system) / RECORDS_AT_ONCE,
    lineBytes: characters / RECORDS_AT_ONCE,
    checkpointBytes: checkpoints / RECORDS_AT_ONCE,
  };
}

function costTable(sample: Sample, rounds: readonly Round[]): Table {
  const of = (name: SideName, read: (run: Run, line: Run) => number): number =>
    median(rounds.map((round) => read(round[name], round.line)));
  const line = of("line", ({ lineBytes }) => lineBytes);
  const rows = SIDES.map((name) => [
    TITLES[name],
    of(name, ({ micros }) => micros).toFixed(1),
    name === "line" ? "-" : of(name, ({ micros }, alone) => micros - alone.micros).toFixed(1),
    `x ${of(name, ({ micros }, alone) => micros / alone.micros).toFixed(2)}`,
    of(name, ({ lineBytes }) => lineBytes).toFixed(0),
    name === "line" ? "-" : (of(name, ({ lineBytes }) => lineBytes) - line).toFixed(0),
    name === "ours" ? of(name, ({ checkpointBytes }) => checkpointBytes).toFixed(0) : "-",
  ]);
  return {
    title: sample.title,
    head: [
      "a record",
      "CPU us",
      "added us",
      "to the line alone",
      "bytes",
      "added to the line",
      "of checkpoints",
    ],
    rows,
  };
}

/** What checkpoints add to a log of records of 1 KB, by how many records there are to one. */
async function checkpointShares(): Promise<{ readonly table: Table; readonly target: Target }> {
  const shares = await Promise.all(COVERED.map(async (covered) => shareOf(covered)));
  const [steady = Number.NaN] = shares.map(({ share }) => share);
  return {
    table: {
      title: "Checkpoints of a log of records of 1 KB",
      head: ["records to a checkpoint", "bytes of one", "bytes a record", "of the records alone"],
      rows: shares.map(({ covered, each, share, lineBytes }) => [
        String(covered),
        each.toFixed(0),
        (share * lineBytes).toFixed(0),
        percent(share),
      ]),
    },
    target: {
      what: "checkpoints of a log of records of 1 KB under load, of what the records take unsealed",
      wanted: `at most ${percent(WANTED_SHARE)}`,
      found: percent(steady),
      isMet: steady <= WANTED_SHARE,
    },
  };
}

interface Share {
  readonly covered: number;
  /** Bytes of a checkpoint. */
  readonly each: number;
  readonly share: number;
  readonly lineBytes: number;
}

async function shareOf(covered: number): Promise<Share> {
  const side = openOurs(PLAIN_SAMPLE);
  const unsealed = openSide("line", PLAIN_SAMPLE);
  let lineBytes = 0;
  for (let at = 1; at <= RECORDS_AT_ONCE; at++) {
    lineBytes += unsealed.write(PLAIN_SAMPLE.make(at)) / RECORDS_AT_ONCE;
    side.write(PLAIN_SAMPLE.make(at));
    // As the timer does, where fewer than 256 are there.
    if (covered < COVERED[0] && at % covered === 0) await side.sealer.flush();
  }
  const { count, characters } = side.checkpoints();
  await side.sealer.close();
  return {
    covered,
    each: characters / count,
    share: characters / RECORDS_AT_ONCE / lineBytes,
    lineBytes,
  };
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
