/**
 * How many calls there were, and of how many a record was written.
 *
 * In: calls, counted where gRPC hands them over, and what became of their records. Out: totals by
 * method, to be put beside each other by whoever verifies the trail.
 */

/** What is known of the calls of a method since the audit log was opened. */
export interface CallTotal {
  /** As in `trainer.Trainer/Pause`; `*` for all that came after the first thousand methods. */
  readonly method: string;
  /** Those whose outcome is known. */
  readonly handled: number;
  /** Those of them of which at least one result was written. */
  readonly recorded: number;
}

/** One call in the totals. */
export interface CountedCall {
  /** Its outcome is known, and whatever is written of it at once was written. Counts once. */
  readonly handled: () => void;
  /** A result of it was written. Counts once, and not before the call is handled. */
  readonly recorded: () => void;
}

/** The totals of an audit log. */
export interface CallTotals {
  readonly begin: (method: string) => CountedCall;
  /** Of every method that was called. */
  readonly all: () => Iterable<CallTotal>;
}

/** Services have tens of methods: this bounds what a mistake can make of it. */
const MAX_METHODS = 1000;
const ALL_OTHERS = "*";

interface Total {
  readonly method: string;
  handled: number;
  recorded: number;
}

/** Begins with no calls. */
export function createCallTotals(): CallTotals {
  const totals = new Map<string, Total>();

  function totalOf(method: string): Total {
    const known = totals.get(method);
    if (known !== undefined) return known;
    if (totals.size >= MAX_METHODS && method !== ALL_OTHERS) return totalOf(ALL_OTHERS);
    const total = { method, handled: 0, recorded: 0 };
    totals.set(method, total);
    return total;
  }

  return {
    begin: (method) => new Call(totalOf(method)),
    // Copies: who compares them with earlier ones keeps what it got.
    all: () => [...totals.values()].map((total) => ({ ...total })),
  };
}

/** Thousands of them may wait for the record that they are folded into: it holds nothing else of its call. */
class Call implements CountedCall {
  readonly #total: Total;
  #isHandled = false;
  #isRecorded = false;

  constructor(total: Total) {
    this.#total = total;
  }

  handled(): void {
    if (this.#isHandled) return;
    this.#isHandled = true;
    this.#total.handled++;
    if (this.#isRecorded) this.#total.recorded++;
  }

  recorded(): void {
    if (this.#isRecorded) return;
    this.#isRecorded = true;
    if (this.#isHandled) this.#total.recorded++;
  }
}
