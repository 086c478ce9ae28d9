import type { Journal } from "../journal/index.ts";
import type { Report } from "./line-writer.ts";

/** Knows of what went on while the disk did not answer. */
export interface HangWatch {
  /** The disk did not answer in time about this: a problem, until it does. */
  readonly unconfirmed: (what: string, why: string) => void;
  /** Why it is not known that it is durable; undefined: it is. */
  readonly problem: () => string | undefined;
}

/** Creates a watch of a journal; a disk that hangs is reported once, until it answers. */
export function createHangWatch(journal: Pick<Journal, "synced">, report: Report): HangWatch {
  let hung: string | undefined;
  return {
    unconfirmed(what, why) {
      if (hung === undefined) report(`${what} is not known to be durable: ${why}`);
      hung = why;
      // An answer is an answer: what a failed sync means is the journal's problem, as long as it is one.
      const answered = (): void => {
        hung = undefined;
      };
      journal.synced().then(answered, answered);
    },
    problem: () => hung,
  };
}
