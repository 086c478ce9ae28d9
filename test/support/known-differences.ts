/** What the two verifiers do not see alike; the verdict is that of the document, which the one in Python gives. */
import { decodeJsonLine } from "../../src/format/index.ts";
import { edited, replace } from "./edited-journal.ts";
import type { Attack } from "./journal-attacks.ts";
import { type History, purgeOfFirst } from "./key-histories.ts";
import { linesOf, STREAMS } from "./sealed-journal.ts";
import { TEXT_OF } from "./stored-forms.ts";

const [A, B, C] = STREAMS;

const FORGED = '"action_type":"hp_change","status":"success","details":{"after":{"role":"admin"}}';
const CHECKPOINT = '"action_type":"checkpoint","status":"success","details":{}';

const CASES: readonly Attack[] = [
  // Rule 10: the second record of a note is found for what was added to it, and is counted as proven.
  [
    "one note in several records",
    () =>
      edited(B, 2, (line) => [
        line,
        line
          .replaceAll(/MnOp\.2|"sequence":2/g, (found) => found.replace("2", "4"))
          .replace(CHECKPOINT, FORGED),
      ]),
    "tampered",
  ],
  // Rule 10: a note stands in one record; the copy is taken for one that nobody signed yet, or for proven.
  [
    "the last checkpoint in a second record",
    () =>
      edited(B, 2, (line) => [
        line,
        line.replaceAll(/MnOp\.2|"sequence":2/g, (found) => found.replace("2", "4")),
      ]),
    "tampered",
  ],
  // Rule 6: it is taken for one of a later format.
  [
    "a checkpoint without its format",
    () => edited(A, 7, replace("format audit-checkpoint/1\\n", "")),
    "tampered",
  ],
  // Rule 16: nothing was read of it but a note in another journal, and that is no view.
  ["a deleted stream", () => ({ [A]: linesOf(A), [C]: linesOf(C) }), "incomplete"],
  // Rule 13: a double is found only where all that its checkpoint covers came before it.
  ["a line twice", () => edited(A, 1, (line) => [line, line]), "tampered"],
];

const HISTORY_CASES: readonly History[] = [
  [
    "a stream adopted, of which nothing is left",
    ({ a, b }) => {
      b.checkpoint("open");
      b.adopt(a);
      b.checkpoint("close");
      a.records.length = 0;
    },
    "incomplete",
  ],
  // Rule 19: what only its own note proves does not count.
  [
    "a first one that opens nothing",
    ({ a }) => {
      a.checkpoint("run");
    },
    "tampered",
  ],
  [
    "a purge that nobody signed",
    ({ a }) => {
      a.checkpoint("open");
      a.add(purgeOfFirst);
      a.records.shift();
    },
    "incomplete",
  ],
];

/** Name, files, verdict. */
export type Files = readonly [
  name: string,
  files: () => Readonly<Record<string, string>>,
  verdict: string,
];

/** Where this verifier takes for a view what is none. Each fails until it does not. */
export const NO_VIEWS: readonly Files[] = [
  [
    "OTLP with nothing but the checkpoints of a stream",
    () => ({ "audit.jsonl": TEXT_OF.otlp(linesOf(C).slice(1).map(decodeJsonLine)) }),
    "incomplete",
  ],
];

/** Where this verifier does not do what the document says: each fails until it does. */
const OPEN: ReadonlySet<string> = new Set([
  "the last checkpoint in a second record",
  "a deleted stream",
  "a stream adopted, of which nothing is left",
]);

/** Cases that the two do not see alike yet. */
export const DIFFERENCES: readonly Attack[] = CASES.filter(([name]) => OPEN.has(name));
/** The same of histories. */
export const OTHERWISE: readonly History[] = HISTORY_CASES.filter(([name]) => OPEN.has(name));
/** Cases that the two once saw differently. */
export const MENDED: readonly Attack[] = CASES.filter(([name]) => !OPEN.has(name));
/** The same of histories. */
export const MENDED_HISTORIES: readonly History[] = HISTORY_CASES.filter(
  ([name]) => !OPEN.has(name),
);
