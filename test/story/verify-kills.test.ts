/** Services that are killed at random moments, one after the other: whoever comes next adopts what they left. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { createAudit } from "otel-audit";
import { verifyFiles } from "otel-audit/verify";
import { eventually } from "../collector/child-process.ts";
import { createLedger } from "../support/ledger.ts";
import { type Service, startService } from "../support/service.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import { outcomeOf, verifiedByCommand } from "../support/verdicts.ts";

/** The soak run asks for more. */
const KILLS = Number(process.env["AUDIT_TEST_KILLS"] ?? "4");
/** The second look of a process comes after more than a minute. */
const ADOPTION_LIMIT_MILLIS = 180_000;

/** Calls a service until it is gone. */
async function callOn(service: Service, method: "Note" | "Grant"): Promise<void> {
  while ((await service.call(method)) === 0);
}

test(
  `after ${KILLS} SIGKILLs everything is there, unaltered, and what was not signed is adopted`,
  async () => {
    const seed = Number(process.env["AUDIT_TEST_SEED"] ?? Date.now() % 2 ** 31);
    console.log(`seed ${seed} (repeat with AUDIT_TEST_SEED)`);
    const moments = fc.sample(fc.integer({ min: 0, max: 400 }), { seed, numRuns: KILLS });
    const directory = temporaryDirectory();
    const ledger = createLedger();
    for (const [at, kept] of moments.entries()) {
      const service = await startService({ name: `s${at}`, directory, ledger });
      await service.ask("keep recording", 5);
      void callOn(service, "Note");
      void callOn(service, "Grant");
      await service.kept(kept);
      // While services write.
      const { verdict, findings } = await verifyFiles([directory]);
      expect([verdict, findings.filter(({ severity }) => severity !== "note")]).toEqual([
        "verified",
        [],
      ]);
      await service.end("SIGKILL");
    }

    const last = await createAudit({ directory });
    await eventually(async () => {
      const { records } = await verifyFiles([directory]);
      return records.unsigned === 0 ? true : undefined;
    }, ADOPTION_LIMIT_MILLIS);
    await last.close();

    const started = performance.now();
    const report = await verifyFiles([directory]);
    const millis = performance.now() - started;
    const outcome = outcomeOf(report);
    expect(outcome).toMatchObject({ verdict: "verified", exitCode: 0, unsigned: 0, missing: 0 });
    expect(outcome.codes.filter((code) => code !== "records_adopted")).toEqual(["stream_unclosed"]);
    expect(outcome.read).toBe(outcome.proven + outcome.adopted);
    expect(report.streams).toHaveLength(KILLS + 1);
    expect(outcome.read).toBeGreaterThan(ledger.ids("kept").length);

    const strict = verifiedByCommand([directory, "--strict"]);
    const isAdopted = outcome.adopted > 0;
    expect([strict.code, strict.verdict]).toEqual(
      isAdopted ? [4, "inconclusive"] : [0, "verified"],
    );
    console.log(
      `${KILLS} kills: ${outcome.proven} proven, ${outcome.adopted} adopted, verified in ${millis.toFixed(0)} ms, ` +
        `${Math.round(process.memoryUsage().rss / 2 ** 20)} MiB`,
    );
  },
  60_000 + KILLS * 20_000 + ADOPTION_LIMIT_MILLIS,
);
