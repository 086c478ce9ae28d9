/** Time between two tries of the same thing, in monotonic milliseconds. */
export interface Pause {
  readonly isOver: () => boolean;
  /** It was tried: the pause begins, longer than the last one if that was just over. */
  readonly begin: () => void;
  /** It worked: the next pause is a short one. */
  readonly reset: () => void;
}

/** Creates a pause that doubles from `firstMillis` to `longestMillis`. */
export function createPause(options: {
  readonly firstMillis: number;
  readonly longestMillis: number;
  readonly nowMillis: () => number;
}): Pause {
  const { firstMillis, longestMillis, nowMillis } = options;
  let pause = 0;
  let until = -Infinity;
  return {
    isOver: () => nowMillis() >= until,
    begin() {
      const now = nowMillis();
      const isAgain = pause > 0 && now < until + pause;
      pause = isAgain ? Math.min(pause * 2, longestMillis) : firstMillis;
      until = now + pause;
    },
    reset() {
      pause = 0;
      until = -Infinity;
    },
  };
}

/** A file that is changed by somebody else over and over is made anew this often at most. */
export const CHANGE_PAUSE = { firstMillis: 10_000, longestMillis: 600_000 } as const;

/** What cannot be written is tried again after this. */
export const RETRY_PAUSE = { firstMillis: 1000, longestMillis: 30_000 } as const;
