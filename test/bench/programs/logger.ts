/**
 * A process that logs sample events as it is told, and says how long each took.
 *
 *     logger.ts <logger> <directory> [<endpoint>]
 */
import { mkdtempSync, rmSync, writeSync } from "node:fs";
import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises";
import { answerQuestions } from "../children.ts";
import { type LoggerName, openLogger } from "../event-logger.ts";
import type { LoggerQuestion, Logged, Memory, Sequential } from "../logger-process.ts";
import { median, percentile } from "../statistics.ts";

/** Events in one turn of the event loop, where they are logged as fast as it goes. */
const EVENTS_A_TURN = 64;
/** In the memory run, the next events wait for the disk this often: a service does not outrun it for ever. */
const EVENTS_A_SYNC = 1024;
/** A service has logged before. */
const WARM_UP_EVENTS = 20_000;
/** What the parent reads even when this process is killed. */
const TOLD = 4;

const [name = "", directory = "", endpoint = ""] = process.argv.slice(2);
const logger = await openLogger(name as LoggerName, { directory, endpoint });
let steps = 0;

interface Times {
  readonly accepted: number[];
  readonly kept: number[];
}

/** Logs the next event and notes how long it took until it was accepted, and until it was kept. */
function logNext({ accepted, kept }: Times): void {
  const began = performance.now();
  const promise = logger.log(steps++);
  accepted.push(performance.now() - began);
  void promise?.then(() => kept.push(performance.now() - began));
}

/** Runs, drains, and sums up. */
async function measured(count: number, run: (times: Times) => Promise<void>): Promise<Logged> {
  const times: Times = { accepted: [], kept: [] };
  const cpu = process.cpuUsage();
  const started = performance.now();
  await run(times);
  const acceptedSeconds = (performance.now() - started) / 1000;
  await logger.drain();
  const drainedSeconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  // The last promises settle in the turn after the drain.
  await nextTurn();
  return {
    events: count,
    acceptedSeconds,
    drainedSeconds,
    acceptedMillis: [percentile(times.accepted, 0.5), percentile(times.accepted, 0.99)],
    keptMillis: [percentile(times.kept, 0.5), percentile(times.kept, 0.99)],
    kept: times.kept.length,
    cpuMicros: (user + system) / count,
  };
}

/** As fast as it goes. */
const full = (count: number): Promise<Logged> =>
  measured(count, async (times) => {
    for (let left = count; left > 0; left -= EVENTS_A_TURN) {
      for (let at = Math.min(left, EVENTS_A_TURN); at > 0; at--) logNext(times);
      await nextTurn();
    }
  });

/** All in one turn of the event loop. */
const burst = (count: number): Promise<Logged> =>
  measured(count, async (times) => {
    for (let at = 0; at < count; at++) logNext(times);
  });

/** So many a second, as they fall due. */
const steady = (count: number, perSecond: number): Promise<Logged> =>
  measured(count, (times) => paced(count, perSecond, () => logNext(times)));

async function paced(count: number, perSecond: number, logOne: () => void): Promise<void> {
  const started = performance.now();
  for (let done = 0; done < count;) {
    const due = Math.min(count, ((performance.now() - started) * perSecond) / 1000);
    for (; done < due; done++) logOne();
    await sleep(1);
  }
}

/** Until somebody kills this process; each event that was accepted or kept is told at once. */
async function endless(perSecond: number): Promise<void> {
  await paced(Infinity, perSecond, () => {
    const step = steps++;
    const promise = logger.log(step);
    writeSync(TOLD, `accepted ${step}\n`);
    void promise?.then(() => writeSync(TOLD, `kept ${step}\n`));
  });
}

/** One after the other, each one awaited, in a log that has `size` events; the code is warm. */
async function sequential(size: number, count: number): Promise<Sequential> {
  const elsewhere = mkdtempSync(`${directory}-warm-up-`);
  const warming = await openLogger(name as LoggerName, { directory: elsewhere, endpoint });
  for (let at = 0; at < WARM_UP_EVENTS; at++) {
    const promise = warming.log(at);
    if (at % EVENTS_A_TURN === 0) await promise;
  }
  await warming.drain();
  await warming.close();
  rmSync(elsewhere, { recursive: true });
  const stream = await full(size);
  const accepted: number[] = [];
  const kept: number[] = [];
  const cpu = process.cpuUsage();
  for (let at = 0; at < count; at++) {
    const began = performance.now();
    const promise = logger.log(steps++);
    accepted.push(performance.now() - began);
    await promise;
    kept.push(performance.now() - began);
  }
  await logger.drain();
  const { user, system } = process.cpuUsage(cpu);
  return {
    acceptedMillis: median(accepted),
    keptMillis: median(kept),
    cpuMillis: (user + system) / 1000 / count,
    streamCpuMillis: stream.cpuMicros / 1000,
  };
}

/** Resident memory while many events are logged. */
async function memory(count: number, samples: number): Promise<Memory> {
  const mebibytes: number[] = [];
  const started = performance.now();
  const accepted: number[] = [];
  let p99First = 0;
  for (let done = 0; done < count;) {
    let last: Promise<unknown> | undefined;
    for (let at = 0; at < EVENTS_A_TURN && done < count; at++, done++) {
      const began = performance.now();
      last = logger.log(steps++);
      accepted.push(performance.now() - began);
      if (accepted.length < count / samples) continue;
      mebibytes.push(process.memoryUsage.rss() / 2 ** 20);
      // The first ones still compile.
      if (mebibytes.length === samples / 10) p99First = percentile(accepted, 0.99);
      if (mebibytes.length < samples) accepted.length = 0;
    }
    await (done % EVENTS_A_SYNC === 0 ? last : nextTurn());
  }
  await logger.drain();
  return {
    mebibytes,
    seconds: (performance.now() - started) / 1000,
    p99Millis: [p99First, percentile(accepted, 0.99)],
  };
}

answerQuestions((question: LoggerQuestion) => {
  switch (question.kind) {
    case "full":
      return full(question.count);
    case "burst":
      return burst(question.count);
    case "steady":
      return steady(question.count, question.perSecond);
    case "endless":
      return endless(question.perSecond);
    case "sequential":
      return sequential(question.size, question.count);
    case "memory":
      return memory(question.count, question.samples);
    default:
      return logger.close();
  }
});
