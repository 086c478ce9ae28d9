/**
 * How fast a trail answers questions, beside jq, DuckDB and pandas on the same file.
 *
 *     npm run bench:read -- --help
 */
import { createWriteStream } from "node:fs";
import { once } from "node:events";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { COMMAND } from "../support/command-line.ts";
import { pythonWith } from "../support/python.ts";
import { COMMON_HELP, COMMON_OPTIONS, runBenchmark } from "./benchmark.ts";
import { machineLine } from "./machine.ts";
import { QUESTIONS, type Question } from "./read-questions.ts";
import { findingsOf, type FirstOutput, type ReadRound, startFindingsOf } from "./read-report.ts";
import { type Answer, ask, firstOutputMillis, READ_WAYS, type ReadWay } from "./read-ways.ts";
import { realisticLines } from "./realistic-trail.ts";
import { median } from "./statistics.ts";

const HELP = `usage: npm run bench:read -- [options]

Writes trails as a team leaves them in three months, and asks the same questions of otel-audit, jq, DuckDB
and pandas. The rounds interleave the programs; all of them must give the same answers. Needs jq and
python3 with pip (DuckDB and pandas are installed below .cache/), and 1 KB of disk a record.

  --records N       of the comparison; default 1000000
  --large N         of the largest trail, where memory is measured; default 5000000
  --rounds N        default 3
  --start           only how long it takes until something is seen
${COMMON_HELP}`;

const SMALL = 10_000;
const STARTS = 11;
const PIECE = 1_000_000;

const { values } = parseArgs({
  options: {
    ...COMMON_OPTIONS,
    records: { type: "string" },
    large: { type: "string" },
    rounds: { type: "string" },
    start: { type: "boolean", default: false },
  },
});

await runBenchmark(values, HELP, async function* ({ directory, isQuick }) {
  const records = Number(values.records ?? (isQuick ? 50_000 : 1_000_000));
  const large = Number(values.large ?? (isQuick ? 100_000 : 5_000_000));
  const count = Number(values.rounds ?? (isQuick ? 1 : 3));
  const machine = machineLine(directory);
  // Before all else: a machine that has just moved gigabytes starts programs more slowly.
  const first = await measureFirst(await writeTrail(directory, SMALL));
  yield { name: "read-start", machine, ...startFindingsOf(first) };
  if (values.start) return;
  const python = pythonWith(join(import.meta.dirname, "programs/read-requirements.txt"));
  const file = await writeTrail(directory, records);
  const rounds: ReadRound[] = [];
  for (let round = 1; round <= count; round++) {
    console.error(`round ${round} of ${count}`);
    rounds.push(await runRound(file, python));
  }
  const largest = await writeTrail(directory, large);
  const peaks = new Map<Question, number>();
  for (const question of QUESTIONS) {
    const { peakBytes = Number.NaN } = await ask("otel-audit", question, { file: largest, python });
    peaks.set(question, peakBytes);
  }
  yield {
    name: "read",
    machine,
    ...findingsOf({ records, rounds, largest: { records: large, peaks } }),
  };
});

async function writeTrail(directory: string, records: number): Promise<string> {
  console.error(`writing ${records} records`);
  const file = join(directory, `${records}.jsonl`);
  const out = createWriteStream(file);
  let piece = "";
  for (const line of realisticLines(records)) {
    piece += line;
    if (piece.length < PIECE) continue;
    if (!out.write(piece)) await once(out, "drain");
    piece = "";
  }
  out.end(piece);
  await once(out, "close");
  return file;
}

async function runRound(file: string, python: string): Promise<ReadRound> {
  const round = new Map<Question, ReadonlyMap<ReadWay, Answer>>();
  for (const question of QUESTIONS) {
    const answers = new Map<ReadWay, Answer>();
    for (const way of READ_WAYS) answers.set(way, await ask(way, question, { file, python }));
    expectSame(question, answers);
    round.set(question, answers);
  }
  return round;
}

function expectSame({ name }: Question, answers: ReadonlyMap<ReadWay, Answer>): void {
  const ours = answers.get("otel-audit")?.lines.join("\n");
  for (const [way, { lines }] of answers) {
    if (lines.join("\n") !== ours)
      throw new Error(
        `${name}: ${way} answers ${lines.slice(0, 3).join(" ")}…, otel-audit ${ours?.slice(0, 200)}…`,
      );
  }
}

async function measureFirst(file: string): Promise<FirstOutput> {
  const programs = {
    ours: [process.execPath, COMMAND, "query", "actor:user-17", "--trail", file],
    jq: ["jq", "-c", 'select(.actor_id == "user-17")', file],
    node: [process.execPath, "--print", "1"],
  };
  const millis: Record<keyof typeof programs, number[]> = { ours: [], jq: [], node: [] };
  // The first start compiles.
  await firstOutputMillis(process.execPath, programs.ours.slice(1));
  for (let start = 0; start < STARTS; start++) {
    for (const name of ["ours", "jq", "node"] as const) {
      const [command = "", ...args] = programs[name];
      millis[name].push(await firstOutputMillis(command, args));
    }
  }
  const { ours, jq, node } = millis;
  return { records: SMALL, starts: STARTS, ours: median(ours), jq: median(jq), node: median(node) };
}
