/** What records say of others: believed as far as their own process sealed it; and the verdict of it. */
import type { Attack } from "./journal-attacks.ts";
import { journalOf, result } from "./key-histories.ts";
import type { RecordParts } from "./fixed-stream.ts";
import { STREAMS } from "./sealed-journal.ts";

const [A, B] = STREAMS;

/** Says that retention deleted these. */
function purge(...segments: readonly string[]): RecordParts {
  return {
    kind: "result",
    action: "retention_purge",
    body: { scope: { segments } },
    redactable: ["scope_segments"],
  };
}

/** Says that somebody cut a segment of a stream while its process wrote to it. */
function cutOf(stream: string, ...redactable: readonly string[]): RecordParts {
  const body = { file: `journal/${stream}/1.jsonl`, change: "truncated" };
  return { kind: "result", action: "audit_file_change", body, redactable };
}

/** Says that records are not there. */
function gap(body: RecordParts["body"] = {}, more: Partial<RecordParts> = {}): RecordParts {
  return {
    kind: "gap",
    action: "records_lost",
    attributes: { "audit.count": 3, "exception.message": "ENOSPC" },
    body,
    ...more,
  };
}

/** The result of a call. */
function call(id: string, more: RecordParts["attributes"] = {}): RecordParts {
  const attributes = { "audit.call.id": id, "rpc.method": "trainer.Trainer/Pause", ...more };
  return { ...result, attributes };
}

/** A closed stream: the start, the first checkpoint, these records, a result and the last checkpoint. */
function closed(claims: readonly RecordParts[], change = (line: string) => line): Attack[1] {
  return () => {
    const { [A]: lines = [] } = journalOf(({ a }) => {
      a.checkpoint("open");
      for (const claim of claims) a.add(claim);
      a.add(result);
      a.checkpoint("close");
    });
    return { [A]: lines.map(change) };
  };
}

/** The same, where the first record is not there. */
function withoutFirst(claim: RecordParts, change?: (line: string) => string): Attack[1] {
  return () => ({ [A]: (closed([claim], change)()[A] ?? []).slice(1) });
}

/** The same, where the last result stands twice. */
function lastTwice(claim: RecordParts, change?: (line: string) => string): Attack[1] {
  return () => {
    const lines = closed([claim], change)()[A] ?? [];
    return { [A]: [...lines.slice(0, 4), ...lines.slice(3)] };
  };
}

/** A line without the salt of a field, and with other text in it. */
function blinded(key: string, from = "", to = ""): (line: string) => string {
  return (line) =>
    line.replace(new RegExp(`(${key}:[^:,"]{43}):[^,"]{22}`), "$1").replace(`${from}"`, `${to}"`);
}

/** Of a result of which there is more to say than that it is one. */
const SEVERAL = { "audit.count": 2 };
const TRAINER = "trainer.Trainer/Pause";
const counted = (method: string, handled: number, recorded: number) => ({
  method,
  handled,
  recorded,
});

/** Rules 13 and 16, and what commands say of gaps and calls. */
export const CLAIMS: readonly Attack[] = [
  ["a purge of the first record", withoutFirst(purge(`${A}/1-1: 1-1`)), "verified"],
  ["a purge in two parts", withoutFirst(purge(`${A}/1-1: 1-1`, `${B}/1-1: 1-4`)), "verified"],
  [
    "a purge that an adopter signed, and its own process too",
    () =>
      journalOf(({ a, b }) => {
        b.add(purge(`${B}/1-1: 1-1`));
        const before = { ...b.state };
        a.checkpoint("open");
        a.adopt(b);
        a.checkpoint("close");
        Object.assign(b.state, before);
        b.checkpoint("open");
        b.checkpoint("close");
        b.records.shift();
      }),
    "verified",
  ],
  ["a purge of another stream's record", withoutFirst(purge(`${B}/1-1: 1-1`)), "incomplete"],
  // Whoever may write files could say what they like there.
  [
    "a purge that somebody wrote over, without its salt",
    withoutFirst(
      purge(`${B}/1-1: 1-1`),
      blinded("scope_segments", `${B}/1-1: 1-1`, `${A}/1-1: 1-1`),
    ),
    "incomplete",
  ],
  [
    "a purge whose salt is gone",
    withoutFirst(purge(`${A}/1-1: 1-1`), blinded("scope_segments")),
    "incomplete",
  ],
  [
    "a purge with a mask behind it",
    withoutFirst(purge(`${A}/1-1: 1-1`), (line) =>
      line.replace(`${A}/1-1: 1-1"`, `${A}/1-1: 1-1","****"`),
    ),
    "incomplete",
  ],
  ["a purge of numbers that go back", withoutFirst(purge(`${A}/1-1: 2-1`)), "incomplete"],
  ["a purge of a number 0", withoutFirst(purge(`${A}/1-1: 0-0`)), "incomplete"],
  [
    "a purge of another stream, of numbers that go back and of a number 0",
    closed([purge(`${B}/1-1: 5-3`, `${B}/1-1: 0-0`)]),
    "verified",
  ],
  ["a purge with more behind it", withoutFirst(purge(`${A}/1-1: 1-1 x`)), "incomplete"],
  ["a purge with more before it", withoutFirst(purge(`x${A}/1-1: 1-1`)), "incomplete"],
  [
    "a list of segments alone, as no purge has it",
    withoutFirst({ ...purge(), body: { scope: [`${A}/1-1: 1-1`] }, redactable: [] }),
    "incomplete",
  ],
  [
    "segments in a record of another action",
    withoutFirst({ ...purge(`${A}/1-1: 1-1`), action: "pause", attributes: SEVERAL }),
    "incomplete",
  ],

  ["a record twice", lastTwice(result), "tampered"],
  ["a record twice behind a cut", lastTwice(cutOf(A, "file", "change")), "verified"],
  ["a record twice, and a cut of another stream", lastTwice(cutOf(B)), "tampered"],
  [
    "a record twice, and a change that is no cut",
    lastTwice({ ...cutOf(A), body: { file: `journal/${A}/1.jsonl`, change: "replaced" } }),
    "tampered",
  ],
  [
    "a record twice, and a cut of what is no segment",
    lastTwice({ ...cutOf(A), body: { file: `a/journal/${A}/1.jsonl`, change: "truncated" } }),
    "tampered",
  ],
  [
    "a record twice, and a cut of a place that somebody wrote over",
    lastTwice(cutOf(B, "file"), blinded("file", `${B}/1.jsonl`, `${A}/1.jsonl`)),
    "inconclusive",
  ],
  [
    "a record twice, and a change that somebody wrote over",
    lastTwice(
      { ...cutOf(A, "change"), body: { file: `journal/${A}/1.jsonl`, change: "replaced" } },
      blinded("change", "replaced", "truncated"),
    ),
    "inconclusive",
  ],
  [
    "a record twice, and a cut in a record of another action",
    lastTwice({ ...cutOf(A), action: "pause", attributes: SEVERAL }),
    "tampered",
  ],

  ["a gap record", closed([gap()]), "verified"],
  [
    "a gap record that names the first record",
    withoutFirst(gap({ from_sequence: 1, to_sequence: 1 })),
    "incomplete",
  ],
  [
    "a gap record of which somebody wrote over a number",
    withoutFirst(
      gap({ from_sequence: "7", to_sequence: "9" }, { redactable: ["from_sequence"] }),
      blinded("from_sequence", '"from_sequence":"7', '"from_sequence":"1'),
    ),
    "incomplete",
  ],
  [
    "a gap record of which somebody wrote over the other number, and the reason",
    withoutFirst(
      gap(
        { from_sequence: "1", to_sequence: "0" },
        { redactable: ["to_sequence", "exception_message"] },
      ),
      (line) =>
        blinded(
          "exception_message",
          "ENOSPC",
          "made up",
        )(blinded("to_sequence", '"to_sequence":"0', '"to_sequence":"1')(line)),
    ),
    "incomplete",
  ],
  ["a gap record with one number", closed([gap({ from_sequence: 1 })]), "verified"],
  [
    "a gap record with numbers that are none",
    closed([gap({ from_sequence: 1, to_sequence: "x" })]),
    "verified",
  ],
  ["a gap record without a count", closed([gap({}, { attributes: {} })]), "verified"],
  [
    "a gap record of what was not synced",
    closed([gap({}, { action: "records_unconfirmed" })]),
    "verified",
  ],
  ["a gap record with another action", closed([gap({}, { action: "pause" })]), "verified"],
  ["a result with the action of a gap record", closed([gap({}, { kind: "result" })]), "verified"],
  [
    "a gap record that nobody signed",
    () =>
      journalOf(({ a }) => {
        a.checkpoint("open");
        a.add(gap());
      }),
    "verified",
  ],

  [
    "calls, counted and found",
    () =>
      journalOf(({ a }) => {
        // FNV-1a over 32 bits is the same of these two.
        a.add(call("costarring"));
        a.add(call("costarring"));
        a.add(call("liquid", { "audit.count": 40 }));
        a.add(call("z", { "audit.count": 0 }));
        a.add(call("u", { "audit.count": 1.5 }));
        a.add(call("v", { "rpc.method": "trainer.Trainer/Resume" }));
        a.add(call("w", { "rpc.method": "" }));
        a.add({ ...call("t"), kind: "intent" });
        a.add({ ...result, attributes: { "rpc.method": TRAINER } });
        a.checkpoint("open", { calls: [counted(TRAINER, 44, 43), counted("*", 1, 1)] });
        a.add(call("behind"));
      }),
    "verified",
  ],
];
