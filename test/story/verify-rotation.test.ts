/** Four services in one directory, a new key between two of their lives, and retention over what the first left. */
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { verifyFiles } from "otel-audit/verify";
import { expect, test } from "vitest";
import { eventually } from "../collector/child-process.ts";
import { holdSealedService, type SealedServiceOptions } from "../support/sealed-service.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import { allProven, outcomeOf, runCli, verified, verifiedByCommand } from "../support/verdicts.ts";

const SERVICES = 4;
/** The least that may be set. */
const MAX_SEGMENT_BYTES = 64 * 1024;
const LIMIT_MILLIS = 300_000;

/** Paths of all segments. */
function segmentsIn(directory: string): readonly string[] {
  const journal = join(directory, "journal");
  return readdirSync(journal, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".jsonl"))
    .map((name) => join(journal, name));
}

function linesIn(files: readonly string[]): number {
  return files.reduce((sum, file) => sum + readFileSync(file, "utf8").split("\n").length - 1, 0);
}

test(
  "segments rotate, retention deletes, the key changes: verified with the key that was pinned before",
  async () => {
    const root = temporaryDirectory();
    const directory = join(root, "audit");
    mkdirSync(directory);
    const key = join(root, "keys", "signing.pem");
    const pinned = join(root, "pinned.pub");
    const stranger = join(root, "keys", "stranger.pem");
    for (const file of [key, stranger])
      expect(runCli(["keys", "create", "--file", file]).status).toBe(0);
    copyFileSync(key.replace(/pem$/, "pub"), pinned);
    const options = (rounds: number, journal: object): SealedServiceOptions => ({
      directory,
      rounds,
      env: {
        AUDIT_SIGNING_KEY_FILE: key,
        AUDIT_LOG_FORMAT: "journal",
        JOURNAL: JSON.stringify(journal),
      },
    });
    const lives = async (given: SealedServiceOptions, until?: () => Promise<unknown>) => {
      const services = await Promise.all(
        Array.from({ length: SERVICES }, () => holdSealedService(given)),
      );
      await until?.();
      await Promise.all(services.map((service) => service.close()));
    };

    await lives(options(40, { maxSegmentBytes: MAX_SEGMENT_BYTES }));
    const before = await verified([directory]);
    expect(before).toEqual(allProven(before.read));
    expect(runCli(["keys", "rotate", "--file", key]).status).toBe(0);
    // Half of what is there has to go.
    const old = segmentsIn(directory);
    const bytes = old.reduce((sum, file) => sum + statSync(file).size, 0);
    const settings = { maxSegmentBytes: MAX_SEGMENT_BYTES, maxBytes: Math.floor(bytes / 2) };
    await lives(options(2, settings), () =>
      eventually(async () => old.some((file) => !existsSync(file)) || undefined, LIMIT_MILLIS),
    );

    const report = await verifyFiles([directory]);
    const outcome = outcomeOf(report);
    const left = linesIn(segmentsIn(directory));
    expect(outcome).toEqual({
      ...allProven(left, ["records_purged"]),
      purged: outcome.purged,
    });
    // What was named stands in a signed record before it goes; a service that ends may leave some of it.
    const gone = before.read - linesIn(old.filter((file) => existsSync(file)));
    expect(outcome.purged).toBeGreaterThan(0);
    expect(outcome.purged).toBe(gone);
    expect(new Set(report.keys.map(({ key: name }) => name)).size).toBe(2);
    for (const [name, file] of [
      ["as it was pinned before", pinned],
      ["as it is now", key.replace(/pem$/, "pub")],
    ] as const) {
      const ran = verifiedByCommand([directory, "--public-key", file, "--strict"]);
      expect([name, ran.code, ran.verdict, ran.records]).toMatchObject([
        name,
        0,
        "verified",
        { proven: left, missing: 0, purged: outcome.purged },
      ]);
    }
    const other = verifiedByCommand([directory, "--public-key", stranger.replace(/pem$/, "pub")]);
    expect([other.code, other.verdict]).toEqual([1, "tampered"]);
    console.log(`${report.streams.length} streams, ${left} records left, ${outcome.purged} purged`);
  },
  LIMIT_MILLIS * 2,
);
