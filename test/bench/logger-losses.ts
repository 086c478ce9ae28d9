/** What the loggers lose: killed, in a burst, while the receiver is dead. */
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import type { Place } from "./benchmark.ts";
import type { LoggerName } from "./event-logger.ts";
import { closeAndCount, type LoggerProcess, startLogger } from "./logger-process.ts";
import type { Findings, Table, Target } from "./section.ts";

const NAMES = ["ours", "pino", "otlp-simple", "otlp-batch"] as const;
type Name = (typeof NAMES)[number];
const KILL_PER_SECOND = 1000;
const BURST = 10_000;
const OUTAGE_PER_SECOND = 500;
/** Ours backs off up to 30 s: after an outage it has to come back within this. */
const RECOVERY_LIMIT_MILLIS = 90_000;

/** Kills, bursts, and outages of all loggers. */
export async function measureLosses(place: Place): Promise<Findings> {
  const kills = new Map<Name, Killed>();
  const bursts = new Map<Name, number>();
  const outages = new Map<Name, Outage>();
  for (const name of NAMES) {
    kills.set(name, await killOften(name, place));
    bursts.set(name, await burst(name, place));
    // pino sends nothing: there is no outage for it.
    if (name !== "pino") outages.set(name, await outage(name, place));
    console.error(`losses, ${name}: ${JSON.stringify([kills.get(name), bursts.get(name)])}`);
  }
  return {
    effort: `${KILL_PER_SECOND} events a second until SIGKILL, ${OUTAGE_PER_SECOND} a second around the outage`,
    tables: [lossTable(place, kills, bursts, outages)],
    targets: [zeroLost(kills, bursts, outages)],
  };
}

interface Killed {
  /** Events that were accepted, and that the program could tell before it died. */
  readonly accepted: number;
  /** Of these, in no file and not at the receiver. */
  readonly lost: number;
  /** Of those that the logger said are kept. */
  readonly keptLost: number;
}

async function killOften(name: Name, place: Place): Promise<Killed> {
  const sum = { accepted: 0, lost: 0, keptLost: 0 };
  for (let kill = 0; kill < (place.isQuick ? 2 : 10); kill++) {
    const { accepted, lost, keptLost } = await killOnce(name, place);
    sum.accepted += accepted;
    sum.lost += lost;
    sum.keptLost += keptLost;
  }
  return sum;
}

/** Kills a logger at a random moment of its second second. */
async function killOnce(name: Name, { directory }: Place): Promise<Killed> {
  const logger = await startLogger(name, directory, { isTelling: true });
  const { told } = logger.child;
  if (told === undefined) throw new Error("a logger to be killed tells what it accepted");
  let text = "";
  told.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
  const ended = once(told, "end");
  // Never answered: the process is killed before.
  logger.ask({ kind: "endless", perSecond: KILL_PER_SECOND }).catch(() => {});
  await once(told, "data");
  await sleep(1000 + Math.random() * 1000);
  await logger.child.kill();
  await ended;
  await logger.askSink({ kind: "quiet" });
  const found = await logger.found();
  await logger.remove();
  const numbers = (word: string): readonly number[] =>
    [...text.matchAll(new RegExp(`^${word} (\\d+)\n`, "gm"))].map(([, step]) => Number(step));
  const accepted = numbers("accepted");
  return {
    accepted: accepted.length,
    lost: accepted.filter((step) => !found.has(step)).length,
    keptLost: numbers("kept").filter((step) => !found.has(step)).length,
  };
}

async function burst(name: Name, { directory }: Place): Promise<number> {
  const logger = await startLogger(name, directory);
  await logger.ask({ kind: "burst", count: BURST });
  const lost = await closeAndCount(logger, name, BURST);
  await logger.remove();
  return lost;
}

interface Outage {
  readonly events: number;
  /** Of these, not at the receiver in the end. */
  readonly lost: number;
  /** Of these, more than once at the receiver. */
  readonly doubled: number;
}

/** Two seconds of receiver, then none, then one again; events all the time. */
async function outage(name: Name, { directory, isQuick }: Place): Promise<Outage> {
  const seconds = isQuick ? 3 : 15;
  const events = (seconds + 4) * OUTAGE_PER_SECOND;
  const logger = await startLogger(name, directory, { isShipping: true });
  const running = logger.ask({ kind: "steady", count: events, perSecond: OUTAGE_PER_SECOND });
  await sleep(2000);
  await logger.askSink({ kind: "down" });
  await sleep(seconds * 1000);
  await logger.askSink({ kind: "up" });
  // For the SDK's processors this includes what they and their exporter try again.
  await running;
  if (name === "ours") await allArrived(logger, events);
  await logger.close();
  const { steps, records } = await logger.askSink({ kind: "found" });
  await logger.remove();
  return { events, lost: events - steps.length, doubled: records - steps.length };
}

/** Nobody says when the shipper is done: the receiver is asked. */
async function allArrived(logger: LoggerProcess, events: number): Promise<void> {
  const limit = performance.now() + RECOVERY_LIMIT_MILLIS;
  while (performance.now() < limit) {
    const { steps } = await logger.askSink({ kind: "found" });
    if (steps.length >= events) return;
    await sleep(500);
  }
}

function lossTable(
  { isQuick }: Place,
  kills: ReadonlyMap<LoggerName, Killed>,
  bursts: ReadonlyMap<LoggerName, number>,
  outages: ReadonlyMap<LoggerName, Outage>,
): Table {
  const rows = NAMES.map((name) => {
    const killed = kills.get(name);
    const out = outages.get(name);
    return [
      name,
      `${killed?.lost ?? "-"} of ${killed?.accepted ?? "-"}`,
      String(killed?.keptLost ?? "-"),
      String(bursts.get(name) ?? "-"),
      out === undefined ? "-" : `${out.lost} of ${out.events}`,
      out === undefined ? "-" : String(out.doubled),
    ];
  });
  const head = [
    "logger",
    `accepted and lost, ${isQuick ? 2 : 10} SIGKILLs`,
    "kept and lost",
    `lost of ${BURST} in one tick`,
    `lost, receiver dead for ${isQuick ? 3 : 15} s`,
    "sent twice",
  ];
  return { title: "Lost events", head, rows };
}

function zeroLost(
  kills: ReadonlyMap<LoggerName, Killed>,
  bursts: ReadonlyMap<LoggerName, number>,
  outages: ReadonlyMap<LoggerName, Outage>,
): Target {
  const lost =
    (kills.get("ours")?.lost ?? NaN) +
    (bursts.get("ours") ?? NaN) +
    (outages.get("ours")?.lost ?? NaN);
  return {
    what: "lost by ours at SIGKILL, in a burst, in an outage",
    wanted: "0",
    found: String(lost),
    isMet: lost === 0,
  };
}
