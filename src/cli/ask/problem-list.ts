import type { FileProblem, ReadingProblems } from "../../read/index.ts";

/** More of them are counted, and not listed. */
const MAX_LISTED = 1000;

/** What was found that is no record, while somebody reads record by record. */
export interface ProblemList extends ReadingProblems {
  readonly add: (problem: FileProblem) => void;
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
    add(problem) {
      problemCount++;
      if (problems.length < MAX_LISTED) problems.push(problem);
    },
  };
}
