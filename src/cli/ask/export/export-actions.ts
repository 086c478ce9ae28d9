/** What `otel-audit export` does; loaded when it runs. */
import { statSync } from "node:fs";
import { join } from "node:path";
import type { FlatRecord } from "../../../format/index.ts";
import { AuditError } from "../../../lib/errors.ts";
import { shown } from "../../../lib/shown.ts";
import { ANY_KIND, countTrail, type Query } from "../../../read/index.ts";
import type { Lines } from "../../lines.ts";
import { isAccessRecorded, recordAccess } from "../access.ts";
import { type Asked, asked } from "../asked.ts";
import { exitAfterReading, sayNothingFound, sayProblems } from "../reading.ts";
import { type CaughtSignals, catchSignals } from "../signals.ts";
import { takeRecords } from "../take-records.ts";
import { dayTeller } from "./days.ts";
import { ENCODINGS } from "./encodings.ts";
import type { ExportCommandOptions } from "./export-command.ts";
import { createExportFiles, type ExportFiles, type ExportedFile } from "./export-files.ts";
import { createStdoutText } from "./stdout-text.ts";
import { counted } from "../../../lib/counted.ts";

/** Writes what matches, and sets the exit code. */
export async function exportRecords(
  terms: readonly string[],
  options: ExportCommandOptions,
  { warn }: Lines,
): Promise<void> {
  const target = targetOf(options);
  // Who is told of an access is told before anything is shown: it is counted first.
  const isReadAgain = target === undefined && (await isAccessRecorded(options));
  const wanted = await asked(terms, options, { isReadAgain });
  const signals = catchSignals();
  try {
    const to = target === undefined ? [] : ["--to", target.path];
    const scope = ["export", ...terms, "-o", options.output, ...to];
    const all = { ...wanted, query: ofKinds(wanted.query, options) };
    const zone = options.isZoneNamed ? wanted.zone : "UTC";
    const sink = await sinkOf(target, options, { zone, signals });
    try {
      await exportTo(sink, all, { terms, scope, options, warn, signal: signals.signal });
    } finally {
      sink.discard();
    }
  } catch (error) {
    const code = signals.exitCode();
    if (code === undefined) throw error;
    warn(target === undefined ? "stopped" : "stopped: no file was written");
    process.exitCode = code;
  } finally {
    signals.release();
  }
}

interface ExportParts {
  readonly terms: readonly string[];
  readonly scope: readonly string[];
  readonly options: ExportCommandOptions;
  readonly warn: Lines["warn"];
  readonly signal: AbortSignal;
}

async function exportTo(
  sink: Sink,
  { sources, query }: Asked,
  { terms, scope, options, warn, signal }: ExportParts,
): Promise<void> {
  if (sink.showsAtOnce) {
    const total = async (): Promise<number> => (await countTrail(sources, query, [])).total;
    await recordAccess({ scope, count: total }, options);
  }
  const { count, problems } = await takeRecords({ sources, query }, signal, sink.add, warn);
  if (!sink.showsAtOnce) await recordAccess({ scope, count }, options);
  const files = await sink.finish();
  if (count === 0) sayNothingFound(terms, warn);
  else sayWritten(count, files, warn);
  sayProblems(problems, warn);
  process.exitCode = exitAfterReading(problems, count);
}

/** Where the records go; undefined: to stdout. */
type Target = { readonly path: string; readonly isByDay: boolean } | undefined;

/** @throws {AuditError} `invalid_option` where the options do not go together. */
function targetOf({ to, by, output, force }: ExportCommandOptions): Target {
  const refuse = (text: string): AuditError => new AuditError("invalid_option", text);
  if (to === "") throw refuse("--to is empty: name a file, or with --by day a directory");
  if (to === undefined || to === "-") {
    if (by !== undefined) throw refuse("--by day needs --to and a directory");
    if (output === "parquet")
      throw refuse("-o parquet needs --to and a file: it is not for a terminal");
    if (force === true) throw refuse("--force needs --to: nothing is replaced on stdout");
    return undefined;
  }
  const isDirectory = statSync(to, { throwIfNoEntry: false })?.isDirectory();
  if (by === undefined && (isDirectory === true || to.endsWith("/")))
    throw refuse(`--to ${shown(to)} is a directory: say --by day as well, or name a file`);
  if (by !== undefined && isDirectory === false)
    throw refuse(`--to ${shown(to)} is a file: --by day writes into a directory`);
  return { path: to, isByDay: by !== undefined };
}

/** Records of every kind, where that is wanted: a query that names kinds is asked as it stands. */
function ofKinds(query: Query, { allKinds }: ExportCommandOptions): Query {
  if (allKinds !== true) return query;
  return { terms: [...query.terms, ANY_KIND] };
}

/** Takes records one after the other. */
interface Sink {
  /** Whether somebody sees a record before all of them are read. */
  readonly showsAtOnce: boolean;
  readonly add: (record: FlatRecord) => Promise<void>;
  /** Gives the files that there are then. */
  readonly finish: () => Promise<readonly ExportedFile[]>;
  readonly discard: () => void;
}

interface SinkParts {
  /** Of the days. */
  readonly zone: string;
  readonly signals: CaughtSignals;
}

async function sinkOf(
  target: Target,
  { output, force = false }: ExportCommandOptions,
  { zone, signals }: SinkParts,
): Promise<Sink> {
  const encoding = ENCODINGS[output];
  if (target === undefined) return stdoutSink(encoding, signals.signal);
  const { path, isByDay } = target;
  const dayOf = dayTeller(zone);
  const pathOf = isByDay
    ? ({ timestamp }: FlatRecord): string => join(path, fileOfDay(dayOf(timestamp), output))
    : (): string => path;
  if (output !== "parquet")
    return fileSink(createExportFiles({ encoding, isForced: force }), pathOf);
  const { openParquetMaker } = await import("./parquet.ts");
  const maker = await openParquetMaker(signals.signal);
  const files = createExportFiles({ encoding, isForced: force, ...maker });
  return {
    ...fileSink(files, pathOf),
    discard: () => {
      files.discard();
      maker.close();
    },
  };
}

function fileOfDay(day: string, output: ExportCommandOptions["output"]): string {
  return output === "parquet" ? join(`day=${day}`, "audit.parquet") : `audit-${day}.${output}`;
}

function fileSink(files: ExportFiles, pathOf: (record: FlatRecord) => string): Sink {
  return {
    showsAtOnce: false,
    add: async (record) => files.add(pathOf(record), record),
    finish: () => files.finish(),
    discard: () => files.discard(),
  };
}

function stdoutSink(encoding: (typeof ENCODINGS)["jsonl"], signal: AbortSignal): Sink {
  const out = createStdoutText(signal);
  let count = 0;
  return {
    showsAtOnce: true,
    add: (record) =>
      out.write(`${count++ === 0 ? encoding.head : encoding.between}${encoding.encode(record)}`),
    async finish() {
      await out.write(`${count === 0 ? encoding.head : ""}${encoding.tail}`);
      await out.end();
      return [];
    },
    discard() {},
  };
}

function sayWritten(count: number, files: readonly ExportedFile[], warn: Lines["warn"]): void {
  if (files.length === 1) warn(`${counted(count, "record")} in ${files[0]?.path}`);
  else if (files.length > 1) warn(`${counted(count, "record")} in ${files.length} files`);
}
