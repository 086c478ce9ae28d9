import { counted } from "../lib/counted.ts";

/** How many writes are durable, as far as the answers of the disk tell. */
export interface SyncCounts {
  /** Somebody wrote what counts. */
  readonly wrote: () => void;
  /** A sync begins: its answer is about everything that was written by now. */
  readonly asked: () => void;
  /** The answer: why it failed; undefined: it did not. */
  readonly answered: (why: string | undefined) => void;
  /** Why the last sync failed; undefined: it did not. */
  readonly problem: () => string | undefined;
  /** Writes whose sync failed. */
  readonly unconfirmed: () => number;
  /** Writes that survive power loss. */
  readonly confirmed: () => number;
}

/** What {@link createSyncCounts} takes. */
export interface SyncCountsOptions {
  readonly report: (line: string) => void;
  /** Syncing works again, and nobody knows what became of so many records before. */
  readonly recovered: (unconfirmed: number, why: string) => void;
}

/** A disk that fails says so once; whether it kept what was written before, nobody knows afterwards. */
export function createSyncCounts({ report, recovered }: SyncCountsOptions): SyncCounts {
  let problem: string | undefined;
  /** Writes that somebody asked to sync, those that the sync under way is about, and those answered for. */
  let written = 0;
  let asked = 0;
  let answered = 0;
  let unconfirmed = 0;
  /** Those of {@link unconfirmed} that nobody was told of yet. */
  let untold = 0;

  return {
    wrote: () => void written++,
    asked: () => void (asked = written),
    answered(why) {
      if (why !== undefined) {
        unconfirmed += asked - answered;
        untold += asked - answered;
      }
      answered = asked;
      if (why !== undefined && problem === undefined) report(why);
      if (why === undefined && problem !== undefined) {
        report(
          `the journal is durable again; ${counted(unconfirmed, "record")} before may not survive power loss`,
        );
        if (untold > 0) recovered(untold, problem);
        untold = 0;
      }
      problem = why;
    },
    problem: () => problem,
    unconfirmed: () => unconfirmed,
    confirmed: () => answered - unconfirmed,
  };
}
