import { messageOf } from "../../lib/errors.ts";
import { createPause, type Pause, RETRY_PAUSE } from "./pauses.ts";

/** Runs what may fail, reports it once, and says when it may be tried again. */
export interface Tries {
  /**
   * Whether a thing may be tried now.
   *
   * @param isUrgent somebody waits for it: a failing disk rests only for as long as it was slow.
   */
  readonly isDue: (thing: object, isUrgent: boolean) => boolean;
  /** Tries something of a thing; false when that failed, or gave false. */
  readonly run: (thing: object, attempt: () => boolean | void) => boolean;
  /** Whether something of it failed since the last {@link begin}. */
  readonly hasFailed: (thing: object) => boolean;
  /** A new run begins; after the last one there is none that could try again: everything is due. */
  readonly begin: (options: { readonly isLast: boolean }) => void;
  /** Everything of a thing was done that there was to do. */
  readonly worked: (thing: object) => void;
  /** What is wrong now; undefined: nothing. */
  readonly problem: () => string | undefined;
}

/** Somebody who waits lets a failing disk rest for this many times the duration of the last try. */
const PAUSE_FACTOR = 20;

interface State {
  readonly pause: Pause;
  problem: string | undefined;
  urgentAt: number;
}

/** Creates the tries of one keeper. */
export function createTries(options: {
  readonly report: (line: string) => void;
  readonly nowMillis: () => number;
}): Tries {
  const { report, nowMillis } = options;
  const states = new Map<object, State>();
  let failedNow = new Set<object>();
  let isLast = false;

  /** Two views on one full disk are one problem to people. */
  function isTold(problem: string): boolean {
    return [...states.values()].some((state) => state.problem === problem);
  }

  function failed(thing: object, problem: string, tookMillis: number): void {
    failedNow.add(thing);
    const state = states.get(thing) ?? {
      pause: createPause({ ...RETRY_PAUSE, nowMillis }),
      problem: undefined,
      urgentAt: 0,
    };
    state.pause.begin();
    state.urgentAt = nowMillis() + tookMillis * PAUSE_FACTOR;
    if (!isTold(problem)) {
      report(`${cannotWrite(problem)}; the journal is not affected, trying again`);
    }
    state.problem = problem;
    states.set(thing, state);
  }

  return {
    isDue(thing, isUrgent) {
      const state = states.get(thing);
      if (isLast || state === undefined || state.pause.isOver()) return true;
      return isUrgent && nowMillis() >= state.urgentAt;
    },
    run(thing, attempt) {
      const started = nowMillis();
      try {
        return attempt() !== false;
      } catch (error) {
        failed(thing, messageOf(error), nowMillis() - started);
        return false;
      }
    },
    problem() {
      const [first] = states.values();
      return first?.problem === undefined ? undefined : cannotWrite(first.problem);
    },
    hasFailed: (thing) => failedNow.has(thing),
    begin(run) {
      ({ isLast } = run);
      failedNow = new Set();
    },
    worked(thing) {
      if (!states.delete(thing)) return;
      if (states.size === 0) report("the views are written again");
    },
  };
}

function cannotWrite(problem: string): string {
  return `the views cannot be written (${problem})`;
}
