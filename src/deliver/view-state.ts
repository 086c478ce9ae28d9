import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { stateDirectory } from "../format/index.ts";
import { systemCodeOf } from "../lib/errors.ts";
import { replaceFile } from "../lib/files.ts";
import type { StreamPosition } from "./merge.ts";

/** What one view remembers between runs: how far it got, and what its file looked like then. */
export interface ViewState {
  readonly positions: ReadonlyMap<string, StreamPosition>;
  /** Bytes of the view's file at that time; what stands behind it came after. */
  readonly size: number;
  /** Closed parts, `audit_log-1.json` to this number. Always 0 for CSV. */
  readonly parts: number;
  /** Journal lines of intents whose results were not read yet. */
  readonly intents: readonly string[];
}

/** A view that has nothing yet. */
export const EMPTY_VIEW_STATE: ViewState = {
  positions: new Map(),
  size: 0,
  parts: 0,
  intents: [],
};

const schema = z.object({
  version: z.literal(1),
  size: z.number().int().nonnegative(),
  parts: z.number().int().nonnegative(),
  // Absent in states that were saved before intents were.
  intents: z.array(z.string()).default([]),
  positions: z.record(
    z.string(),
    z.object({
      segment: z.number().int().positive(),
      offset: z.number().int().nonnegative(),
      sequence: z.number().int().nonnegative(),
    }),
  ),
});

function statePath(directory: string, view: string): string {
  return join(stateDirectory(directory), `view-${view}.json`);
}

/** The remembered state of a view, or null where there is none that can be used. */
export function loadViewState(directory: string, view: string): ViewState | null {
  let text: string;
  try {
    text = readFileSync(statePath(directory, view), "utf8");
  } catch (error) {
    if (systemCodeOf(error) === "ENOENT") return null;
    throw error;
  }
  const parsed = schema.safeParse(parseJson(text));
  if (!parsed.success) return null;
  return { ...parsed.data, positions: new Map(Object.entries(parsed.data.positions)) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A state that cannot be read is no state: the view is built anew from the journal.
    return undefined;
  }
}

/** Remembers the state of a view, in one step. */
export function saveViewState(directory: string, view: string, state: ViewState): void {
  const { size, parts, positions, intents } = state;
  const text = JSON.stringify({
    version: 1,
    size,
    parts,
    intents,
    positions: Object.fromEntries(positions),
  });
  replaceFile(statePath(directory, view), [text]);
}
