/**
 * What a five-key view remembers. Its events carry no record ids, so nothing in the file tells how
 * far it got: the state is saved BEFORE the file is written, with what the file is and what it will
 * be. After a crash the file is one of the two, or was changed by somebody else.
 */
import { join } from "node:path";
import { z } from "zod";
import { stateDirectory } from "../../format/index.ts";
import { replaceFile } from "../../lib/files.ts";
import type { StreamPosition } from "./merge.ts";
import type { Places } from "./reading-progress.ts";
import { loadPlaces, positionsSchema, readState } from "./view-state.ts";

/** A version of the file, and how far it had got. */
export interface FiveMark {
  readonly size: number;
  /** SHA-256 of the file, base64url; empty for CSV, where the size is enough. */
  readonly digest: string;
  /** Closed parts, `audit_log-1.json` to this number. Always 0 for CSV. */
  readonly parts: number;
  /** Of the streams that went on. */
  readonly positions: ReadonlyMap<string, StreamPosition>;
  /** The positions behind the closed parts, of the streams that went on then. */
  readonly closed: ReadonlyMap<string, StreamPosition>;
  /** How many streams had ended, and were shown whole. */
  readonly ended: number;
  /** The turn of `ViewProgress` at of that time, and of when the last part was closed; undefined: not noted. */
  readonly turn?: number | undefined;
  readonly closedTurn?: number | undefined;
  /** SHA-256 of the parts that were closed since the version before: after a crash they are made again. */
  readonly closing: readonly string[];
}

/** A view that has no file yet. */
export const NO_FILE: FiveMark = {
  size: 0,
  digest: "",
  parts: 0,
  positions: new Map(),
  closed: new Map(),
  ended: 0,
  closing: [],
};

const schema = z.object({
  version: z.literal(1),
  marks: z
    .array(
      z.object({
        size: z.number().int().nonnegative(),
        digest: z.string(),
        parts: z.number().int().nonnegative(),
        positions: positionsSchema,
        closed: positionsSchema,
        // Absent in states that were saved before they were.
        ended: z.number().int().nonnegative().default(0),
        turn: z.number().int().nonnegative().optional(),
        closedTurn: z.number().int().nonnegative().optional(),
        closing: z.array(z.string()).default([]),
      }),
    )
    .min(1),
});

function statePath(directory: string, view: string): string {
  return join(stateDirectory(directory), `view-${view}.json`);
}

/** The versions that the file may be, the older one first; none where there is no usable state. */
export function loadFiveMarks(directory: string, view: string): readonly FiveMark[] {
  return readState(statePath(directory, view), schema)?.marks ?? [];
}

/**
 * How far a view is whose file is this version; at the start where the streams that had ended are
 * not known any more.
 */
export function placesOf(directory: string, view: string, mark: FiveMark): Places | undefined {
  const expected = { atLeast: mark.ended, live: mark.positions, upTo: mark.turn };
  return loadPlaces(directory, view, expected);
}

/** How far a view is that has its closed parts and nothing else. */
export function placesBehindParts(
  directory: string,
  view: string,
  mark: FiveMark,
): Places | undefined {
  return placesOf(directory, view, { ...mark, positions: mark.closed, turn: mark.closedTurn });
}

/** Remembers, in one durable step, what the file is and what it is about to be. */
export function saveFiveMarks(directory: string, view: string, marks: readonly FiveMark[]): void {
  const plain = marks.map((mark) => ({
    ...mark,
    positions: Object.fromEntries(mark.positions),
    closed: Object.fromEntries(mark.closed),
  }));
  replaceFile(statePath(directory, view), [JSON.stringify({ version: 1, marks: plain })]);
}
