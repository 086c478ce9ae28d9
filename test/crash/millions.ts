/**
 * Two hours' worth of records in one directory: what it costs to write them, to be killed, to start.
 *
 *     npm run soak -- millions [--records 7000000] [--directory /tmp] [--endpoint http://…]
 *
 * Prints a table. Ends with 1 when a target is missed or a record is missing.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { createReadStream, mkdtempSync, readdirSync, rmSync, statfsSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { FloodEnd, FloodMessage, FloodSecond, FloodStart } from "./programs/flood.ts";

/** How much, and where. */
export interface MillionsOptions {
  readonly records: number;
  /** Where the audit directory is made; it is taken away afterwards. */
  readonly below: string;
  /** Ships to a receiver of this run that takes everything. */
  readonly isShipping: boolean;
  readonly onSecond?: (second: FloodSecond, written: number) => void;
}

/** A start after SIGKILL. */
export interface StartFigures extends FloodStart, Omit<FloodEnd, "kind"> {}

/** What a run measured. */
export interface MillionsFigures {
  readonly seconds: readonly FloodSecond[];
  /** The service was killed while its views were behind. */
  readonly behind: Omit<StartFigures, "kind">;
  /** It was killed when they were not. */
  readonly caughtUp: Omit<StartFigures, "kind">;
  readonly bytes: { readonly journal: number; readonly csv: number; readonly json: number };
  readonly lines: { readonly journal: number; readonly csv: number; readonly json: number };
}

/** Journal, CSV and JSON views of a record of {@link MillionsOptions.records}, with room to spare. */
const BYTES_PER_RECORD = 4_000;
const START_LIMIT_MILLIS = 2_000;
const program = join(import.meta.dirname, "programs/flood.ts");

/** Runs it all. Throws when the disk has no room for it, and when a program ends before its time. */
export async function measureMillions(options: MillionsOptions): Promise<MillionsFigures> {
  const { bavail, bsize } = statfsSync(options.below);
  const needed = options.records * BYTES_PER_RECORD;
  if (bavail * bsize < needed) {
    throw new Error(
      `${options.below} has ${gigabytes(bavail * bsize)} free, ${options.records} records take up to ${gigabytes(needed)}: use fewer --records or another --directory`,
    );
  }
  const directory = mkdtempSync(join(options.below, "otel-audit-millions-"));
  const sink = options.isShipping ? await startSink() : undefined;
  const env = {
    AUDIT_LOG_DIR: directory,
    ...(sink === undefined ? {} : { AUDIT_OTLP_ENDPOINT: sink.url }),
  };
  const cleanUp = (): void => rmSync(directory, { recursive: true, force: true });
  process.once("exit", cleanUp);
  try {
    const seconds = await flood(options, env);
    const behind = await startOnce(env);
    const caughtUp = await startOnce(env);
    const json = readdirSync(directory).filter((name) => /^audit_log(-\d+)?\.json$/.test(name));
    const journal = readdirSync(join(directory, "journal")).flatMap((stream) =>
      readdirSync(join(directory, "journal", stream)).map((name) => join("journal", stream, name)),
    );
    return {
      seconds,
      behind,
      caughtUp,
      bytes: {
        journal: bytesOf(directory, journal),
        csv: bytesOf(directory, ["audit_log.csv"]),
        json: bytesOf(directory, json),
      },
      lines: {
        journal: await resultsIn(directory, journal, '"kind":"result"'),
        csv: await resultsIn(directory, ["audit_log.csv"], ",result,"),
        json: await resultsIn(directory, json, '"kind":"result"'),
      },
    };
  } finally {
    cleanUp();
    process.off("exit", cleanUp);
    sink?.close();
  }
}

type Said = (message: FloodMessage, kill: () => void) => void;

/** Runs the program until it ends, however it ends. */
async function run(args: readonly string[], env: NodeJS.ProcessEnv, said: Said): Promise<void> {
  const child = fork(program, args, {
    env: { ...process.env, ...env },
    execArgv: ["-C", "@otel-audit/source"],
  });
  const endWithUs = (): void => void child.kill("SIGKILL");
  process.once("exit", endWithUs);
  child.on("message", (message) => said(message as FloodMessage, endWithUs));
  await once(child, "exit");
  process.off("exit", endWithUs);
}

async function flood(
  { records, onSecond }: MillionsOptions,
  env: NodeJS.ProcessEnv,
): Promise<readonly FloodSecond[]> {
  const seconds: FloodSecond[] = [];
  let written = 0;
  let isWritten = false;
  await run(["write", String(records)], env, (message, kill) => {
    if (message.kind === "second") {
      seconds.push(message);
      written += message.records;
      onSecond?.(message, written);
    }
    if (message.kind === "written") {
      isWritten = true;
      kill();
    }
  });
  if (!isWritten) throw new Error("the writing process ended before everything was written");
  return seconds;
}

async function startOnce(env: NodeJS.ProcessEnv): Promise<Omit<StartFigures, "kind">> {
  let started: FloodStart | undefined;
  let flushed: FloodEnd | undefined;
  await run(["start"], env, (message, kill) => {
    if (message.kind === "started") started = message;
    if (message.kind !== "flushed") return;
    flushed = message;
    kill();
  });
  if (started === undefined || flushed === undefined)
    throw new Error("the process that was started ended before its views had caught up");
  return { ...started, ...flushed };
}

function bytesOf(directory: string, files: readonly string[]): number {
  return files.reduce((sum, file) => sum + statSync(join(directory, file)).size, 0);
}

/** Lines that hold a result, counted without keeping a file in memory. */
async function resultsIn(
  directory: string,
  files: readonly string[],
  mark: string,
): Promise<number> {
  let count = 0;
  for (const file of files) {
    let rest = "";
    for await (const chunk of createReadStream(join(directory, file), {
      encoding: "utf8",
      highWaterMark: 1 << 20,
    }) as AsyncIterable<string>) {
      const text = rest + chunk;
      const end = text.lastIndexOf("\n") + 1;
      rest = text.slice(end);
      for (const line of text.slice(0, end).split("\n")) if (line.includes(mark)) count++;
    }
    if (rest.includes(mark)) count++;
  }
  return count;
}

async function startSink(): Promise<{ readonly url: string; readonly close: () => void }> {
  const server = createServer((request, response) => {
    request.resume().on("end", () => response.end("{}"));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return { url: `http://127.0.0.1:${port}`, close: () => server.closeAllConnections() };
}

const gigabytes = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(1)} GiB`;
const megabytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(0)} MiB`;
const millis = (value: number): string => `${value.toFixed(value < 10 ? 2 : 0)} ms`;

/** Median of one figure over some seconds. */
function middle(seconds: readonly FloodSecond[], of: (second: FloodSecond) => number): number {
  return seconds.map(of).toSorted((left, right) => left - right)[seconds.length >> 1] ?? 0;
}

/** The first and the last minute; of a run that is shorter than three of them, its first and last third. */
export function ends(seconds: readonly FloodSecond[]): {
  readonly first: readonly FloodSecond[];
  readonly last: readonly FloodSecond[];
} {
  const length = Math.max(1, Math.min(60, Math.floor(seconds.length / 3)));
  return { first: seconds.slice(0, length), last: seconds.slice(-length) };
}

function rowsOf(
  { seconds, behind, caughtUp, bytes, lines }: MillionsFigures,
  records: number,
): readonly (readonly [string, string, string])[] {
  const { first, last } = ends(seconds);
  const both = (of: (second: FloodSecond) => number, show: (value: number) => string): string =>
    `${show(middle(first, of))} -> ${show(middle(last, of))}`;
  const started = ({ openedMillis, firstSyncedMillis }: typeof behind): string =>
    `createAudit ${millis(openedMillis)}, first record synced ${millis(firstSyncedMillis)}`;
  const caught = ({ flushMillis, residentBytes, longestDelayMillis }: typeof behind): string =>
    `${millis(flushMillis)}, ${megabytes(residentBytes)} resident at most, event loop late by ${millis(longestDelayMillis)} at most`;
  const isWhole = [lines.journal, lines.csv, lines.json].every((count) => count === records + 2);
  const isQuick = (start: typeof behind): string =>
    start.firstSyncedMillis < START_LIMIT_MILLIS ? "ok" : `over ${START_LIMIT_MILLIS} ms`;
  return [
    [
      "records per second",
      both(
        (second) => second.records,
        (value) => value.toFixed(0),
      ),
      "",
    ],
    ["record() returned, p99", both((second) => second.callP99Millis, millis), ""],
    ["record() synced, p99", both((second) => second.syncedP99Millis, millis), ""],
    ["resident", both((second) => second.residentBytes, megabytes), ""],
    ["start after SIGKILL, views behind", started(behind), isQuick(behind)],
    ["views caught up", caught(behind), ""],
    ["start after SIGKILL, views complete", started(caughtUp), isQuick(caughtUp)],
    ["views caught up", caught(caughtUp), ""],
    [
      "on disk",
      `journal ${gigabytes(bytes.journal)}, CSV ${gigabytes(bytes.csv)}, JSON ${gigabytes(bytes.json)}`,
      "",
    ],
    [
      "results",
      `journal ${lines.journal}, CSV ${lines.csv}, JSON ${lines.json}`,
      isWhole ? "ok" : `not ${records + 2}`,
    ],
  ];
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      records: { type: "string", default: "7000000" },
      directory: { type: "string", default: tmpdir() },
      ship: { type: "boolean", default: false },
    },
  });
  const records = Number(values.records);
  const figures = await measureMillions({
    records,
    below: values.directory,
    isShipping: values.ship,
    onSecond(second, written) {
      process.stderr.write(
        `\r${written} of ${records}, ${second.records}/s, p99 ${millis(second.callP99Millis)}, ${megabytes(second.residentBytes)}   `,
      );
    },
  });
  process.stderr.write("\n");
  console.log(`${records} records, first minute -> last minute`);
  for (const [what, value, verdict] of rowsOf(figures, records)) {
    console.log(`${what.padEnd(38)} ${value}${verdict === "" ? "" : `  [${verdict}]`}`);
    if (verdict !== "" && verdict !== "ok") process.exitCode = 1;
  }
}

if (import.meta.main) await main();
