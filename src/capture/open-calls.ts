/**
 * The calls that are running, oldest first.
 *
 * In: calls as they begin and end. Out: for each one that runs long, once, a sign that it should be
 * noted; for all of them an end when the audit log closes. Its timer exists only while calls run,
 * and keeps no process alive.
 */

/** A call that is running. */
export interface OpenCall {
  /** Milliseconds of the monotonic clock. */
  readonly startedMillis: number;
  /** It has run for long: leave a trace of it, should the process die before it ends. */
  readonly note: () => void;
  /** The audit log closes: nobody will know how it ends. */
  readonly abandon: () => void;
}

/** All calls of an audit log that are running. */
export interface OpenCalls {
  readonly add: (call: OpenCall) => void;
  readonly delete: (call: OpenCall) => void;
  readonly count: () => number;
  /** Ends all of them, and the timer. */
  readonly close: () => void;
}

/** A call that runs longer is noted before it ends. */
export const LONG_CALL_MILLIS = 10_000;

/** Begins with no calls and no timer. */
export function createOpenCalls(
  nowMillis: () => number,
  longMillis: number = LONG_CALL_MILLIS,
): OpenCalls {
  const young = new Set<OpenCall>();
  const noted = new Set<OpenCall>();
  let timer: NodeJS.Timeout | undefined;

  /** Calls are in the order they began in: the first young one is the next that gets old. */
  function look(): void {
    timer = undefined;
    const now = nowMillis();
    for (const call of young) {
      if (now - call.startedMillis < longMillis) break;
      young.delete(call);
      noted.add(call);
      call.note();
    }
    arm();
  }

  function arm(): void {
    const [oldest] = young;
    if (timer !== undefined || oldest === undefined) return;
    // Timers may fire a millisecond early.
    const wait = oldest.startedMillis + longMillis - nowMillis() + 1;
    timer = setTimeout(look, Math.max(1, wait)).unref();
  }

  return {
    add(call) {
      young.add(call);
      if (timer === undefined) arm();
    },
    delete(call) {
      if (!young.delete(call)) noted.delete(call);
    },
    count: () => young.size + noted.size,
    close() {
      clearTimeout(timer);
      timer = undefined;
      for (const call of [...noted, ...young]) call.abandon();
    },
  };
}
