import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { stateDirectory } from "../../format/index.ts";
import { systemCodeOf } from "../../lib/errors.ts";
import { replaceFile, sizeOf } from "../../lib/files.ts";
import type { StreamPosition } from "./merge.ts";
import {
  type EndedPosition,
  lastTurnOf,
  type Places,
  type ViewProgress,
} from "./reading-progress.ts";

/** What one view remembers between runs: how far it got, and what its file looked like then. */
export interface ViewState extends Places {
  /** Bytes of the view's file at that time; what stands behind it came after. */
  readonly size: number;
  /** Which file that was, to know it again under another name; undefined: not noted. */
  readonly file?: string | undefined;
  /** Closed parts, `audit_log-1.json` to this number. Always 0 for CSV. */
  readonly parts: number;
  /** Journal lines of intents whose results were not read yet. */
  readonly intents: readonly string[];
  /** What the state was when the last part was closed, or the file was renamed; undefined: not noted. */
  readonly behindParts?: BehindParts | undefined;
}

/** Where a view goes on that has lost its newest part. */
export interface BehindParts {
  /** Of the streams that went on then. */
  readonly positions: ReadonlyMap<string, StreamPosition>;
  readonly intents: readonly string[];
  /** How many streams had ended by then; undefined: not noted. */
  readonly turn?: number | undefined;
}

/** A view that has nothing yet. */
export const EMPTY_VIEW_STATE: ViewState = {
  live: new Map(),
  done: new Map(),
  size: 0,
  parts: 0,
  intents: [],
};

/** Positions by stream, as they stand in a state file. */
export const positionsSchema: z.ZodType<ReadonlyMap<string, EndedPosition>> = z
  .record(
    z.string(),
    z.object({
      segment: z.number().int().positive(),
      offset: z.number().int().nonnegative(),
      sequence: z.number().int().nonnegative(),
      turn: z.number().int().nonnegative().optional(),
    }),
  )
  .transform((byStream) => new Map(Object.entries(byStream)));

const schema = z.object({
  version: z.literal(1),
  size: z.number().int().nonnegative(),
  parts: z.number().int().nonnegative(),
  // Absent in states that were saved before these were.
  intents: z.array(z.string()).default([]),
  file: z.string().optional(),
  behindParts: z
    .object({
      positions: positionsSchema,
      intents: z.array(z.string()),
      turn: z.number().int().nonnegative().optional(),
    })
    .optional(),
  ended: z.number().int().nonnegative().default(0),
  positions: positionsSchema,
});

const endedSchema = z.object({
  version: z.literal(1),
  positions: positionsSchema,
  // Absent in states that were saved before these were.
  pruned: z.number().int().nonnegative().default(0),
  turn: z.number().int().nonnegative().default(0),
});

function statePath(directory: string, view: string): string {
  return join(stateDirectory(directory), `view-${view}.json`);
}

function endedPath(directory: string, view: string): string {
  return join(stateDirectory(directory), `ended-${view}.json`);
}

/** The remembered state of a view, or null where there is none that can be used. */
export function loadViewState(directory: string, view: string): ViewState | null {
  const state = readState(statePath(directory, view), schema);
  if (state === undefined) return null;
  const { ended, positions, ...rest } = state;
  const places = loadPlaces(directory, view, { atLeast: ended, live: positions });
  return places === undefined ? null : { ...rest, ...places };
}

/** The state of a view that has lost its newest part, and has what its closed parts show. */
export function stateBehindParts(state: ViewState): ViewState {
  const { parts, behindParts, pruned } = state;
  if (behindParts === undefined) return EMPTY_VIEW_STATE;
  const { positions: live, intents, turn: upTo } = behindParts;
  const done = endedBy(state.done, { live, upTo });
  const counts = { pruned: pruned ?? 0, turn: lastTurnOf(state) };
  return { size: 0, parts, intents, live, done, ...counts, behindParts };
}

/** The streams that had ended at a time; of those that went on then some have ended since. */
function endedBy(
  done: Places["done"],
  { live, upTo = Infinity }: { readonly live: Places["live"]; readonly upTo?: number | undefined },
): Places["done"] {
  return new Map([...done].filter(([stream, { turn = 0 }]) => !live.has(stream) && turn <= upTo));
}

/** A file of state that fits the schema; undefined where there is none: the view is built anew. */
export function readState<Value>(path: string, shape: z.ZodType<Value>): Value | undefined {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if (systemCodeOf(error) === "ENOENT") return undefined;
    throw error;
  }
  return shape.safeParse(parseJson(text)).data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * The places of a view that was saved. Streams that had ended stand in a file of their own, because
 * there may be thousands, and they change with none but the end of a process.
 *
 * @param expected.atLeast how many the state counted. The file is written before the state, so it
 * may have more.
 * @param expected.live a stream that goes on counts as that.
 * @param expected.upTo streams that ended later do not count. Default: all do.
 * @returns undefined where streams are missing.
 */
export function loadPlaces(
  directory: string,
  view: string,
  expected: {
    readonly atLeast: number;
    readonly live: Places["live"];
    readonly upTo?: number | undefined;
  },
): Places | undefined {
  const ended = readState(endedPath(directory, view), endedSchema);
  const { positions = new Map<string, EndedPosition>(), pruned = 0, turn = 0 } = ended ?? {};
  if (positions.size + pruned < expected.atLeast) return undefined;
  const done = endedBy(positions, expected);
  return { live: expected.live, done, pruned, turn, isSaved: done.size === positions.size };
}

/** Saves the state of one view, each file in one step. */
export interface ViewStateSaver {
  readonly save: (rest: Omit<ViewState, "live" | "done">) => void;
  /** The state of a view that knows nothing, for one whose file tells everything. */
  readonly saveNothing: () => void;
  /** Only the streams that have ended; gives the count that the state has to carry. */
  readonly saveEnded: () => number;
  /** Whether streams have ended, or go on after all, since the last saving. */
  readonly isStale: () => boolean;
  /** Somebody took the files away. */
  readonly forget: () => void;
}

/** Creates the saver of a view that was just loaded. */
export function createViewStateSaver(
  directory: string,
  view: string,
  { live, done, pruned, turn, doneVersion }: ViewProgress,
): ViewStateSaver {
  // A file that says more than the view knows must not outlive the first state that is saved.
  const isNone = done.size === 0 && sizeOf(endedPath(directory, view)) === undefined;
  let savedVersion = isNone ? doneVersion() : 0;

  function saveEnded(): number {
    const version = doneVersion();
    if (version !== savedVersion) {
      const positions = Object.fromEntries(done);
      const text = JSON.stringify({ version: 1, positions, pruned: pruned(), turn: turn() });
      replaceFile(endedPath(directory, view), [text]);
      savedVersion = version;
    }
    return done.size + pruned();
  }

  return {
    saveEnded,
    saveNothing() {
      replaceFile(statePath(directory, view), [
        JSON.stringify({ version: 1, size: 0, parts: 0, positions: {} }),
      ]);
    },
    isStale: () => doneVersion() !== savedVersion,
    save({ behindParts, ...rest }) {
      const ended = saveEnded();
      const positions = Object.fromEntries(live);
      const behind =
        behindParts === undefined
          ? {}
          : {
              behindParts: { ...behindParts, positions: Object.fromEntries(behindParts.positions) },
            };
      replaceFile(statePath(directory, view), [
        JSON.stringify({ version: 1, ...rest, ...behind, ended, positions }),
      ]);
    },
    forget() {
      savedVersion = -1;
    },
  };
}
