import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { createAudit } from "otel-audit";
import { readJournal } from "otel-audit/read";
import { connect } from "../../examples/training-service/client.ts";
import { CSV_HEADER, decodeCsvRows } from "../../src/format/index.ts";
import { type Program, startTrainingService } from "../support/program.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

/** The soak run asks for more. */
const KILLS = Number(process.env["AUDIT_TEST_KILLS"] ?? "20");
/** Calls that are under way at once. */
const CONCURRENCY = 8;

/** Calls the service until it is killed after so many replies; gives the ids that were acknowledged. */
async function callUntilKilled(service: Program, run: number, replies: number): Promise<string[]> {
  const client = connect(service.ready, { user: "ann", type: "user" });
  const acknowledged: string[] = [];
  let calls = 0;
  let isKilled = false;
  let ended: Promise<unknown> = Promise.resolve();
  const caller = async (): Promise<void> => {
    while (!isKilled) {
      const point = `point-${run}-${++calls}`;
      try {
        await client.writeNote({ experiment_id: "exp-1", point_id: point, text: `note ${point}` });
        acknowledged.push(point);
      } catch {
        return; // The service is gone.
      }
      if (acknowledged.length === replies) {
        isKilled = true;
        ended = service.end("SIGKILL");
      }
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, caller));
  await ended;
  client.close();
  return acknowledged;
}

/** Record ids in the newest part of the JSON view; it parses whenever it is looked at. */
function newestPart(directory: string): string[] {
  const path = join(directory, "audit_log.json");
  return existsSync(path) ? idsIn(path) : [];
}

/** Record ids in all parts of the JSON view. */
function allParts(directory: string): string[] {
  const names = readdirSync(directory).filter((name) => /^audit_log(-\d+)?\.json$/.test(name));
  return names.flatMap((name) => idsIn(join(directory, name)));
}

function idsIn(path: string): string[] {
  const records = JSON.parse(readFileSync(path, "utf8")) as { record_id: string }[];
  return records.map(({ record_id }) => record_id);
}

test(`after ${KILLS} SIGKILLs every acknowledged record stands exactly once in the journal and in both views`, async () => {
  const seed = Number(process.env["AUDIT_TEST_SEED"] ?? Date.now() % 2 ** 31);
  console.log(`seed ${seed} (repeat with AUDIT_TEST_SEED)`);
  const replies = fc.sample(fc.integer({ min: 1, max: 300 }), { seed, numRuns: KILLS });
  const directory = temporaryDirectory();
  const acknowledged: string[] = [];
  for (const [run, count] of replies.entries()) {
    const service = await startTrainingService({ AUDIT_LOG_DIR: directory });
    acknowledged.push(...(await callUntilKilled(service, run, count)));
    newestPart(directory);
  }
  await (await createAudit({ directory })).close();

  const journal: { id: string; target: string }[] = [];
  for await (const entry of readJournal(directory)) {
    if (entry.kind === "problem") throw new Error(`${entry.file}:${entry.line}: ${entry.message}`);
    const { attributes } = entry.record;
    if (attributes["audit.record.kind"] !== "result") continue;
    journal.push({
      id: String(attributes["audit.record.id"]),
      target: String(attributes["audit.target.id"]),
    });
  }
  const targets = journal.map(({ target }) => target);
  expect(new Set(targets).size).toBe(targets.length);
  expect(acknowledged.filter((point) => !targets.includes(point))).toEqual([]);
  expect(acknowledged.length).toBeGreaterThanOrEqual(
    replies.reduce((sum, count) => sum + count, 0),
  );

  const ids = journal.map(({ id }) => id).toSorted();
  expect(allParts(directory).toSorted()).toEqual(ids);
  const csv = readFileSync(join(directory, "audit_log.csv"), "utf8").slice(CSV_HEADER.length);
  expect(
    decodeCsvRows(csv)
      .map(({ record }) => String(record.attributes["audit.record.id"]))
      .toSorted(),
  ).toEqual(ids);
}, 600_000);
