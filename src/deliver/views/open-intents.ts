/**
 * Actions that began and have not ended, as far as a view has read.
 *
 * In: intents and results in the order of their stream. Out: once a stream has ended, its intents
 * without a result: nobody will ever know how those actions ended.
 */
import { NO_RESULT, RPC_CALL } from "../../event/index.ts";
import { type FlatRecord, parseFlatLine } from "../../format/index.ts";
import { flatOf, type JournalRecord, lineOf } from "./merge.ts";
import { positionIn, type ViewProgress } from "./reading-progress.ts";

/** An intent with its journal line. */
interface Intent {
  readonly line: string;
  readonly flat: FlatRecord;
}

/** A result of a call that may not be its last one: nothing is known behind it in its stream. */
interface LastResult {
  readonly line: string;
  readonly call: string;
  readonly sequence: number;
}

/** The open intents of one view. */
export interface OpenIntents {
  /** Takes note of what a view has read, once its progress has. */
  readonly see: (records: readonly JournalRecord[]) => void;
  /** Streams that have an open intent. */
  readonly streams: () => ReadonlySet<string>;
  /** A row for each open intent of these streams, oldest first in each. */
  readonly of: (streams: ReadonlySet<string>) => readonly JournalRecord[];
  /** They are shown now, and open no more. */
  readonly shown: (intents: readonly JournalRecord[]) => void;
  /** Journal lines of what is open, and of results that leave it open, to go on from. */
  readonly lines: () => readonly string[];
  /** The view begins anew: nothing was read. */
  readonly clear: () => void;
}

/** What {@link createOpenIntents} takes. */
export interface OpenIntentsOptions {
  /** What `lines()` gave when the view was saved. */
  readonly lines: readonly string[];
  /** Record ids of intents that stand in the view already. */
  readonly shownIds: ReadonlySet<string>;
  /** How far the view has read. */
  readonly progress: ViewProgress;
}

/** Begins with what was open when the view was saved. */
export function createOpenIntents({ lines, shownIds, progress }: OpenIntentsOptions): OpenIntents {
  // By call, because a result is looked up here for every one that is read.
  const calls = new Map<string, Map<string, Intent>>();
  const lastResults = new Map<string, LastResult>();
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

  function openOf(call: string): ReadonlyMap<string, Intent> {
    return calls.get(call) ?? new Map<string, Intent>();
  }

  function settle(line: string, result: FlatRecord): void {
    const { call_id: call = "", stream, sequence } = result;
    if (result.rpc_status === undefined) return remove(call, ownOf(result, openOf(call)));
    remove(call, upTo(result, openOf(call)));
    const before = lastResults.get(stream);
    if (before !== undefined && before.call !== call)
      remove(before.call, ofCall(openOf(before.call)));
    lastResults.set(stream, { line, call, sequence });
  }

  /** Results of one call are written one after the other: with another record behind them they are all there. */
  function settleCalls(): void {
    for (const [stream, { call, sequence }] of lastResults) {
      const last = positionIn(progress, stream)?.sequence ?? 0;
      if (last > sequence) remove(call, ofCall(openOf(call)));
      if (ofCall(openOf(call)).length === 0) lastResults.delete(stream);
    }
  }

  for (const line of lines) {
    const flat = parseFlatLine(line);
    if (flat.kind === "intent") add(line, flat);
    else settle(line, flat);
  }
  return {
    see(records) {
      for (const record of records) {
        const { kind, callId = "" } = record;
        if (kind === "intent") {
          add(lineOf(record), flatOf(record));
          continue;
        }
        if (calls.has(callId)) settle(lineOf(record), flatOf(record));
      }
      settleCalls();
    },
    streams: () => new Set(all().map(({ flat }) => flat.stream)),
    of: (streams) =>
      all()
        .filter(({ flat }) => streams.has(flat.stream))
        .toSorted((left, right) => left.flat.sequence - right.flat.sequence)
        .map(({ flat }) => rowOf(flat)),
    shown(intents) {
      for (const intent of intents) remove(intent.callId ?? "", [flatOf(intent).record_id]);
      settleCalls();
    },
    lines: () => [...all(), ...lastResults.values()].map(({ line }) => line),
    clear() {
      calls.clear();
      lastResults.clear();
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

/** Any result but that of a call settles the one intent of its own. */
function ownOf({ action_type: action }: FlatRecord, open: ReadonlyMap<string, Intent>): string[] {
  const own = [...open].find(
    ([, { flat }]) => flat.method === undefined && flat.action_type === action,
  );
  return own === undefined ? [] : [own[0]];
}

/** Record ids of the intents that a call as a whole announced. */
function ofCall(open: ReadonlyMap<string, Intent>): string[] {
  return [...open].filter(([, { flat }]) => flat.method !== undefined).map(([id]) => id);
}

/**
 * A call may turn out to be less than what it was announced as. Its results come in the order of
 * its intents: what stands before the own one of a result did not happen, what stands behind it may
 * have. A result of the call itself is there where no action's is, and the only one.
 */
function upTo({ action_type: action }: FlatRecord, open: ReadonlyMap<string, Intent>): string[] {
  const ids = ofCall(open);
  const actionOf = (id: string): string | undefined => open.get(id)?.flat.action_type;
  const last = ids.findIndex((id) => actionOf(id) === action);
  return ids.filter((id, at) => at <= last || action === RPC_CALL || actionOf(id) === RPC_CALL);
}
