import type { Checkpoint } from "../../src/seal/checkpoint.ts";
import { keyOfTest } from "./fixed-stream.ts";

const root = new Uint8Array(32).fill(7);
const key = keyOfTest(0).line;
/** One in the middle of a stream. */
export const plain: Checkpoint = {
  stream: "AbCdEfGhIjKlMnOp",
  size: 300,
  root,
  number: 2,
  state: "run",
  time: "2026-11-21T09:00:03.123456Z",
  results: 12,
  leaf: "audit-leaf/1",
  key,
  previous: "CQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQk=",
  begin: 0,
  calls: [],
  adopter: undefined,
  opening: undefined,
};
/** Its text. */
export const PLAIN: string = `otel-audit/AbCdEfGhIjKlMnOp
300
BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=
format audit-checkpoint/1
number 2
state run
time 2026-11-21T09:00:03.123456Z
results 12
leaf audit-leaf/1
key ${key}
previous CQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQk=
`;

/** With one more line. */
export const withLine = (line: string): string => `${PLAIN}${line}\n`;
/** Without a word. */
export const without = (word: string): string =>
  PLAIN.replace(new RegExp(`^${word} .*\n`, "m"), "");
/** With another value of a word. */
export const said = (word: string, value: string): string =>
  PLAIN.replace(new RegExp(`^${word} .*$`, "m"), `${word} ${value}`);
/** With another line at a place. */
export const headed = (at: number, value: string): string =>
  PLAIN.split("\n")
    .map((line, place) => (place === at ? value : line))
    .join("\n");
