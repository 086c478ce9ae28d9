/**
 * Actions that began and have not ended, as far as a view has read.
 *
 * In: intents and results in the order of their stream. Out: once a stream has ended, its intents
 * without a result: nobody will ever know how those actions ended.
 */
import { type FlatRecord, parseFlatLine } from "../format/index.ts";

/** An intent with its journal line. */
export interface Intent {
  readonly line: string;
  readonly flat: FlatRecord;
}

/** The open intents of one view. */
export interface OpenIntents {
  /** Takes note of what a view has read. */
  readonly see: (records: readonly Intent[]) => void;
  /** Streams that have an open intent. */
  readonly streams: () => ReadonlySet<string>;
  /** The open intents of these streams, oldest first in each. */
  readonly of: (streams: ReadonlySet<string>) => readonly Intent[];
  /** They are shown now, and open no more. */
  readonly shown: (intents: readonly Intent[]) => void;
  /** Journal lines of what is open, to go on from. */
  readonly lines: () => readonly string[];
}

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
  const open = new Map<string, Intent>();
  function add(intent: Intent): void {
    const { record_id: id } = intent.flat;
    if (!shownIds.has(id)) open.set(id, intent);
  }
  for (const line of lines) add({ line, flat: parseFlatLine(line) });
  return {
    see(records) {
      for (const record of records) {
        if (record.flat.kind === "intent") add(record);
        else if (open.size > 0) settle(open, record.flat);
      }
    },
    streams: () => new Set([...open.values()].map(({ flat }) => flat.stream)),
    of: (streams) => [...open.values()].filter(({ flat }) => streams.has(flat.stream)),
    shown(intents) {
      for (const { flat } of intents) open.delete(flat.record_id);
    },
    lines: () => [...open.values()].map(({ line }) => line),
  };
}

/**
 * The result of a call settles every intent of it: a call may turn out to be less than what it was
 * announced as. Any other result settles the one intent of its own.
 */
function settle(open: Map<string, Intent>, result: FlatRecord): void {
  const isOfCall = result.rpc_status !== undefined;
  for (const [id, { flat }] of open) {
    if (flat.call_id !== result.call_id || (flat.method !== undefined) !== isOfCall) continue;
    if (isOfCall) {
      open.delete(id);
    } else if (flat.action_type === result.action_type) {
      open.delete(id);
      return;
    }
  }
}
