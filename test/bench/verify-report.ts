/** Tables and targets of the benchmark of verification. */
import type { Findings, Table, Target } from "./section.ts";
import { median } from "./statistics.ts";
import type { Verified, Way } from "./verify-ways.ts";

const TITLES: Readonly<Record<Way, string>> = {
  journal: "verify, journal (JSON lines)",
  csv: "verify, audit_log.csv and its checkpoints",
  otlp: "verify, OTLP JSON of a Collector",
  parse: "JSON.parse of each line of the journal",
  chain: "a chain of hashes over these lines",
  signatures: "an Ed25519 signature of each line",
};
/** Records per second, on two cores. */
const WANTED: readonly (readonly [Way, number])[] = [
  ["journal", 60_000],
  ["csv", 25_000],
  ["otlp", 25_000],
];
const MEBIBYTE = 2 ** 20;

/** Every way over both trails. */
export interface VerifyRound {
  readonly large: ReadonlyMap<Way, Verified>;
  /** Of a third as many records. */
  readonly small: ReadonlyMap<Way, Verified>;
}

/** How much was measured. */
export interface VerifyEffort {
  readonly events: number;
  readonly smallEvents: number;
}

type Reading = (verified: Verified) => number;

const perSecond: Reading = ({ records, seconds }) => records / seconds;
const cpuMicros: Reading = (verified) => verified.cpuMicros / verified.records;
const peakBytes: Reading = (verified) => verified.peakBytes;

/** Medians over the rounds; ratios are medians of the ratios within a round. */
export function findingsOf(
  rounds: readonly VerifyRound[],
  ways: readonly Way[],
  effort: VerifyEffort,
): Findings {
  return {
    effort: `Medians of ${rounds.length} interleaved rounds, each in fresh processes`,
    tables: [tableOf(rounds, ways, effort)],
    targets: WANTED.filter(([way]) => ways.includes(way)).map((wanted) => targetOf(rounds, wanted)),
  };
}

function tableOf(
  rounds: readonly VerifyRound[],
  ways: readonly Way[],
  { events, smallEvents }: VerifyEffort,
): Table {
  const rows = ways.map((way) => {
    const of = (read: Reading): number =>
      median(rounds.flatMap(({ large }) => at(large, way, read)));
    const small = median(rounds.flatMap((round) => at(round.small, way, peakBytes)));
    return [
      TITLES[way],
      of(perSecond).toFixed(0),
      of(cpuMicros).toFixed(1),
      times(ratio(rounds, way, ({ large }) => at(large, "parse", cpuMicros), cpuMicros)),
      (of(peakBytes) / MEBIBYTE).toFixed(0),
      (small / MEBIBYTE).toFixed(0),
      times(ratio(rounds, way, (round) => at(round.small, way, peakBytes), peakBytes)),
    ];
  });
  return {
    title: `A trail of ${events} records`,
    head: [
      "what",
      "records/s",
      "CPU us/record",
      "to JSON.parse",
      "highest MiB",
      `of ${smallEvents}`,
      "for 3 times as many",
    ],
    rows,
  };
}

/** The figure of the large trail over another one of the same round, its median. */
function ratio(
  rounds: readonly VerifyRound[],
  way: Way,
  base: (round: VerifyRound) => readonly number[],
  read: Reading,
): number {
  return median(
    rounds.flatMap((round) =>
      at(round.large, way, read).map((value) => value / (base(round)[0] ?? Number.NaN)),
    ),
  );
}

function at(runs: ReadonlyMap<Way, Verified>, way: Way, read: Reading): readonly number[] {
  const verified = runs.get(way);
  return verified === undefined ? [] : [read(verified)];
}

function targetOf(rounds: readonly VerifyRound[], [way, least]: readonly [Way, number]): Target {
  const found = median(rounds.flatMap(({ large }) => at(large, way, perSecond)));
  return {
    what: `${TITLES[way]}: records per second`,
    wanted: `at least ${least}`,
    found: found.toFixed(0),
    isMet: found >= least,
  };
}

function times(value: number): string {
  return Number.isNaN(value) ? "-" : `x ${value.toFixed(2)}`;
}
