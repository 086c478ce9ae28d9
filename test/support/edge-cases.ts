/** Cases at the edges of rules, which two who read the same document may well see differently; and their verdict. */
import { decodeJsonLine } from "../../src/format/index.ts";
import { edited, replace } from "./edited-journal.ts";
import type { StreamWriter } from "./fixed-stream.ts";
import { NO_LEAVES } from "../../src/seal/portable.ts";
import type { Attack } from "./journal-attacks.ts";
import { type History, purgeOfFirst, result } from "./key-histories.ts";
import { linesOf, STREAMS } from "./sealed-journal.ts";
import { TEXT_OF } from "./stored-forms.ts";

const [A, B, C] = STREAMS;

const FORGED = '"action_type":"hp_change","status":"success","details":{"after":{"role":"admin"}}';
const idOf = (stream: string, number: string) =>
  replace(
    `"record_id":"${A}.2","stream":"${A}"`,
    `"record_id":"${stream}.${number}","stream":"${stream}"`,
  );
const CHECKPOINT = '"action_type":"checkpoint","status":"success","details":{}';

const beforeAttributes = (keys: string) => replace('"attributes":{', `${keys}"attributes":{`);

/** Of the sealed journals. */
export const EDGE_ATTACKS: readonly Attack[] = [
  // Rule 2: what has no id of a record is none.
  ["a zero before the number of an id", () => edited(A, 2, idOf(A, "02")), "unreadable"],
  ["more behind the number of an id", () => edited(A, 2, idOf(A, "2x")), "unreadable"],
  ["a space behind the number of an id", () => edited(A, 2, idOf(A, "2 ")), "unreadable"],
  ["an exponent behind the number of an id", () => edited(A, 2, idOf(A, "2e0")), "unreadable"],
  ["a sign before the number of an id", () => edited(A, 2, idOf(A, "+2")), "unreadable"],
  ["an id without its number", () => edited(A, 2, idOf(A, "")), "unreadable"],
  [
    "an id with a number that no double holds",
    () => edited(A, 2, idOf(A, "9007199254740992")),
    "unreadable",
  ],
  ["an id of no stream", () => edited(A, 2, idOf("x", "2")), "unreadable"],
  // Rule 3: it is a text.
  [
    "a list for the text of its fields",
    () =>
      edited(A, 2, replace(/"audit.integrity.fields":"[^"]*"/, '"audit.integrity.fields":["x"]')),
    "tampered",
  ],
  // Rule 3: a checkpoint that nothing covers could be hidden as something else.
  [
    "the last checkpoint under another kind",
    () => edited(A, 9, replace('"kind":"checkpoint"', '"kind":"check0oint"')),
    "tampered",
  ],
  // Rule 3: what one program takes for a known name, and another for none.
  [
    "a key in another writing",
    () => edited(A, 2, beforeAttributes('"Actor_Id":"eve",')),
    "tampered",
  ],
  [
    "a key with a letter like k",
    () => edited(A, 2, beforeAttributes('"\u212aind":1,')),
    "tampered",
  ],
  [
    "two keys that nobody knows, in two records",
    () => {
      const change = beforeAttributes('"more":1,"less":1,');
      const { [A]: lines = [], ...others } = edited(A, 2, change);
      return { ...others, [A]: lines.map((line, at) => (at === 3 ? change(line) : line)) };
    },
    "inconclusive",
  ],
  [
    "an attribute that has the key of one that is not there",
    () => edited(A, 9, replace('"attributes":{', '"attributes":{"audit-reason":"x",')),
    "tampered",
  ],
  [
    "an empty attribute that has the key of another",
    () => edited(A, 2, replace('"attributes":{', '"attributes":{"audit_reason":"",')),
    "verified",
  ],
  [
    "leaves of a checkpoint under another name",
    () => edited(A, 9, replace('"attributes":{', '"attributes":{"audit_checkpoint_leaves":["x"],')),
    "tampered",
  ],
  [
    "leaves of a checkpoint in a result",
    () => edited(A, 2, replace('"attributes":{', '"attributes":{"audit.checkpoint.leaves":[],')),
    "tampered",
  ],
  // Rule 10: a note stands in one record, whatever else the second one says.
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
  // Rule 10: the second one is neither proven nor one that nobody signed yet.
  [
    "the last checkpoint in a second record",
    () =>
      edited(B, 2, (line) => [
        line,
        line.replaceAll(/MnOp\.2|"sequence":2/g, (found) => found.replace("2", "4")),
      ]),
    "tampered",
  ],
  // Rule 14: its own note proves only the last one there.
  [
    "an earlier checkpoint in the place of the last one",
    () => {
      const lines = linesOf(A);
      const moved = (lines[2] ?? "").replaceAll(/MnOp\.3|"sequence":3/g, (found) =>
        found.replace("3", "9"),
      );
      return { [A]: [...lines.slice(0, 2), ...lines.slice(3, 8), moved] };
    },
    "incomplete",
  ],
  // Rule 6: that is none of a later format.
  [
    "a checkpoint without its format",
    () => edited(A, 7, replace("format audit-checkpoint/1\\n", "")),
    "tampered",
  ],
  // Rule 16: nothing is left of it but a note in another journal, and that is no view.
  ["a deleted stream", () => ({ [A]: linesOf(A), [C]: linesOf(C) }), "incomplete"],
  // Rule 13: before its checkpoint was read or behind it.
  ["a line twice", () => edited(A, 1, (line) => [line, line]), "tampered"],
];

/** Two own checkpoints, and one of an adopter over the first two records, or what is said to be them. */
function adoptedAgain(
  first: (records: StreamWriter["records"]) => StreamWriter["records"],
): History[1] {
  return ({ a, b }) => {
    a.checkpoint("open");
    a.add(result);
    a.checkpoint("run");
    a.checkpoint("close");
    b.checkpoint("open");
    b.adopt({ ...a, records: first(a.records), state: { ...a.state, covered: NO_LEAVES } });
    b.checkpoint("close");
  };
}

/** Of streams with their keys. */
export const EDGE_HISTORIES: readonly History[] = [
  // Rule 16: who adopts attests nothing, and so excuses nothing.
  [
    "a purge that was adopted",
    ({ a, b }) => {
      a.checkpoint("open");
      a.add(purgeOfFirst);
      b.checkpoint("open");
      b.adopt(a);
      b.checkpoint("close");
      a.records.shift();
    },
    "incomplete",
  ],
  // Rule 13: adoption makes no more of records than rule 14 does.
  [
    "eight records adopted, and no checkpoint of their own",
    ({ a, b }) => {
      while (a.records.length < 8) a.add(result);
      b.checkpoint("open");
      b.adopt(a);
      b.checkpoint("close");
    },
    "verified",
  ],
  [
    "nine records adopted, and no checkpoint of their own",
    ({ a, b }) => {
      while (a.records.length < 9) a.add(result);
      b.checkpoint("open");
      b.adopt(a);
      b.checkpoint("close");
    },
    "inconclusive",
  ],
  [
    "512 records adopted behind a checkpoint",
    ({ a, b }) => {
      a.checkpoint("open");
      const { size } = a.state.covered;
      while (a.records.length < size + 512) a.add(result);
      b.checkpoint("open");
      b.adopt(a);
      b.checkpoint("close");
    },
    "verified",
  ],
  [
    "513 records adopted behind a checkpoint",
    ({ a, b }) => {
      a.checkpoint("open");
      const { size } = a.state.covered;
      while (a.records.length < size + 513) a.add(result);
      b.checkpoint("open");
      b.adopt(a);
      b.checkpoint("close");
    },
    "inconclusive",
  ],
  // Rule 11: of leaves that were compared long ago, in trees of sizes that no other checkpoint has.
  [
    "another leaf under an adopter's checkpoint than under two own ones",
    adoptedAgain(([first, second]) => {
      if (first === undefined || second === undefined) throw new Error("nothing was written");
      return [{ ...first, leaf: second.leaf }, second];
    }),
    "tampered",
  ],
  [
    "the same leaves under an adopter's checkpoint as under two own ones",
    adoptedAgain((records) => records.slice(0, 2)),
    "verified",
  ],
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

/** Files that are no views, although they hold nothing but checkpoints of a stream. */
export const NO_VIEWS: readonly Files[] = [
  [
    "OTLP with nothing but the checkpoints of a stream",
    () => ({ "audit.jsonl": TEXT_OF.otlp(linesOf(C).slice(1).map(decodeJsonLine)) }),
    "incomplete",
  ],
];
