/** A logger in a process of its own, with the receiver it sends to, and what is left of its events. */
import { createReadStream, existsSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type Child, startChild } from "./children.ts";
import { type LoggerName, PINO_FILE } from "./event-logger.ts";
import { countWritten, journalLines } from "./written.ts";

/** What a logger is asked. */
export type LoggerQuestion =
  | { readonly kind: "full" | "burst"; readonly count: number }
  | { readonly kind: "steady"; readonly count: number; readonly perSecond: number }
  | { readonly kind: "endless"; readonly perSecond: number }
  | { readonly kind: "sequential"; readonly size: number; readonly count: number }
  | { readonly kind: "memory"; readonly count: number; readonly samples: number }
  | { readonly kind: "close" };

/** What a receiver is asked. */
export interface SinkQuestion {
  /**
   * `up`: listen, on the port of the first time. `down`: be dead. `quiet`: wait until nobody is
   * connected. `found`: numbers of the events that came.
   */
  readonly kind: "up" | "down" | "quiet" | "found";
}

/** How it went. */
export interface Logged {
  readonly events: number;
  /** Until the last event was accepted. */
  readonly acceptedSeconds: number;
  /** Until everything was synced and in the views, or answered. */
  readonly drainedSeconds: number;
  /** p50 and p99 of one event. */
  readonly acceptedMillis: readonly [number, number];
  /** p50 and p99 of one event; NaN for a logger that never says. */
  readonly keptMillis: readonly [number, number];
  /** Events of which the logger said that they are kept. */
  readonly kept: number;
  /** Of all threads, per event, until everything was drained. */
  readonly cpuMicros: number;
}

/** One event after the other in a log of a certain size; medians, but for processor time. */
export interface Sequential {
  readonly acceptedMillis: number;
  readonly keptMillis: number;
  /** Of all threads, views included. */
  readonly cpuMillis: number;
  /** The same for the events that filled the log before, which nobody awaited. */
  readonly streamCpuMillis: number;
}

/** Resident memory in equal steps; p99 of accepting an event after a tenth of them, and in the last step. */
export interface Memory {
  readonly mebibytes: readonly number[];
  readonly seconds: number;
  readonly p99Millis: readonly [number, number];
}

/** A logger that runs. */
export interface LoggerProcess {
  readonly child: Child;
  readonly ask: <Answer>(question: LoggerQuestion) => Promise<Answer>;
  readonly askSink: (question: SinkQuestion) => Promise<Found>;
  /** Numbers of the events that are in its files, or at the receiver for a logger that has none. */
  readonly found: () => Promise<ReadonlySet<number>>;
  readonly directory: string;
  /** Closes the logger and ends it and the receiver. Its files stay. */
  readonly close: () => Promise<void>;
  /** Removes everything. */
  readonly remove: () => Promise<void>;
}

interface Found {
  readonly steps: readonly number[];
  readonly records: number;
}

/** Starts a logger; `isShipping`: ours sends to the receiver too. */
export async function startLogger(
  name: LoggerName,
  directory: string,
  options: { readonly isShipping?: boolean; readonly isTelling?: boolean } = {},
): Promise<LoggerProcess> {
  const { isShipping = false, isTelling = false } = options;
  const own = mkdtempSync(join(directory, `${name}-`));
  const sink = await startChild("otlp-sink.ts");
  const { url } = await sink.ask<{ readonly url: string }>({ kind: "up" });
  const endpoint = name.startsWith("otlp") || isShipping ? url : "";
  const child = await startChild("logger.ts", { args: [name, own, endpoint], isTelling });
  const askSink = (question: SinkQuestion): Promise<Found> => sink.ask(question);
  return {
    child,
    ask: (question) => child.ask(question),
    askSink,
    directory: own,
    async found() {
      if (name === "pino") return stepsOfPino(own);
      if (name.startsWith("ours")) return stepsOfJournal(own);
      return new Set((await askSink({ kind: "found" })).steps);
    },
    async close() {
      await child.ask({ kind: "close" });
      await child.end();
    },
    async remove() {
      await sink.end();
      rmSync(own, { recursive: true });
    },
  };
}

/**
 * Closes a logger and counts what is left of its events.
 *
 * @returns how many were lost.
 * @throws {Error} where something is there that should not be, or the views of ours lack a record.
 */
export async function closeAndCount(
  logger: LoggerProcess,
  name: LoggerName,
  events: number,
): Promise<number> {
  await logger.close();
  const found = await logger.found();
  for (const step of found)
    if (step >= events) throw new Error(`${name}: event ${step} is nobody's`);
  if (name === "ours" || name === "ours-unsealed") {
    const { results, csvRows, jsonRecords } = await countWritten(logger.directory);
    for (const count of [results, csvRows, jsonRecords]) {
      if (count === found.size) continue;
      throw new Error(`ours: ${results} results, ${csvRows} rows, ${jsonRecords} in the JSON view`);
    }
  }
  return events - found.size;
}

async function stepsOfJournal(directory: string): Promise<ReadonlySet<number>> {
  const steps = new Set<number>();
  for await (const { kind, details } of journalLines(directory)) {
    if (kind === "result" && details.step !== undefined) steps.add(details.step);
  }
  return steps;
}

async function stepsOfPino(directory: string): Promise<ReadonlySet<number>> {
  const steps = new Set<number>();
  const file = join(directory, PINO_FILE);
  if (!existsSync(file)) return steps;
  for await (const line of createInterface({ input: createReadStream(file) })) {
    // A line that a kill cut off is none.
    if (line.endsWith("}")) steps.add((JSON.parse(line) as PinoLine).details.step);
  }
  return steps;
}

interface PinoLine {
  readonly details: { readonly step: number };
}
