/** Tables and targets of the gRPC benchmark. */
import { type Measured, type Variant } from "./grpc-variant.ts";
import type { Section, Table, Target } from "./section.ts";
import { median, percentile, range } from "./statistics.ts";

/** How many calls run at the same time. */
export const CONCURRENCIES = [1, 32] as const;
const TITLES: Readonly<Record<Variant, string>> = {
  bare: "bare grpc-js",
  spans: "spans only",
  unsealed: "spans + audit, open, unsealed",
  open: "spans + audit, open",
  closed: "spans + audit, closed",
};

/** Every variant once, and the disk after them. */
export interface Round {
  readonly variants: ReadonlyMap<Variant, ReadonlyMap<number, Measured>>;
  readonly syncMillis: readonly number[];
}

type Reading = (measured: Measured) => number;

/** One figure of a variant in every round; empty where the variant was left out. */
function readings(rounds: readonly Round[], at: At, read: Reading): readonly number[] {
  return rounds.flatMap(({ variants }) => {
    const measured = variants.get(at.variant)?.get(at.concurrency);
    return measured === undefined ? [] : [read(measured)];
  });
}

interface At {
  readonly variant: Variant;
  readonly concurrency: number;
}

/** The figure of a variant over that of another one in the same round, its median. */
function ratioTo(base: Variant, rounds: readonly Round[], at: At, read: Reading): number {
  const bases = readings(rounds, { ...at, variant: base }, read);
  return median(readings(rounds, at, read).map((value, round) => value / (bases[round] ?? NaN)));
}

const ratioToSpans = (rounds: readonly Round[], at: At, read: Reading): number =>
  ratioTo("spans", rounds, at, read);

const callsPerSecond: Reading = (measured) => measured.callsPerSecond;
const p50Millis: Reading = (measured) => measured.p50Millis;
const cpuMicros: Reading = (measured) => measured.serverCpuMicros;

/** Medians over the rounds; ratios are medians of the ratios within a round. */
export function sectionOf(
  rounds: readonly Round[],
  variants: readonly Variant[],
  about: Pick<Section, "machine" | "effort">,
): Section {
  return {
    ...about,
    name: "grpc",
    tables: [
      ...CONCURRENCIES.map((concurrency) => tableOf(rounds, variants, concurrency)),
      diskTable(rounds),
    ],
    targets: targetsOf(rounds, variants),
  };
}

function tableOf(
  rounds: readonly Round[],
  variants: readonly Variant[],
  concurrency: number,
): Table {
  const rows = variants.map((variant) => {
    const at: At = { variant, concurrency };
    const of = (read: Reading): number => median(readings(rounds, at, read));
    const [lowest, highest] = range(readings(rounds, at, callsPerSecond));
    return [
      TITLES[variant],
      of(callsPerSecond).toFixed(0),
      `${lowest.toFixed(0)} to ${highest.toFixed(0)}`,
      times(ratioToSpans(rounds, at, callsPerSecond)),
      of(p50Millis).toFixed(2),
      of((measured) => measured.p99Millis).toFixed(2),
      of(cpuMicros).toFixed(0),
      of((measured) => measured.mainCpuMicros).toFixed(0),
      times(ratioToSpans(rounds, at, cpuMicros)),
      percent(of((measured) => measured.serverLoopBusy)),
      percent(of((measured) => measured.clientLoopBusy)),
    ];
  });
  const head = [
    "variant",
    "calls/s",
    "lowest to highest",
    "to spans",
    "p50 ms",
    "p99 ms",
    "server CPU us/call",
    "of it main thread",
    "CPU to spans",
    "server loop busy",
    "client loop busy",
  ];
  return {
    title: `gRPC, ${concurrency} ${concurrency === 1 ? "call" : "calls"} at a time`,
    head,
    rows,
  };
}

function diskTable(rounds: readonly Round[]): Table {
  const all = rounds.flatMap((round) => round.syncMillis);
  const row = ["1 KiB + fdatasync", ...[0.5, 0.99].map((at) => percentile(all, at).toFixed(3))];
  return {
    title: "The disk itself, between the rounds",
    head: ["", "p50 ms", "p99 ms"],
    rows: [row],
  };
}

function targetsOf(rounds: readonly Round[], variants: readonly Variant[]): readonly Target[] {
  const sealing =
    variants.includes("unsealed") && variants.includes("open") ? [costOfSealing(rounds)] : [];
  return [...targetsToSpans(rounds, variants), ...sealing];
}

/** What is lost where records are sealed, of the same audit log without. */
function costOfSealing(rounds: readonly Round[]): Target {
  const at: At = { variant: "open", concurrency: 32 };
  const fewer = 1 - ratioTo("unsealed", rounds, at, callsPerSecond);
  return {
    what: "open, 32 at a time: fewer calls per second than unsealed",
    wanted: "at most 10 %",
    found: percent(fewer),
    isMet: fewer <= 0.1,
  };
}

function targetsToSpans(rounds: readonly Round[], variants: readonly Variant[]): readonly Target[] {
  if (!variants.includes("spans")) return [];
  const targets: Target[] = [];
  for (const [variant, most] of [
    ["open", 0.1],
    ["closed", 0.25],
  ] as const) {
    if (!variants.includes(variant)) continue;
    const fewer = 1 - ratioToSpans(rounds, { variant, concurrency: 32 }, callsPerSecond);
    targets.push({
      what: `${variant}, 32 at a time: fewer calls per second than spans only`,
      wanted: `at most ${percent(most)}`,
      found: percent(fewer),
      isMet: fewer <= most,
    });
  }
  if (variants.includes("closed")) targets.push(addedSyncs(rounds));
  return targets;
}

/** What a closed call waits longer than one with spans, counted in syncs of this disk. */
function addedSyncs(rounds: readonly Round[]): Target {
  const spans = readings(rounds, { variant: "spans", concurrency: 1 }, p50Millis);
  const closed = readings(rounds, { variant: "closed", concurrency: 1 }, p50Millis);
  const added = median(closed.map((millis, round) => millis - (spans[round] ?? NaN)));
  const sync = percentile(
    rounds.flatMap((round) => round.syncMillis),
    0.5,
  );
  return {
    what: "closed, 1 at a time: p50 on top of spans only, in fdatasync p50",
    wanted: "at most 2.5",
    found: `${(added / sync).toFixed(1)} (${added.toFixed(2)} ms / ${sync.toFixed(3)} ms)`,
    isMet: added / sync <= 2.5,
  };
}

const times = (ratio: number): string => (Number.isNaN(ratio) ? "-" : `x ${ratio.toFixed(2)}`);
const percent = (share: number): string => `${(share * 100).toFixed(0)} %`;
