import { setTimeout as delay } from "node:timers/promises";

const DEFAULT_LIMIT_MILLIS = 60_000;
const POLL_MILLIS = 20;

/** What {@link waitUntil} takes. */
export interface WaitOptions {
  /** Default 60 s. */
  readonly limitMillis?: number;
  /** Aborted: the wait is given up with the signal's reason. */
  readonly signal: AbortSignal;
  /** How far things are, for the error's text. */
  readonly progress?: () => string;
}

/**
 * Asks again and again until there is an answer.
 *
 * @param what it is waited for, in words that fit behind "waited 60 s until".
 * @throws Error when the limit is over, whatever `ask` throws, or the reason of the signal.
 */
export async function waitUntil<T>(
  what: string,
  ask: () => T | undefined | Promise<T | undefined>,
  options: WaitOptions,
): Promise<T> {
  const { limitMillis = DEFAULT_LIMIT_MILLIS, signal, progress } = options;
  const limit = performance.now() + limitMillis;
  for (;;) {
    signal.throwIfAborted();
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() > limit) {
      const state = progress === undefined ? "" : `: ${progress()}`;
      throw new Error(`waited ${limitMillis / 1000} s in vain until ${what}${state}`);
    }
    await delay(POLL_MILLIS, undefined, { signal });
  }
}
