import type { FileProblem } from "../block.ts";

/** What went wrong while reading. */
export interface ReadingProblems {
  /** The first 1000 of them. */
  readonly problems: readonly FileProblem[];
  /** All of them. */
  readonly problemCount: number;
}

/** More of them are counted, and not listed. */
const MAX_LISTED = 1000;

/** What was found that is no record. */
export interface ProblemList extends ReadingProblems {
  readonly add: (problems: readonly FileProblem[]) => void;
}

/** Begins with none. */
export function createProblemList(): ProblemList {
  const problems: FileProblem[] = [];
  let problemCount = 0;
  return {
    problems,
    get problemCount() {
      return problemCount;
    },
    add(found) {
      problemCount += found.length;
      problems.push(...found.slice(0, MAX_LISTED - problems.length));
    },
  };
}
