/**
 * As much of vitest's `vi` as the tests of the sealer ask for: timers and a date that stand still until a
 * test moves them, functions that count their calls, and answers in the place of a method's own.
 */
import { setImmediate as nextTurn } from "node:timers/promises";

const NAMES = [
  "setTimeout",
  "clearTimeout",
  "setInterval",
  "clearInterval",
  "setImmediate",
  "clearImmediate",
  "Date",
];
const real = Object.fromEntries(NAMES.map((name) => [name, globalThis[name]]));
let now = 0;
let order = 0;
let timers = new Set();
/** Counts what was begun: what goes on behind the end of a test moves nothing any more. */
let epoch = 0;
let restores = [];

/** A timer that says what Node's say; `every` undefined: it runs once. */
class Timer {
  constructor(call, millis, every) {
    Object.assign(this, { call, millis, every });
    this.refresh();
  }
  refresh() {
    // A timer takes a millisecond at least; what is to be done at once has none.
    Object.assign(this, { at: now + (this.millis ?? 0), order: order++ });
    timers.add(this);
    return this;
  }
  unref() {
    return this;
  }
  ref() {
    return this;
  }
}

const fake = {
  setTimeout: (call, millis) => new Timer(call, Math.max(1, Math.floor(millis) || 1)),
  setInterval: (call, millis) => new Timer(call, Math.max(1, Math.floor(millis) || 1), true),
  setImmediate: (call) => new Timer(call),
  Date: class extends Date {
    constructor(...given) {
      super(...(given.length === 0 ? [now] : given));
    }
    static now() {
      return now;
    }
  },
};
for (const name of ["clearTimeout", "clearInterval", "clearImmediate"])
  fake[name] = (timer) => timers.delete(timer);

/** The timer that is due first; of several the one that was begun first, behind those of this turn. */
function nextTimer(end) {
  const due = [...timers].filter(({ at }) => at <= end);
  const rank = ({ millis }) => (millis === undefined ? 0 : 1);
  return due.toSorted((a, b) => a.at - b.at || rank(a) - rank(b) || a.order - b.order)[0];
}

function run(timer) {
  now = Math.max(now, timer.at);
  if (timer.every === undefined) timers.delete(timer);
  else timer.refresh();
  timer.call();
}

export const vi = {
  useFakeTimers(options) {
    vi.useRealTimers();
    now = options.now;
    Object.assign(globalThis, fake);
  },
  useRealTimers() {
    Object.assign(globalThis, real);
    timers = new Set();
    epoch++;
  },
  async advanceTimersByTimeAsync(millis) {
    const mine = epoch;
    const isMine = () => mine === epoch;
    const end = now + millis;
    await nextTurn();
    for (let timer = nextTimer(end); timer !== undefined && isMine(); timer = nextTimer(end)) {
      run(timer);
      await nextTurn();
    }
    if (isMine()) now = end;
  },
  advanceTimersToNextTimer() {
    const timer = nextTimer(Infinity);
    if (timer !== undefined) run(timer);
  },
  getTimerCount: () => timers.size,
  fn() {
    const counting = () => void counting.calls++;
    counting.calls = 0;
    return counting;
  },
  spyOn: (object, name) => ({
    mockReturnValue(value) {
      const before = object[name];
      restores.push(() => (object[name] = before));
      object[name] = () => value;
    },
  }),
  restoreAllMocks() {
    for (const restore of restores.toReversed()) restore();
    restores = [];
  },
};
