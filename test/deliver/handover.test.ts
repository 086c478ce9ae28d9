/** Four processes in one directory; whoever keeps the views is killed, over and over. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createAudit } from "otel-audit";
import { CSV_HEADER, decodeCsvRows } from "../../src/format/index.ts";
import { type Program, startProgram } from "../support/program.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const KILLS = 8;

interface Row {
  readonly id: string;
  readonly target: string;
  readonly time: string;
}

function rowsInCsv(directory: string): Row[] {
  const text = readFileSync(join(directory, "audit_log.csv"), "utf8").slice(CSV_HEADER.length);
  return decodeCsvRows(text).map(({ record: { attributes } }) => ({
    id: String(attributes["audit.record.id"]),
    target: String(attributes["audit.target.id"]),
    time: String(attributes["audit.time"]),
  }));
}

function rowsInJson(directory: string): Row[] {
  const parts = readdirSync(directory).filter((name) => /^audit_log(-\d+)?\.json$/.test(name));
  return parts
    .flatMap(
      (name) =>
        JSON.parse(readFileSync(join(directory, name), "utf8")) as {
          record_id: string;
          target_id: string;
          timestamp: string;
        }[],
    )
    .map((row) => ({ id: row.record_id, target: row.target_id, time: row.timestamp }));
}

/** Sequence numbers of each stream, in the order of the rows. */
function sequencesByStream(rows: readonly Row[]): number[][] {
  const streams = new Map<string, number[]>();
  for (const { id } of rows) {
    const [stream = "", sequence = ""] = id.split(".");
    streams.set(stream, [...(streams.get(stream) ?? []), Number(sequence)]);
  }
  return [...streams.values()];
}

test(`after ${KILLS} SIGKILLs of the process that keeps the views no row is doubled, none is missing`, async () => {
  const directory = temporaryDirectory();
  const outputs: string[] = [];
  let started = 0;
  const start = (): Promise<Program> =>
    startProgram("test/deliver/programs/record-loop.ts", {
      args: [directory, `p${++started}`],
      ready: /(ready)/,
    });
  // The oldest keeps the views: it had the lock first, or waited for it the longest.
  const running = await Promise.all([start(), start(), start(), start()]);
  for (let kill = 0; kill < KILLS; kill++) {
    const holder = running.shift();
    const shownBefore = safeCount(directory);
    await waitForMore(directory, shownBefore);
    await holder?.end("SIGKILL");
    outputs.push(holder?.output() ?? "");
    if (kill < KILLS - 4) running.push(await start());
  }
  for (const program of running) {
    await program.end("SIGKILL");
    outputs.push(program.output());
  }
  await (await createAudit({ directory, policy: { version: 1 } })).close();

  const accepted = outputs.flatMap((output) => output.match(/^p\d+-\d+$/gm) ?? []);
  expect(outputs.join("\n")).not.toContain("foreign");
  const [csv, json] = [rowsInCsv(directory), rowsInJson(directory)];
  for (const rows of [csv, json]) {
    const targets = rows.map(({ target }) => target);
    expect(new Set(targets).size).toBe(targets.length);
    const shown = new Set(targets);
    expect(accepted.filter((target) => !shown.has(target))).toEqual([]);
  }
  expect(accepted.length).toBeGreaterThan(1000);
  for (const sequences of sequencesByStream(csv))
    expect(sequences).toEqual(sequences.toSorted((left, right) => left - right));
});

function safeCount(directory: string): number {
  try {
    return readFileSync(join(directory, "audit_log.csv")).length;
  } catch {
    return 0;
  }
}

/** Somebody keeps the views: they grow. */
async function waitForMore(directory: string, before: number): Promise<void> {
  await expect.poll(() => safeCount(directory)).toBeGreaterThan(before);
}
