/** What stands at the path of a view and is no file keeps nobody waiting; nor does a thread that hangs. */
import { execFileSync, spawnSync } from "node:child_process";
import {
  appendFileSync,
  closeSync,
  constants,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { once } from "node:events";
import { expect, onTestFinished, test } from "vitest";
import { createViewKeeper } from "../../src/deliver/index.ts";
import { createViewWriter } from "../../src/deliver/views/view-writer.ts";
import { CSV_HEADER, decodeCsvRows, encodeJsonLine } from "../../src/format/index.ts";
import { resultRecord } from "../support/records.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import { VIEWS } from "../support/views.ts";

const A = "AaaaaaaaaaaaaaaA";
const root = join(import.meta.dirname, "../..");

function writeRecord(directory: string, sequence: number): void {
  mkdirSync(join(directory, "journal", A), { recursive: true });
  const line = encodeJsonLine(resultRecord(A, sequence));
  appendFileSync(join(directory, "journal", A, "1.jsonl"), `${line}\n`);
}

function expectViews(directory: string, count: number): void {
  const [csv = "", json = ""] = VIEWS.map((name) => readFileSync(join(directory, name), "utf8"));
  expect(decodeCsvRows(csv.slice(CSV_HEADER.length))).toHaveLength(count);
  expect(JSON.parse(json)).toHaveLength(count);
}

async function makeFifo(path: string): Promise<void> {
  execFileSync("mkfifo", [path]);
}

async function makeSocket(path: string): Promise<void> {
  const server = createServer().listen(path);
  onTestFinished(() => void server.close());
  await once(server, "listening");
}

test.each([
  ["named pipe", makeFifo],
  ["directory", async (path: string) => mkdirSync(path)],
  ["socket", makeSocket],
])("a %s at the path of a view is put aside", async (kind, make) => {
  const directory = temporaryDirectory();
  writeRecord(directory, 1);
  for (const name of VIEWS) await make(join(directory, name));
  const program = join(root, "test/deliver/programs/keep-views-once.ts");
  const { stdout, signal } = spawnSync(
    process.execPath,
    ["-C", "@otel-audit/source", program, directory],
    { cwd: root, encoding: "utf8", timeout: 120_000, killSignal: "SIGKILL" },
  );
  expect(signal).toBeNull();
  expectViews(directory, 1);
  for (const name of VIEWS) {
    expect(lstatSync(join(directory, `${name}.foreign`)).isFile()).toBe(false);
    expect(stdout).toContain(`${join(directory, name)} is a ${kind}`);
    expect(stdout).toContain(`${name}: foreign`);
  }
});

test("a directory that takes the place of a view meanwhile is put aside", () => {
  const directory = temporaryDirectory();
  writeRecord(directory, 1);
  const keeper = createViewKeeper({ directory, format: "both", report: () => {} });
  keeper.run({ isForced: true });
  for (const name of VIEWS) {
    execFileSync("rm", [join(directory, name)]);
    mkdirSync(join(directory, name));
  }
  writeRecord(directory, 2);
  keeper.run({ isForced: true });
  keeper.close();
  expectViews(directory, 2);
});

test("a view thread that hangs holds up neither flush nor close", async () => {
  const directory = temporaryDirectory();
  writeRecord(directory, 1);
  mkdirSync(join(directory, "state"));
  const state = join(directory, "state", "view-csv.json");
  await makeFifo(state);
  onTestFinished(() => {
    // Lets it end: a thread that is in a system call cannot be ended from outside.
    closeSync(openSync(state, constants.O_WRONLY | constants.O_NONBLOCK));
  });
  const said: string[] = [];
  const writer = createViewWriter({
    directory,
    format: "both",
    report: (line) => said.push(line),
    fileChanged: () => {},
    patienceMillis: 2000,
  });
  await writer.flush();
  expect(said).toEqual([expect.stringContaining("the view thread shows no sign of life for 2 s")]);
  expect(writer.problems()).toEqual(["the view thread shows no sign of life"]);
  await writer.close();
  expect(said).toHaveLength(1);
});
