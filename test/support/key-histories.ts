/** What the keys of streams may have signed, and the verdict of it. */
import { encodeJsonLine } from "../../src/format/index.ts";
import type { Journal } from "./edited-journal.ts";
import {
  createStreamWriter,
  keyOfTest,
  type RecordParts,
  type StreamWriter,
} from "./fixed-stream.ts";
import { STREAMS } from "./sealed-journal.ts";

const [A, B, C] = STREAMS;
const FIRST = keyOfTest(0);
const SECOND = keyOfTest(1);

/** Streams whose own keys said something that excludes something else. */
export type Write = (parts: {
  readonly a: StreamWriter;
  readonly b: StreamWriter;
  readonly c: StreamWriter;
}) => void;

/** A record for a checkpoint to cover. */
export const result: RecordParts = { kind: "result", action: "pause", body: { note: "x" } };
/** Says that retention deleted the first record of the first stream. */
export const purgeOfFirst: RecordParts = {
  kind: "result",
  action: "retention_purge",
  body: { scope: { segments: [`${A}/1-1: 1-1`] } },
};
const twice = { number: 1, previous: undefined };

/** Own checkpoint up to 3, another process's up to 5; the last of its records is deleted. */
function overlap({ a, b }: Parameters<Write>[0]): void {
  a.checkpoint("open");
  const before = { ...a.state };
  a.add(result);
  a.checkpoint("run");
  a.add(result);
  Object.assign(a.state, before);
  b.checkpoint("open");
  b.adopt(a);
  a.records.pop();
}

/** Name, what is written, verdict. */
export type History = readonly [name: string, write: Write, verdict: string];

/** What rules 11 to 17 say of what is written. */
export const HISTORIES: readonly History[] = [
  [
    "a whole one",
    ({ a }) => {
      a.checkpoint("open");
      a.add(result);
      a.checkpoint("close");
    },
    "verified",
  ],
  [
    "two first checkpoints",
    ({ a }) => {
      a.checkpoint("open");
      a.checkpoint("open", twice);
    },
    "tampered",
  ],
  [
    "a second one that opens",
    ({ a }) => {
      a.checkpoint("open");
      a.checkpoint("open");
    },
    "tampered",
  ],
  [
    "one that names no previous",
    ({ a }) => {
      a.checkpoint("open");
      a.checkpoint("run", { previous: undefined });
    },
    "tampered",
  ],
  [
    "one that names another previous",
    ({ a }) => {
      a.checkpoint("open");
      a.checkpoint("run", { previous: "A".repeat(43) + "=" });
    },
    "tampered",
  ],
  [
    "one behind the last",
    ({ a }) => {
      a.checkpoint("open");
      a.checkpoint("close");
      a.checkpoint("run");
    },
    "tampered",
  ],
  [
    "a number left out",
    ({ a }) => {
      a.checkpoint("open");
      a.checkpoint("run", { number: 3 });
    },
    "verified",
  ],
  [
    "another time",
    ({ a }) => {
      a.checkpoint("open", { time: "2026-11-21T10:00:00.000000Z" });
    },
    "verified",
  ],
  [
    "too many results, all there",
    ({ a }) => {
      a.checkpoint("open", { results: 7 });
    },
    "verified",
  ],
  [
    "a stream adopted",
    ({ a, b }) => {
      a.checkpoint("open");
      a.add(result);
      b.checkpoint("open");
      b.adopt(a);
    },
    "verified",
  ],
  [
    "a stream adopted that nobody opened",
    ({ a, b }) => {
      a.add(result);
      b.checkpoint("open");
      b.adopt(a);
      b.checkpoint("close");
    },
    "verified",
  ],
  [
    "two keys that nobody links",
    ({ a, c }) => {
      a.checkpoint("open");
      c.checkpoint("open");
    },
    "verified",
  ],
  [
    "a purge of what is there no more",
    ({ a }) => {
      a.add(purgeOfFirst);
      a.checkpoint("open");
      a.checkpoint("close");
      a.records.shift();
    },
    "verified",
  ],
  [
    "a purge of more than is missing, without its list",
    ({ a }) => {
      a.add({ ...purgeOfFirst, body: { scope: {} } });
      a.checkpoint("open");
      a.checkpoint("close");
      a.records.shift();
    },
    "incomplete",
  ],
  [
    "a purge of a stream of which nothing is left",
    ({ a }) => {
      a.add({ ...purgeOfFirst, body: { scope: { segments: [`${B}/1-2: 1-700`] } } });
      a.checkpoint("open");
      a.checkpoint("close");
    },
    "verified",
  ],
  [
    "eight records without a checkpoint",
    ({ a, c }) => {
      c.checkpoint("open");
      for (let count = 0; count < 7; count++) a.add(result);
    },
    "verified",
  ],
  [
    "nine records without a checkpoint",
    ({ a, c }) => {
      c.checkpoint("open");
      for (let count = 0; count < 8; count++) a.add(result);
    },
    "inconclusive",
  ],
  [
    "512 records behind the last checkpoint",
    ({ a }) => {
      a.checkpoint("open");
      for (let count = 0; count < 512; count++) a.add(result);
    },
    "verified",
  ],
  [
    "513 records behind the last checkpoint",
    ({ a }) => {
      a.checkpoint("open");
      for (let count = 0; count < 513; count++) a.add(result);
    },
    "inconclusive",
  ],
  [
    "one behind the last, with one missing between",
    ({ a }) => {
      a.checkpoint("open");
      a.checkpoint("close");
      a.checkpoint("run", { number: 4 });
    },
    "tampered",
  ],
  ["a record missing that only an adopter signed, beside one that both did", overlap, "incomplete"],
  [
    "records behind the end that another process adopted",
    ({ a, b }) => {
      a.checkpoint("open");
      a.checkpoint("close");
      a.add(result);
      b.checkpoint("open");
      b.adopt(a);
    },
    "tampered",
  ],
  [
    "an adoption of nothing but the last checkpoint",
    ({ a, b }) => {
      a.checkpoint("open");
      a.checkpoint("close");
      b.checkpoint("open");
      b.adopt(a);
    },
    "verified",
  ],
  [
    "nothing but a checkpoint, which only its note proves",
    ({ a }) => {
      a.checkpoint("open");
      a.records.shift();
    },
    "incomplete",
  ],
];

/** The journals that come of it. */
export function journalOf(write: Write): Journal {
  // Times repeat: no rule looks at their order.
  let second = 0;
  const nextTime = (): string =>
    `2026-11-21T09:00:${String(++second % 60).padStart(2, "0")}.123456Z`;
  const [a, b, c] = [
    createStreamWriter(A, FIRST, nextTime),
    createStreamWriter(B, FIRST, nextTime),
    createStreamWriter(C, SECOND, nextTime),
  ];
  for (const writer of [a, b, c]) writer.add({ kind: "start", action: "stream_start" });
  write({ a, b, c });
  const touched = [a, b, c].filter(({ records, stream }) => stream === A || records.length > 1);
  return Object.fromEntries(
    touched.map(({ stream, records }) => [
      stream,
      records.map(({ record }) => encodeJsonLine(record)),
    ]),
  );
}
