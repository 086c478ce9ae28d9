import type { Checkpoint } from "../seal/portable.ts";

/** Calls of a method, as they were counted and as they are found. */
export interface CallReconciliation {
  readonly stream: string;
  /** As in `trainer.Trainer/Pause`; `*` for all that came after the first thousand methods. */
  readonly method: string;
  /** Counted where gRPC hands calls over. */
  readonly handled: number;
  /** Of those, such as the process has written a record of. */
  readonly recorded: number;
  /**
   * Calls of which a record is here, among those that the last checkpoint covers. Not fewer than
   * `recorded` where nothing is missing.
   */
  readonly found: number;
}

/** A result of a call. */
export interface CallResult {
  readonly stream: string;
  readonly sequence: number;
  readonly method: string;
  /** A number for the call; records of one call stand near each other. */
  readonly call: number;
  /** How many calls it stands for. */
  readonly count: number;
}

/** Compares calls with records of calls. */
export interface CallLedger {
  readonly say: (checkpoint: Pick<Checkpoint, "stream" | "size" | "state" | "calls">) => void;
  /** Each record once, before or behind its checkpoint. */
  readonly see: (result: CallResult) => void;
  /** Methods that checkpoints of their stream name. */
  readonly finish: () => readonly CallReconciliation[];
}

/** So many calls are remembered, to count each once. */
const MAX_REMEMBERED = 8192;
/** So many wait for a checkpoint before anybody looks which of them it covers. */
const MIN_WAITING = 1024;
/** What the process calls all methods that came after the first thousand. */
const ALL_OTHERS = "*";

interface Account {
  handled: number;
  recorded: number;
  found: number;
  /** Whether a checkpoint names it. */
  isTold: boolean;
}

interface Stream {
  /** Leaves under the last of its own checkpoints: what stands behind it is not counted there either. */
  size: number;
  readonly accounts: Map<string, Account>;
  waiting: SeenCall[];
  /** When so many wait, those that are covered are counted. */
  limit: number;
}

interface SeenCall {
  readonly account: Account;
  /** Of the first of its results. */
  sequence: number;
  count: number;
}

/** Knows of no calls. */
export function createCallLedger(): CallLedger {
  const streams = new Map<string, Stream>();
  let recent = new Map<number, SeenCall>();
  let older: ReadonlyMap<number, SeenCall> = new Map();

  function streamOf(name: string): Stream {
    const known = streams.get(name);
    if (known !== undefined) return known;
    const stream = { size: 0, accounts: new Map(), waiting: [], limit: MIN_WAITING };
    streams.set(name, stream);
    return stream;
  }

  function remember(call: number, seen: SeenCall): void {
    if (recent.size >= MAX_REMEMBERED) {
      older = recent;
      recent = new Map();
    }
    recent.set(call, seen);
  }

  return {
    say({ stream: name, size, calls, state }) {
      if (state === "adopted") return;
      const stream = streamOf(name);
      stream.size = Math.max(stream.size, size);
      for (const { method, handled, recorded } of calls) {
        const account = accountOf(stream, method);
        account.isTold = true;
        account.handled = Math.max(account.handled, handled);
        account.recorded = Math.max(account.recorded, recorded);
      }
    },
    see({ stream: name, sequence, method, call, count }) {
      const before = recent.get(call) ?? older.get(call);
      if (before !== undefined) {
        // Nothing comes of it where the call was counted.
        before.sequence = Math.min(before.sequence, sequence);
        before.count = Math.max(before.count, count);
        return;
      }
      const stream = streamOf(name);
      const seen = { account: accountOf(stream, method), sequence, count };
      remember(call, seen);
      stream.waiting.push(seen);
      if (stream.waiting.length < stream.limit) return;
      countCovered(stream);
      stream.limit = MIN_WAITING + 2 * stream.waiting.length;
    },
    finish: () => [...streams].flatMap(([name, stream]) => reconcile(name, stream)),
  };
}

function accountOf({ accounts }: Stream, method: string): Account {
  const known = accounts.get(method);
  if (known !== undefined) return known;
  const account = { handled: 0, recorded: 0, found: 0, isTold: false };
  accounts.set(method, account);
  return account;
}

function countCovered(stream: Stream): void {
  const waiting: SeenCall[] = [];
  for (const seen of stream.waiting) {
    if (seen.sequence <= stream.size) seen.account.found += seen.count;
    else waiting.push(seen);
  }
  stream.waiting = waiting;
}

function reconcile(name: string, stream: Stream): readonly CallReconciliation[] {
  countCovered(stream);
  const all = [...stream.accounts];
  const untold = all.reduce((sum, [, { isTold, found }]) => sum + (isTold ? 0 : found), 0);
  return all.flatMap(([method, { isTold, handled, recorded, found }]) =>
    isTold
      ? [
          {
            stream: name,
            method,
            handled,
            recorded,
            found: method === ALL_OTHERS ? found + untold : found,
          },
        ]
      : [],
  );
}
