/** Tables and targets of the benchmark of reading. */
import type { Question } from "./read-questions.ts";
import { type Answer, READ_WAYS, type ReadWay } from "./read-ways.ts";
import type { Findings, Table, Target } from "./section.ts";
import { median } from "./statistics.ts";

/** Every question, asked every way once. */
export type ReadRound = ReadonlyMap<Question, ReadonlyMap<ReadWay, Answer>>;

/** Milliseconds to the first output, of a small trail. */
export interface FirstOutput {
  readonly records: number;
  readonly starts: number;
  readonly ours: number;
  readonly jq: number;
  /** Of a program in Node that does nothing. */
  readonly node: number;
}

/** All that was measured. */
export interface ReadFigures {
  readonly records: number;
  readonly rounds: readonly ReadRound[];
  /** Memory of ours over the largest trail. */
  readonly largest: { readonly records: number; readonly peaks: ReadonlyMap<Question, number> };
}

const MEBIBYTE = 2 ** 20;
const WANTED_FIRST_MILLIS = 300;
const WANTED_SELECTIVE = 10;
const WANTED_GROUPING = 3;
const WANTED_MEBIBYTES = 512;

/** How long it takes until something is seen. */
export function startFindingsOf({ records, starts, ours, jq, node }: FirstOutput): Findings {
  const millis = (value: number): string => `${value.toFixed(0)} ms`;
  return {
    effort: `Medians of ${starts} starts, in turn; ours have started before, so that Node has kept what it compiled`,
    tables: [
      {
        title: "From the start of a process to its first output",
        head: ["", "found"],
        rows: [
          [`otel-audit query, ${records.toLocaleString("en")} records`, millis(ours)],
          ["jq, the same", millis(jq)],
          ["Node, nothing but a number", millis(node)],
        ],
      },
    ],
    targets: [
      {
        what: "first output of a small trail",
        wanted: `under ${WANTED_FIRST_MILLIS} ms`,
        found: millis(ours),
        isMet: ours < WANTED_FIRST_MILLIS,
      },
    ],
  };
}

/** Medians over the rounds; ratios are medians of the ratios within a round. */
export function findingsOf(figures: ReadFigures): Findings {
  const { rounds, records } = figures;
  return {
    effort: `Medians of ${rounds.length} interleaved rounds over ${records.toLocaleString("en")} records, each in fresh processes; every program gave the same answers`,
    tables: [waysTable(figures), memoryTable(figures)],
    targets: targetsOf(figures),
  };
}

function secondsOf(rounds: readonly ReadRound[], question: Question, way: ReadWay): number {
  return median(rounds.map((round) => round.get(question)?.get(way)?.seconds ?? Number.NaN));
}

function ratioOf(rounds: readonly ReadRound[], question: Question, way: ReadWay): number {
  return median(
    rounds.map((round) => {
      const answers = round.get(question);
      return (
        (answers?.get(way)?.seconds ?? Number.NaN) /
        (answers?.get("otel-audit")?.seconds ?? Number.NaN)
      );
    }),
  );
}

function questionsOf(rounds: readonly ReadRound[]): readonly Question[] {
  return [...(rounds[0]?.keys() ?? [])];
}

function waysTable({ rounds }: ReadFigures): Table {
  const rows = questionsOf(rounds).map((question) => [
    question.name,
    ...READ_WAYS.map((way) => {
      const seconds = secondsOf(rounds, question, way).toFixed(2);
      return way === "otel-audit"
        ? seconds
        : `${seconds} (x ${ratioOf(rounds, question, way).toFixed(1)})`;
    }),
  ]);
  return {
    title: "Seconds from start to end, and how many times as long as ours",
    head: ["question", ...READ_WAYS],
    rows,
  };
}

function memoryTable({ largest }: ReadFigures): Table {
  return {
    title: "Memory",
    head: ["", "found"],
    rows: [...largest.peaks].map(([{ name }, bytes]) => [
      `most memory, ${name}, ${largest.records.toLocaleString("en")} records`,
      `${(bytes / MEBIBYTE).toFixed(0)} MiB`,
    ]),
  };
}

function targetsOf({ rounds, largest }: ReadFigures): readonly Target[] {
  const questions = questionsOf(rounds);
  const than = (question: Question, wanted: number): Target => {
    const found = ratioOf(rounds, question, "jq");
    return {
      what: `${question.name}, times as fast as jq`,
      wanted: `at least ${wanted}`,
      found: found.toFixed(1),
      isMet: found >= wanted,
    };
  };
  const peak = Math.max(...largest.peaks.values()) / MEBIBYTE;
  return [
    ...questions
      .filter(({ isSelective }) => isSelective)
      .map((question) => than(question, WANTED_SELECTIVE)),
    ...questions
      .filter(({ name }) => name === "group")
      .map((question) => than(question, WANTED_GROUPING)),
    {
      what: `memory over ${largest.records.toLocaleString("en")} records`,
      wanted: `under ${WANTED_MEBIBYTES} MiB`,
      found: `${peak.toFixed(0)} MiB`,
      isMet: peak < WANTED_MEBIBYTES,
    },
  ];
}
