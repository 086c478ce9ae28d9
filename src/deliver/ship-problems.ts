import type { ShipSource } from "./ship-source.ts";

/** A problem that lasts is said again this often; one that changes, no more often than the other. */
const SAY_AGAIN_MILLIS = 10 * 60_000;
const SAY_OTHER_MILLIS = 10_000;
/** It is over when it did not come back for so long: a receiver may refuse one request in ten. */
const QUIET_MILLIS = 10_000;

/** Says what is wrong with a receiver: when it begins, every ten minutes while it lasts, and when it is over. */
export interface ProblemSayer {
  readonly say: (problem: string) => void;
  /** So many more stand in quarantine; said at most every ten seconds, with what was not said before. */
  readonly refused: (count: number, why: string | undefined) => void;
  /** The receiver took something; said when this lasted for ten seconds. */
  readonly solved: () => void;
  /** Says what is due. The last time: what would be due later, too. */
  readonly look: (options: { readonly isLast: boolean }) => void;
  /** Another process ships now: what it finds is its to say. */
  readonly forget: () => void;
  /** A stream cannot be read, or can again; the others go on. Said when it begins and when it is over. */
  readonly stream: (stream: string, why: string | undefined) => void;
  /** What is wrong with the receiver, else with a stream. */
  readonly current: () => string | undefined;
}

/** @param host of the receiver. */
export function createProblemSayer(
  host: string,
  words: ShipSource["words"],
  report: (line: string) => void,
): ProblemSayer {
  let current: string | undefined;
  let said = "";
  let saidAt = Number.NEGATIVE_INFINITY;
  /** A problem was said, and not that it is over. */
  let isSaid = false;
  let solvedAt: number | undefined;
  let refusedAt = Number.NEGATIVE_INFINITY;
  let refusedSince = 0;
  let refusedWhy = "";
  const streams = new Map<string, string>();

  function refused(count: number, why: string | undefined): void {
    refusedSince += count;
    refusedWhy = why ?? refusedWhy;
    const now = performance.now();
    if (refusedSince === 0 || now - refusedAt < SAY_OTHER_MILLIS) return;
    refusedAt = now;
    report(
      `${host} refused ${refusedSince} audit records for good (${refusedWhy}); ${words.refused}`,
    );
    refusedSince = 0;
  }

  return {
    say(problem) {
      const now = performance.now();
      const pause = problem === said ? SAY_AGAIN_MILLIS : SAY_OTHER_MILLIS;
      current = problem;
      solvedAt = undefined;
      if (isSaid && now - saidAt < pause) return;
      isSaid = true;
      said = problem;
      saidAt = now;
      report(
        `${host} did not take audit records (${problem}); ${words.waiting} and are sent again`,
      );
    },
    refused,
    solved() {
      current = undefined;
      solvedAt ??= performance.now();
    },
    look({ isLast }) {
      refused(0, undefined);
      if (!isSaid || solvedAt === undefined) return;
      if (!isLast && performance.now() - solvedAt < QUIET_MILLIS) return;
      isSaid = false;
      report(`${host} takes audit records again`);
    },
    forget() {
      current = undefined;
      isSaid = false;
    },
    stream(stream, why) {
      const before = streams.get(stream);
      if (why === before) return;
      if (why === undefined) {
        streams.delete(stream);
        report(`the records of stream ${stream} can be read again, and are sent`);
        return;
      }
      streams.set(stream, why);
      report(
        `the records of stream ${stream} cannot be read and wait (${why}); the others are sent`,
      );
    },
    current() {
      const [first] = streams;
      if (current !== undefined || first === undefined) return current;
      return `the records of stream ${first[0]} cannot be read (${first[1]})`;
    },
  };
}
