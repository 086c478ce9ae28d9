import { messageOf } from "../../lib/errors.ts";
import { createEpisode } from "./episode.ts";
import { isBefore, loadShipState, saveShipState, type ShipState } from "./ship-state.ts";

/** What could not be saved is tried again this often. */
const SAVE_AGAIN_MILLIS = 1000;

/** How far the streams of a directory are shipped: in memory, and on disk where that takes it. */
export interface ShipCursors {
  readonly of: (stream: string) => ShipState;
  /** Until the next {@link ShipCursors.drop}; nothing is saved. */
  readonly set: (stream: string, state: ShipState) => void;
  /** Never throws: what cannot be saved is said, kept in memory, and saved later. */
  readonly save: (stream: string, state: ShipState) => void;
  readonly isSaved: (stream: string) => boolean;
  /** Tries again what could not be saved, now and then. */
  readonly saveLater: () => void;
  readonly forget: (stream: string) => void;
  /** Others may move them from now on. What could not be saved is tried once more, and stays known. */
  readonly drop: () => void;
  /** What is on disk counts, whatever we knew. */
  readonly clear: () => void;
}

/** Creates those of one directory. */
export function createShipCursors(directory: string, report: (line: string) => void): ShipCursors {
  const cursors = new Map<string, ShipState>();
  const unsaved = new Map<string, ShipState>();
  const saving = createEpisode({
    report,
    begin: (problem) =>
      `how far the streams are shipped cannot be kept (${problem}): they are shipped on, and after a restart records are sent twice`,
    end: "how far the streams are shipped is kept again",
  });
  let nextTryAt = 0;

  function load(stream: string): ShipState {
    const loaded = loadShipState(directory, stream);
    const known = unsaved.get(stream);
    return known !== undefined && isBefore(loaded.position, known.position) ? known : loaded;
  }

  /** False: it could not be saved. */
  function trySave(stream: string, state: ShipState): boolean {
    try {
      saveShipState(directory, stream, state);
    } catch (error) {
      unsaved.set(stream, state);
      saving.say(messageOf(error));
      return false;
    }
    unsaved.delete(stream);
    if (unsaved.size === 0) saving.solved();
    return true;
  }

  function tryAll(): void {
    // One that fails is enough: what is wrong with one is wrong with most.
    for (const [stream, state] of unsaved) if (!trySave(stream, state)) return;
  }

  return {
    of(stream) {
      const cursor = cursors.get(stream) ?? load(stream);
      cursors.set(stream, cursor);
      return cursor;
    },
    set: (stream, state) => void cursors.set(stream, state),
    save(stream, state) {
      cursors.set(stream, state);
      trySave(stream, state);
    },
    isSaved: (stream) => !unsaved.has(stream),
    saveLater() {
      saving.look();
      const now = performance.now();
      if (unsaved.size === 0 || now < nextTryAt) return;
      nextTryAt = now + SAVE_AGAIN_MILLIS;
      tryAll();
    },
    forget: (stream) => void cursors.delete(stream),
    drop() {
      tryAll();
      saving.look({ isLast: true });
      cursors.clear();
    },
    clear() {
      unsaved.clear();
      cursors.clear();
    },
  };
}
