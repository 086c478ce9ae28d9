import type { Checkpoint } from "../seal/portable.ts";

/** Calls of a method, as they were counted and as they are found. */
export interface CallReconciliation {
  readonly stream: string;
  readonly method: string;
  /** Counted where gRPC hands calls over. */
  readonly handled: number;
  /** Of those, such as the process has written a record of. */
  readonly recorded: number;
  /** Calls of which a record is here, up to the checkpoint that says the above. */
  readonly found: number;
}

/** Compares calls with records of calls. */
export interface CallLedger {
  readonly say: (checkpoint: Checkpoint) => void;
  /**
   * A result of a call, each record once.
   *
   * @param call a number for the call; records of one call stand near each other.
   */
  readonly see: (stream: string, method: string, call: number) => void;
  readonly finish: () => readonly CallReconciliation[];
}

/** So many calls are remembered, to count each once. */
const MAX_REMEMBERED = 8192;

interface Account {
  handled: number;
  recorded: number;
  found: number;
}

/** Knows of no calls. */
export function createCallLedger(): CallLedger {
  const streams = new Map<string, Map<string, Account>>();
  let recent = new Set<number>();
  let older = new Set<number>();

  function accountOf(stream: string, method: string): Account {
    const methods = streams.get(stream) ?? new Map<string, Account>();
    streams.set(stream, methods);
    const account = methods.get(method) ?? { handled: 0, recorded: 0, found: 0 };
    methods.set(method, account);
    return account;
  }

  function isNew(call: number): boolean {
    if (recent.has(call) || older.has(call)) return false;
    if (recent.size >= MAX_REMEMBERED) {
      older = recent;
      recent = new Set();
    }
    recent.add(call);
    return true;
  }

  return {
    say({ stream, calls, state }) {
      if (state === "adopted") return;
      for (const { method, handled, recorded } of calls) {
        const account = accountOf(stream, method);
        account.handled = Math.max(account.handled, handled);
        account.recorded = Math.max(account.recorded, recorded);
      }
    },
    see(stream, method, call) {
      if (isNew(call)) accountOf(stream, method).found++;
    },
    finish: () =>
      [...streams].flatMap(([stream, methods]) =>
        [...methods].map(([method, account]) => ({ stream, method, ...account })),
      ),
  };
}
