/** Checkpoints that carry leaves again: some are lost, and what others say of it is not true. */
import { addLeaves, hashAtOnce } from "../../src/seal/portable.ts";
import { sha256, type StreamWriter } from "./fixed-stream.ts";
import { result, type Write } from "./key-histories.ts";
import { STREAMS } from "./sealed-journal.ts";

const [A] = STREAMS;

/** The verdict, and what is found, as `Said` has it. */
export interface Outcome {
  readonly verdict: string;
  readonly findings: readonly string[];
}

/** What is written, and what is said of the journal and of the views of it. */
export interface CarriedHistory {
  readonly name: string;
  readonly write: Write;
  readonly journal: Outcome;
  readonly views: Outcome;
}

const incomplete = (...findings: readonly string[]): Outcome => ({
  verdict: "incomplete",
  findings,
});
const tampered = (...findings: readonly string[]): Outcome => ({ verdict: "tampered", findings });
const verified = (...findings: readonly string[]): Outcome => ({ verdict: "verified", findings });

/** Five checkpoints of two results each, with those of these numbers lost. */
function chain(...lost: readonly number[]): Write {
  return ({ a }) => {
    a.checkpoint("open");
    for (const state of ["run", "run", "run", "close"] as const) {
      a.add(result);
      a.add(result);
      a.checkpoint(state);
    }
    for (const number of lost) lose(a, number);
  };
}

/** Takes the record of a checkpoint away. */
function lose(writer: StreamWriter, number: number): void {
  const at = writer.records.findIndex(({ record }) =>
    String(record.attributes["audit.checkpoint.note"]).includes(`\nnumber ${number}\n`),
  );
  if (at < 0) throw new Error(`there is no checkpoint ${number}`);
  writer.records.splice(at, 1);
}

/** The third of three, which has the leaves of records 2 to 5 and counts the last two, says this. */
function third(said: string): Write {
  return ({ a }) => {
    a.checkpoint("open");
    a.add(result);
    a.checkpoint("run");
    a.add(result);
    a.checkpoint("run", {}, (text) => text.replace("\nbegin 3\n", said));
  };
}

/** The third of three signs another tree than the second: that of another leaf in the place of record 2. */
function other({ a }: Parameters<Write>[0]): void {
  a.checkpoint("open");
  a.add(result);
  a.checkpoint("run");
  const { before, leaves } = a.state.carried;
  const others = [sha256("another"), ...leaves.slice(1)];
  a.state.carried = { before, leaves: others };
  a.state.covered = hashAtOnce(addLeaves(before, others), sha256);
  a.add(result);
  a.checkpoint("run");
}

const OPEN = [`records_unsigned ${A}.5`, "stream_unclosed"] as const;
const ALTERED = {
  journal: tampered(`checkpoint_altered ${A}.6`, ...OPEN),
  views: tampered(`checkpoint_altered ${A}.6`, "only_results", ...OPEN),
};
const DIFFERS = {
  journal: tampered("histories_differ", ...OPEN),
  views: tampered("histories_differ", "only_results", ...OPEN),
};

/** Rules 6, 9, 11, 12, 14 and 16. */
export const CARRIED: readonly CarriedHistory[] = [
  { name: "none lost", write: chain(), journal: verified(), views: verified("only_results") },
  {
    name: "one lost, whose successor proves its records",
    write: chain(3),
    journal: incomplete(`records_missing ${A}.8`),
    views: incomplete("only_results", "records_missing"),
  },
  {
    name: "the first lost",
    write: chain(1),
    journal: incomplete(`records_missing ${A}.2`),
    views: incomplete("only_results", "records_missing"),
  },
  {
    name: "two lost in a row: nobody proves the records of the earlier",
    write: chain(2, 3),
    journal: incomplete(`record_unproven ${A}.2`, `records_missing ${A}.5`),
    views: incomplete("only_results", `record_unproven ${A}.2`, "records_missing"),
  },
  {
    name: "two lost that are not in a row",
    write: chain(2, 4),
    journal: incomplete(`records_missing ${A}.5`),
    views: incomplete("only_results", "records_missing"),
  },
  {
    name: "the last two lost",
    write: chain(4, 5),
    journal: incomplete(`records_missing ${A}.11`, `records_unsigned ${A}.9`, "stream_unclosed"),
    views: verified("only_results", `records_unsigned ${A}.9`, "stream_unclosed"),
  },
  { name: "a begin at its end", write: third("\nbegin 5\n"), ...ALTERED },
  { name: "a begin behind its end", write: third("\nbegin 9\n"), ...ALTERED },
  { name: "a begin below 0", write: third("\nbegin -1\n"), ...ALTERED },
  { name: "a begin with a leading zero", write: third("\nbegin 03\n"), ...ALTERED },
  { name: "a begin twice", write: third("\nbegin 3\nbegin 3\n"), ...ALTERED },
  { name: "no begin, which is 0, and its first leaf is not there", write: third("\n"), ...ALTERED },
  { name: "a begin behind what the one before counts", write: third("\nbegin 4\n"), ...DIFFERS },
  { name: "a begin before its end", write: third("\nbegin 2\n"), ...DIFFERS },
  { name: "other leaves carried than the one before has", write: other, ...DIFFERS },
  {
    name: "other leaves carried than the one before had, which is lost",
    write: (writers) => {
      other(writers);
      lose(writers.a, 2);
    },
    journal: tampered(`record_altered ${A}.2`, `records_missing ${A}.4`, "stream_unclosed"),
    views: tampered("only_results", `record_altered ${A}.2`, "records_missing", "stream_unclosed"),
  },
  {
    name: "a first one that does not begin with the first record",
    write: ({ a }) => {
      a.add(result);
      a.checkpoint("open", { begin: 1 });
    },
    journal: tampered(
      "histories_differ",
      "nothing_signed",
      `records_unsigned ${A}.1`,
      "stream_unclosed",
    ),
    views: tampered(
      "histories_differ",
      "nothing_signed",
      "only_results",
      `records_unsigned ${A}.2`,
      "stream_unclosed",
    ),
  },
];
