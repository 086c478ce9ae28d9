/** A problem that lasts is said again this often; one that changes, no more often than the other. */
const SAY_AGAIN_MILLIS = 10 * 60_000;
const SAY_OTHER_MILLIS = 10_000;
/** It is over when it did not come back for so long: a receiver may refuse one request in ten. */
const QUIET_MILLIS = 10_000;

/** Says what is wrong with something: when it begins, every ten minutes while it lasts, and when it is over. */
export interface Episode {
  readonly say: (problem: string) => void;
  /** It works, for now; said when this lasted for ten seconds. */
  readonly solved: () => void;
  /** Says what is due. The last time: what would be due later, too. */
  readonly look: (options?: { readonly isLast: boolean }) => void;
  /** It is no longer ours to say. */
  readonly forget: () => void;
  readonly current: () => string | undefined;
}

/** What {@link createEpisode} takes. */
export interface EpisodeOptions {
  readonly report: (line: string) => void;
  /** The line for a problem. */
  readonly begin: (problem: string) => string;
  /** The line for its end. */
  readonly end: string;
}

/** Creates one that is well. */
export function createEpisode({ report, begin, end }: EpisodeOptions): Episode {
  let current: string | undefined;
  let said = "";
  let saidAt = Number.NEGATIVE_INFINITY;
  /** A problem was said, and not that it is over. */
  let isSaid = false;
  let solvedAt: number | undefined;
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
      report(begin(problem));
    },
    solved() {
      current = undefined;
      solvedAt ??= performance.now();
    },
    look({ isLast } = { isLast: false }) {
      if (!isSaid || solvedAt === undefined) return;
      if (!isLast && performance.now() - solvedAt < QUIET_MILLIS) return;
      isSaid = false;
      report(end);
    },
    forget() {
      current = undefined;
      isSaid = false;
    },
    current: () => current,
  };
}
