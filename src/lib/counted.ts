/** A number of things, as in `1 record` and `2 records`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** What is said of so many things, behind {@link counted}: `1 record was`, `2 records were`. */
export function verbFor(count: number, verb: keyof typeof PLURALS): string {
  return count === 1 ? verb : PLURALS[verb];
}

/** All of so many things, as in `the only record` and `all 2 records`. */
export function allOf(count: number, noun: string): string {
  return count === 1 ? `the only ${noun}` : `all ${counted(count, noun)}`;
}

const PLURALS = {
  is: "are",
  "is no record": "are no records",
  "it is": "they are",
  was: "were",
  "it was": "they were",
  does: "do",
  has: "have",
  holds: "hold",
  says: "say",
  stands: "stand",
  stays: "stay",
  waits: "wait",
  counts: "count",
} as const;
