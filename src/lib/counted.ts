/** A number of things, as in `1 record` and `2 records`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** Things that something was done to, or that are something: `1 record was`, `2 records were`. */
export function countedThat(count: number, noun: string, verb: "is" | "was" | "stands"): string {
  return `${counted(count, noun)} ${count === 1 ? verb : PLURALS[verb]}`;
}

const PLURALS = { is: "are", was: "were", stands: "stand" } as const;
