/**
 * Four services in one directory, killed at random moments, with a receiver that has a bad day. What
 * they acknowledged is there afterwards: in the journal, in both views, at the receiver.
 */
import type { ChildProcess } from "node:child_process";
import fc from "fast-check";
import { expect, test } from "vitest";
import { createAudit } from "otel-audit";
import { sourcesOf } from "../../src/read/index.ts";
import { streamClocks } from "../../src/report/stream-clocks.ts";
import { startFlakySink } from "../support/flaky-sink.ts";
import { createLedger, expectKept } from "../support/ledger.ts";
import { type Service, startService } from "../support/service.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import { foreignViewsIn, newestPart, readTrail, viewsOf } from "../support/trail.ts";

/** The soak run asks for more. */
const KILLS = Number(process.env["AUDIT_TEST_KILLS"] ?? "6");
const SERVICES = 4;
/** Calls that are under way at once in each service. */
const CALLERS = 2;

/** Which service is killed next, and after how many more of its acknowledgements. */
const kill = fc.record({
  victim: fc.nat({ max: SERVICES - 1 }),
  // Now and then while it starts, or with its first record.
  kept: fc.oneof(
    { weight: 1, arbitrary: fc.constant(-1) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 3 }) },
    { weight: 6, arbitrary: fc.integer({ min: 4, max: 200 }) },
  ),
});

/** Numbers from 0 to 1 that are the same for the same seed. */
function randomOf(seed: number): () => number {
  const numbers = fc.sample(fc.nat({ max: 999_999 }), { seed, numRuns: 1000 });
  let at = 0;
  return () => (numbers[at++ % numbers.length] ?? 0) / 1_000_000;
}

/** Between two calls of a caller: the four services share the machine with those that start. */
const PACE_MILLIS = 5;

/** Calls a service until it is gone. */
async function callOn(service: Service, method: "Note" | "Grant"): Promise<void> {
  while ((await service.call(method)) === 0)
    await new Promise((resolve) => setTimeout(resolve, PACE_MILLIS));
}

/** One of the four places: the service that runs there now, and how it is killed and replaced. */
interface Place {
  /** Resolves when a service runs there. */
  readonly ready: () => Promise<Service>;
  /** Kills it after so many more promises, and starts the next; before it listens where that is -1. */
  readonly kill: (kept: number) => Promise<void>;
  /** Nobody comes after it. */
  readonly end: () => Promise<unknown>;
}

function createPlace(
  place: number,
  start: (name: string, onSpawn?: (child: ChildProcess) => void) => Promise<Service>,
): Place {
  let starts = 0;
  let running = serve();

  async function serve(): Promise<Service> {
    const service = await start(`s${place}-${++starts}`);
    // Half of them audit in a second thread too.
    if (place % 2 === 1) await service.ask("start thread");
    await service.ask("keep recording", 3);
    void callOn(service, "Grant");
    for (let caller = 1; caller < CALLERS; caller++) void callOn(service, "Note");
    return service;
  }

  /** Its first line on stderr comes while it opens its audit log. It may be quicker than the signal. */
  async function killEarly(): Promise<void> {
    const early = start(`s${place}-${++starts}`, (child) => {
      child.stderr?.once("data", () => child.kill("SIGKILL"));
    });
    await early.then(
      (quick) => quick.end("SIGKILL"),
      () => undefined,
    );
  }

  return {
    ready: () => running,
    async kill(kept) {
      const service = await running;
      if (kept > 0) await service.kept(kept);
      await service.end("SIGKILL");
      running = (kept < 0 ? killEarly() : Promise.resolve()).then(serve);
      // Looked at by the next who kills it.
      running.catch(() => {});
    },
    end: async () => (await running).end("SIGKILL"),
  };
}

test(
  `after ${KILLS} SIGKILLs over ${SERVICES} processes everything acknowledged is in the journal, in both views and at the sink`,
  async () => {
    const seed = Number(process.env["AUDIT_TEST_SEED"] ?? Date.now() % 2 ** 31);
    console.log(`seed ${seed} (repeat with AUDIT_TEST_SEED)`);
    const kills = fc.sample(kill, { seed, numRuns: KILLS });
    const directory = temporaryDirectory();
    const ledger = createLedger();
    const sink = await startFlakySink(randomOf(seed));
    const places = Array.from({ length: SERVICES }, (_, place) =>
      createPlace(place, (name, onSpawn) =>
        startService({ name, directory, endpoint: sink.url, ledger, onSpawn }),
      ),
    );
    await Promise.all(places.map(({ ready }) => ready()));
    for (const { victim, kept } of kills) {
      await places[victim]?.kill(kept);
      newestPart(directory);
    }
    await Promise.all(places.map((place) => place.end()));
    newestPart(directory);

    await sink.recover();
    const last = await createAudit({ directory, endpoint: sink.url });
    await last.flush();
    const trail = await readTrail(directory);
    await sink.until(() => trail.ids.every((id) => sink.stored.has(id)));
    await last.close();

    expectKept(trail, ledger, { counted: 0, isTold: true });
    const ids = trail.results.map(({ id }) => id).toSorted();
    const views = viewsOf(directory);
    expect(views.csv).toEqual(ids);
    expect(views.json).toEqual(ids);
    expect(foreignViewsIn(directory)).toEqual([]);
    expect(ledger.ids("kept").length).toBeGreaterThan(0);
    // Nothing is missing between two records of a stream, whatever was cut at its end.
    expect((await streamClocks(await sourcesOf([directory]))).holes).toEqual([]);
    console.log(
      `${KILLS} kills, ${trail.streams.length} streams, ${ids.length} results, acknowledged: ${ledger.ids("kept").length} by record(), ` +
        `${ledger.ids("answered Note").length + ledger.ids("answered Grant").length} calls; sink: ${[...sink.mischief].map(([way, count]) => `${way} ${count}`).join(", ")}`,
    );
  },
  60_000 + KILLS * 10_000,
);
