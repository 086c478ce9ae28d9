/** A stream of which nothing is left but the note of the process that adopted it: what is missing of it. */
import { join } from "node:path";
import { expect, test } from "vitest";
import { decodeJsonLine } from "../../src/format/index.ts";
import { verifyFiles } from "../../src/verify/index.ts";
import { text } from "../support/edited-journal.ts";
import { linesOf, STREAMS } from "../support/sealed-journal.ts";
import { TEXT_OF } from "../support/stored-forms.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import { writeDeep } from "../support/two-verifiers.ts";

const [A, B, C] = STREAMS;
/** The adopter's checkpoints: of itself, of the stream that died, of itself. */
const checkpoints = linesOf(C).slice(1);
const otlp = (lines: readonly string[]): string => TEXT_OF.otlp(lines.map(decodeJsonLine));
/** Every record of the stream that died is missing. */
const ALL = [[[1, 3]], 3];
/** One record, of which nobody can tell whether it was a result, and the results of the note. */
const RESULTS = [
  [[[1, 1]], 1],
  [[[2, 3]], 1],
];

test.each<readonly [string, Readonly<Record<string, string>>, readonly unknown[]]>([
  ["the adopter's journal", { [`journal/${C}/1.jsonl`]: text(linesOf(C)) }, [ALL]],
  ["its checkpoints alone, in its journal", { [`journal/${C}/1.jsonl`]: text(checkpoints) }, [ALL]],
  ["its journal, in a file of lines", { "all.jsonl": text(linesOf(C)) }, [ALL]],
  [
    "its journal and another one, in a file of lines",
    { "all.jsonl": text([...linesOf(C), ...linesOf(A)]) },
    [ALL],
  ],
  [
    "another journal and its own, in a file of lines",
    { "all.jsonl": text([...linesOf(A), ...linesOf(C)]) },
    [ALL],
  ],
  ["a view of the checkpoints", { "audit_checkpoints.jsonl": text(checkpoints) }, RESULTS],
  [
    "that view, and records of another stream in the same file",
    { "some.jsonl": text([...linesOf(A), ...checkpoints]) },
    RESULTS,
  ],
  [
    "that view, and the adopter's records in another file",
    { "audit_checkpoints.jsonl": text(checkpoints), "a.jsonl": text(linesOf(C).slice(0, 1)) },
    RESULTS,
  ],
  ["what a Collector got", { "audit.jsonl": otlp(linesOf(C)) }, [ALL]],
  ["the checkpoints that a Collector got", { "audit.jsonl": otlp(checkpoints) }, [ALL]],
])("%s", async (_name, files, missing) => {
  const directory = temporaryDirectory();
  for (const [name, whole] of Object.entries(files)) writeDeep(join(directory, name), whole);
  const { findings, streams } = await verifyFiles([directory]);
  const found = findings.filter(({ code, stream }) => code === "records_missing" && stream === B);
  expect(found.map(({ ranges, count }) => [ranges, count])).toEqual(missing);
  expect(streams.find(({ stream }) => stream === B)?.isWhole).toBe(missing !== RESULTS);
});
