/**
 * Who knocks without a name, again and again, does not fill the disk.
 *
 * In: drafts on their way to the journal. Out: the same drafts; but of equal failures of nobody the
 * first 50 of a second as they are, and the rest as one record with their count when the second is
 * over. Not folded: whatever must not be lost (`closed` actions), and what has an intent.
 */
import {
  ANONYMOUS,
  ATTR_ACTION,
  ATTR_ACTOR_AUTHENTICATION,
  ATTR_ACTOR_ID,
  ATTR_COUNT,
  ATTR_EXCEPTION_MESSAGE,
  ATTR_OUTCOME,
  ATTR_RECORD_KIND,
  ATTR_RPC_METHOD,
  ATTR_RPC_STATUS_CODE,
} from "../event/index.ts";
import { messageOf } from "../lib/errors.ts";
import type { CountedCall } from "./call-totals.ts";
import type { Draft } from "./draft.ts";

/** The fold in front of a journal. */
export interface EqualFailures {
  /** Writes a draft, or keeps it for the record of its second: then the id is empty. */
  readonly emit: (draft: Draft) => string;
  /** Events that stand in records which stand for several, beyond one for each such record. */
  readonly folded: () => number;
  /** Writes what is kept, and keeps nothing from then on. */
  readonly close: () => void;
}

/** What {@link createEqualFailures} takes. */
export interface EqualFailuresOptions {
  /** Writes a draft and gives its record id; throws when the disk refuses. */
  readonly emit: (draft: Draft) => string;
  /** Counts events as lost that the refused record stood for, beyond the one that is counted. */
  readonly lost: (why: string, count: number) => void;
  /** How long equal ones are counted together. Default one second. */
  readonly windowMillis?: number;
}

/** Each second, so many equal ones are recorded as they are. */
const RECORDED_AS_THEY_ARE = 50;
const WINDOW_MILLIS = 1000;
/** Different ones that are counted in a window: who varies the error text must not fill the memory. */
const MAX_KINDS = 1000;
/** In the order in which they tell failures apart. The peer is not among them. */
const COMPARED = [
  ATTR_ACTION,
  ATTR_RPC_METHOD,
  ATTR_OUTCOME,
  ATTR_RPC_STATUS_CODE,
  ATTR_EXCEPTION_MESSAGE,
];

interface Kind {
  seen: number;
  held: number;
  last: Draft;
  /** Those of the drafts that are held. */
  calls: CountedCall[];
}

/** Begins with nothing kept and no timer. */
export function createEqualFailures(options: EqualFailuresOptions): EqualFailures {
  const { emit, lost, windowMillis = WINDOW_MILLIS } = options;
  const kinds = new Map<string, Kind>();
  let timer: NodeJS.Timeout | undefined;
  let folded = 0;
  let isClosed = false;

  function write({ held, last, calls }: Kind): void {
    if (held === 0) return;
    try {
      // One stands for itself.
      const count = held === 1 ? {} : { [ATTR_COUNT]: held };
      emit({ ...last, attributes: { ...last.attributes, ...count }, isFollowed: false });
      folded += held - 1;
      for (const call of calls) call.recorded();
    } catch (error) {
      if (held > 1) lost(messageOf(error), held - 1);
    }
  }

  function endWindow(): void {
    timer = undefined;
    const ended = [...kinds.values()];
    kinds.clear();
    for (const kind of ended) write(kind);
  }

  return {
    emit(draft) {
      if (isClosed || !isFoldable(draft)) return emit(draft);
      const key = JSON.stringify(COMPARED.map((name) => draft.attributes[name]));
      const kind = kinds.get(key);
      if (kind === undefined) {
        if (kinds.size >= MAX_KINDS) return emit(draft);
        kinds.set(key, { seen: 1, held: 0, last: draft, calls: [] });
        timer ??= setTimeout(endWindow, windowMillis).unref();
        return emit(draft);
      }
      kind.seen++;
      if (kind.seen <= RECORDED_AS_THEY_ARE) return emit(draft);
      kind.held++;
      kind.last = draft;
      if (draft.call !== undefined) kind.calls.push(draft.call);
      return "";
    },
    folded: () => folded,
    close() {
      clearTimeout(timer);
      isClosed = true;
      endWindow();
    },
  };
}

function isFoldable({ attributes, failure, hasIntent }: Draft): boolean {
  const outcome = attributes[ATTR_OUTCOME];
  return (
    attributes[ATTR_ACTOR_ID] === ANONYMOUS &&
    attributes[ATTR_ACTOR_AUTHENTICATION] === "none" &&
    (outcome === "failure" || outcome === "denied") &&
    attributes[ATTR_RECORD_KIND] === "result" &&
    attributes[ATTR_COUNT] === undefined &&
    failure !== "closed" &&
    hasIntent !== true
  );
}
