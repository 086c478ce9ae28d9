/** A disk that fails, and a process without descriptors. */
import { spawnSync } from "node:child_process";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type AuditRecord, readJournal } from "otel-audit/read";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const programs = join(import.meta.dirname, "programs");
const root = join(import.meta.dirname, "../..");
const node = `${process.execPath} -C @otel-audit/source`;

/** Runs a command of bash to its end and gives what it printed as JSON. */
function run(command: string, env: Readonly<Record<string, string>> = {}): unknown {
  const options = { cwd: root, env: { ...process.env, ...env }, encoding: "utf8" } as const;
  const { status, stdout, stderr } = spawnSync("bash", ["-c", command], options);
  expect({ status, stderr }).toMatchObject({ status: 0 });
  return JSON.parse(stdout);
}

async function recordsOf(directory: string): Promise<AuditRecord[]> {
  const records: AuditRecord[] = [];
  for await (const entry of readJournal(directory)) {
    if (entry.kind === "problem") throw new Error(`${entry.file}:${entry.line}: ${entry.message}`);
    records.push(entry.record);
  }
  expect(records.map(({ attributes }) => attributes["audit.sequence.number"])).toEqual(
    records.map((_, at) => at + 1),
  );
  return records;
}

function segmentsOf(directory: string): string[] {
  const [stream = ""] = readdirSync(join(directory, "journal"));
  const folder = join(directory, "journal", stream);
  return readdirSync(folder).map((file) => join(folder, file));
}

interface Receipt {
  readonly recordId: string;
  readonly synced: boolean;
}

test("after a failed sync the segment is not trusted: a new one, and a record of what may be missing", async (context) => {
  const directory = temporaryDirectory();
  const shim = join(temporaryDirectory(), "bad-disk.so");
  const built = spawnSync("cc", [
    "-shared",
    "-fPIC",
    "-o",
    shim,
    join(programs, "bad-disk.c"),
    "-ldl",
  ]);
  if (built.status !== 0) {
    console.warn("test/journal/bad-disk.test.ts: SKIPPED, NOT TESTED: needs a C compiler (cc)");
    context.skip();
    return;
  }
  const told = run(`${node} ${join(programs, "bad-disk.ts")} ${directory}`, {
    LD_PRELOAD: shim,
    FAIL_SYNC: join(temporaryDirectory(), "fail"),
  }) as {
    readonly before: readonly Receipt[];
    readonly during: readonly Receipt[];
    readonly after: Receipt;
    readonly state: string;
    readonly unconfirmed: number;
  };
  expect(told.before.map(({ synced }) => synced)).toEqual([true, true]);
  expect(told.during.slice(0, 3).map(({ synced }) => synced)).toEqual([false, false, false]);
  expect(told.state).toBe("red");
  expect(told.unconfirmed).toBeGreaterThanOrEqual(3);
  const records = await recordsOf(directory);
  const ids = records.map(({ attributes }) => attributes["audit.record.id"]);
  for (const { recordId } of [...told.before, ...told.during, told.after]) {
    expect(ids).toContain(recordId);
  }
  const gaps = records.filter(({ attributes }) => attributes["audit.record.kind"] === "gap");
  expect(gaps.map(({ attributes }) => attributes["audit.action"])).toEqual(["records_unconfirmed"]);
  expect(gaps[0]?.attributes["audit.count"]).toBe(told.unconfirmed);
  expect(gaps[0]?.attributes["exception.message"]).toContain("EIO");
  expect(segmentsOf(directory).length).toBe(2);
});

test("without a descriptor for the next segment the old one is written on", async () => {
  const directory = temporaryDirectory();
  const told = run(
    `ulimit -n 80; exec ${node} ${join(programs, "descriptors.ts")} ${directory}`,
  ) as {
    readonly durable: readonly string[];
    readonly state: string;
    readonly taken: number;
  };
  expect(told.taken).toBeGreaterThan(5);
  expect(told.state).toBe("green");
  const ids = (await recordsOf(directory)).map(({ attributes }) => attributes["audit.record.id"]);
  expect(told.durable.length).toBeGreaterThan(310);
  expect(told.durable.filter((id) => !ids.includes(id))).toEqual([]);
  const sizes = segmentsOf(directory).map((file) => statSync(file).size);
  expect(Math.max(...sizes)).toBeGreaterThan(3 * 64 * 1024);
  expect(sizes.length).toBeGreaterThan(1);
});
