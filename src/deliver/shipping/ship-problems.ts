import { counted, verbFor } from "../../lib/counted.ts";
import { createEpisode, type Episode } from "./episode.ts";
import type { ShipSource } from "./ship-source.ts";

/** What came since is said no more often. */
const SAY_REFUSED_MILLIS = 10_000;

/** Says what is wrong with shipping. */
export interface ProblemSayer {
  /** The receiver, or the way to it. */
  readonly receiver: Pick<Episode, "say" | "solved">;
  /** This machine: a disk, or a lock. */
  readonly local: Pick<Episode, "say" | "solved">;
  /** So many more stand in quarantine; said at most every ten seconds, with what was not said before. */
  readonly refused: (count: number, why: string | undefined) => void;
  /**
   * The records of a stream wait, or do no longer; the others go on. Said when it begins and when it
   * is over.
   *
   * @param problem the rest of a sentence that begins with the records.
   */
  readonly stream: (stream: string, problem: string | undefined) => void;
  /** Says what is due. The last time: what would be due later, too. */
  readonly look: (options: { readonly isLast: boolean }) => void;
  /** Another process ships now: what it finds is its to say. */
  readonly forget: () => void;
  /** What is wrong with the receiver, else here, else with a stream. */
  readonly current: () => string | undefined;
}

/** @param host of the receiver. */
export function createProblemSayer(
  host: string,
  words: ShipSource["words"],
  report: (line: string) => void,
): ProblemSayer {
  const receiver = createEpisode({
    report,
    begin: (problem) =>
      `${host} did not take audit records (${problem}); ${words.waiting} and are sent again`,
    end: `${host} takes audit records again`,
  });
  const local = createEpisode({
    report,
    begin: (problem) =>
      `audit records cannot be shipped now (${problem}); ${words.waiting}, and it is tried again`,
    end: "audit records are shipped again",
  });
  let refusedAt = Number.NEGATIVE_INFINITY;
  let refusedSince = 0;
  let refusedWhy = "";
  const streams = new Map<string, string>();

  function refused(count: number, why: string | undefined): void {
    refusedSince += count;
    refusedWhy = why ?? refusedWhy;
    const now = performance.now();
    if (refusedSince === 0 || now - refusedAt < SAY_REFUSED_MILLIS) return;
    refusedAt = now;
    report(
      `${host} refused ${counted(refusedSince, "audit record")} for good (${refusedWhy}); ${verbFor(refusedSince, "it is")} ${words.refused}`,
    );
    refusedSince = 0;
  }

  return {
    receiver,
    local,
    refused,
    stream(stream, problem) {
      if (problem === streams.get(stream)) return;
      if (problem === undefined) {
        streams.delete(stream);
        report(`the records of stream ${stream} wait no longer`);
        return;
      }
      streams.set(stream, problem);
      report(`the records of stream ${stream} ${problem}; the others are sent`);
    },
    look(options) {
      refused(0, undefined);
      receiver.look(options);
      local.look(options);
    },
    forget() {
      receiver.forget();
      local.forget();
    },
    current() {
      const [first] = streams;
      const ofStream =
        first === undefined ? undefined : `the records of stream ${first[0]} ${first[1]}`;
      return receiver.current() ?? local.current() ?? ofStream;
    },
  };
}
