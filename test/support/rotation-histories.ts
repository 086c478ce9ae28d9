/** What checkpoints say of the keys before theirs, and what is found where these are trusted (rule 17). */
import type { Outcome } from "./carried-histories.ts";
import { keyOfTest, rotationOf } from "./fixed-stream.ts";
import type { Write } from "./key-histories.ts";
import { openingOf } from "./opening-histories.ts";

const FIRST = keyOfTest(0);
const SECOND = keyOfTest(1);
/** Signs no checkpoint. */
const MIDDLE = keyOfTest(2);
const STEP = rotationOf(FIRST, SECOND);
const STEPS = [rotationOf(MIDDLE, SECOND), rotationOf(FIRST, MIDDLE)];
const NOTHING_SAID = { verdict: "verified", findings: ["keys_unlinked"] };
const VOUCHED = { verdict: "verified", findings: [] };
const FOREIGN = { verdict: "tampered", findings: ["foreign_key"] };

/** What is written, the key lines that are trusted, and what is said of it. */
export interface RotationHistory extends Outcome {
  readonly name: string;
  readonly write: Write;
  readonly trusted: readonly string[];
}

/** One stream of the first key, and one of the second whose opening says these steps. */
function opening(rotations: readonly (typeof STEP)[], change?: (text: string) => string): Write {
  return ({ a, c }) => {
    a.checkpoint("open");
    a.checkpoint("close");
    c.checkpoint("open", { opening: { ...openingOf("trainer"), rotations } }, change);
    c.checkpoint("close");
  };
}

/** Behind so many other lines of this value. */
function behind(count: number, value: string): Write {
  const others = `rotation ${value}\n`.repeat(count);
  return opening([STEP], (text) => text.replace("\nrotation ", `\n${others}rotation `));
}

/** Two rows: nobody's key is given, and that of the first. */
function untrustedAndTrusted(name: string, write: Write, isVouched: boolean): RotationHistory[] {
  return [
    { name, write, trusted: [], ...(isVouched ? VOUCHED : NOTHING_SAID) },
    { name, write, trusted: [FIRST.line], ...(isVouched ? VOUCHED : FOREIGN) },
  ];
}

const wrong = { ...STEP, signature: rotationOf(MIDDLE, SECOND).signature };
const useless = `${MIDDLE.line} ${FIRST.line} ${STEP.signature}`;

/** Each with and without a key that is trusted. */
export const ROTATIONS: readonly RotationHistory[] = [
  ...untrustedAndTrusted("one step", opening([STEP]), true),
  ...untrustedAndTrusted("two steps without a stream of the middle key", opening(STEPS), true),
  ...untrustedAndTrusted("two steps, the oldest first", opening(STEPS.toReversed()), true),
  {
    name: "two steps, and the middle key is trusted",
    write: opening(STEPS),
    trusted: [MIDDLE.line],
    ...FOREIGN,
  },
  {
    name: "two steps, and the oldest key is trusted, of which there is no stream",
    write: (writers) => {
      opening(STEPS)(writers);
      writers.a.records.length = 0;
    },
    trusted: [FIRST.line],
    ...VOUCHED,
  },
  ...untrustedAndTrusted("the first of two steps alone", opening(STEPS.slice(1)), false),
  ...untrustedAndTrusted("the second of two steps alone", opening(STEPS.slice(0, 1)), false),
  ...untrustedAndTrusted(
    "a step to the other's key, signed with its own",
    opening([rotationOf(SECOND, FIRST)]),
    false,
  ),
  ...untrustedAndTrusted("a step with a wrong signature", opening([wrong]), false),
  ...untrustedAndTrusted("a wrong one beside a right one", opening([wrong, STEP]), true),
  ...untrustedAndTrusted(
    "a step without its later key",
    opening([STEP], (text) => text.replace(`${FIRST.line} ${SECOND.line} `, `${FIRST.line} `)),
    false,
  ),
  ...untrustedAndTrusted(
    "a step in a note without custody",
    opening([STEP], (text) => text.replace("custody file\n", "")),
    false,
  ),
  ...untrustedAndTrusted("a step behind 999 others", behind(999, useless), true),
  ...untrustedAndTrusted("a step behind 1000 others", behind(1000, useless), false),
  ...untrustedAndTrusted("a step behind 1000 that are of no form", behind(1000, "x"), true),
];
