/**
 * Actions that began and have not ended, as far as a view has read.
 *
 * In: intents and results in the order of their stream. Out: once a stream has ended, its intents
 * without a result: nobody will ever know how those actions ended.
 */
import { type FlatRecord, parseFlatLine } from "../format/index.ts";
import { flatOf, type JournalRecord, lineOf } from "./merge.ts";

/** An intent with its journal line. */
interface Intent {
  readonly line: string;
  readonly flat: FlatRecord;
}

/** The open intents of one view. */
export interface OpenIntents {
  /** Takes note of what a view has read. */
  readonly see: (records: readonly JournalRecord[]) => void;
  /** Streams that have an open intent. */
  readonly streams: () => ReadonlySet<string>;
  /** A row for each open intent of these streams, oldest first in each. */
  readonly of: (streams: ReadonlySet<string>) => readonly JournalRecord[];
  /** They are shown now, and open no more. */
  readonly shown: (intents: readonly JournalRecord[]) => void;
  /** Journal lines of what is open, to go on from. */
  readonly lines: () => readonly string[];
  /** The view begins anew: nothing was read. */
  readonly clear: () => void;
}

/** What a row of an intent says in `error`, since no result ever will. */
export const NO_RESULT = "its stream ended without a result: whether it was done is not known";

/**
 * Begins with what was open when the view was saved.
 *
 * @param lines what `lines()` gave then.
 * @param shownIds record ids of intents that stand in the view already.
 */
export function createOpenIntents(
  lines: readonly string[],
  shownIds: ReadonlySet<string>,
): OpenIntents {
  // By call, because a result is looked up here for every one that is read.
  const calls = new Map<string, Map<string, Intent>>();
  let inView = shownIds;

  function add(line: string, flat: FlatRecord): void {
    const { call_id: call, record_id: id } = flat;
    if (call === undefined || inView.has(id)) return;
    const open = calls.get(call) ?? new Map<string, Intent>();
    calls.set(call, open.set(id, { line, flat }));
  }

  function remove(call: string, ids: Iterable<string>): void {
    const open = calls.get(call);
    for (const id of ids) open?.delete(id);
    if (open?.size === 0) calls.delete(call);
  }

  function all(): Intent[] {
    return [...calls.values()].flatMap((open) => [...open.values()]);
  }

  for (const line of lines) add(line, parseFlatLine(line));
  return {
    see(records) {
      for (const record of records) {
        const { kind, callId = "" } = record;
        if (kind === "intent") {
          add(lineOf(record), flatOf(record));
          continue;
        }
        const open = calls.get(callId);
        if (open !== undefined) remove(callId, settledBy(flatOf(record), open));
      }
    },
    streams: () => new Set(all().map(({ flat }) => flat.stream)),
    of: (streams) =>
      all()
        .filter(({ flat }) => streams.has(flat.stream))
        .toSorted((left, right) => left.flat.sequence - right.flat.sequence)
        .map(({ flat }) => rowOf(flat)),
    shown(intents) {
      for (const intent of intents) remove(intent.callId ?? "", [flatOf(intent).record_id]);
    },
    lines: () => all().map(({ line }) => line),
    clear() {
      calls.clear();
      inView = new Set();
    },
  };
}

/** The journal's line but for the reason, which a row with status `failed` has. */
function rowOf(intent: FlatRecord): JournalRecord {
  const parsed = { ...intent, error: intent.error ?? NO_RESULT };
  const bytes = Buffer.from(JSON.stringify(parsed));
  const { kind, call_id: callId } = parsed;
  return { kind, callId, parsed, bytes, start: 0, end: bytes.length };
}

/**
 * The result of a call settles every intent of it: a call may turn out to be less than what it was
 * announced as. Any other result settles the one intent of its own.
 */
function settledBy(result: FlatRecord, open: ReadonlyMap<string, Intent>): string[] {
  const isOfCall = result.rpc_status !== undefined;
  const settled: string[] = [];
  for (const [id, { flat }] of open) {
    if ((flat.method !== undefined) !== isOfCall) continue;
    if (isOfCall) settled.push(id);
    else if (flat.action_type === result.action_type) return [id];
  }
  return settled;
}
