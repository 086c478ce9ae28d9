import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { RecordAttributes } from "../../event/index.ts";
import { stateDirectory } from "../../format/index.ts";
import { JOURNAL_START, type JournalPosition } from "../../journal/index.ts";
import { systemCodeOf } from "../../lib/errors.ts";
import { replaceFile } from "../../lib/files.ts";

/** How far a stream has been shipped, and the resource its records belong to. */
export interface ShipState {
  readonly position: JournalPosition;
  readonly resource: RecordAttributes;
}

const schema = z.object({
  version: z.literal(1),
  segment: z.number().int().positive(),
  offset: z.number().int().nonnegative(),
  resource: z.record(
    z.string(),
    z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]),
  ),
});

function statePath(directory: string, stream: string): string {
  return join(stateDirectory(directory), `ship-${stream}.json`);
}

/** The remembered place in a stream; its start where nothing usable is remembered: sent twice is deduped, never lost. */
export function loadShipState(directory: string, stream: string): ShipState {
  const nothing: ShipState = { position: JOURNAL_START, resource: {} };
  let text: string;
  try {
    text = readFileSync(statePath(directory, stream), "utf8");
  } catch (error) {
    if (systemCodeOf(error) === "ENOENT") return nothing;
    throw error;
  }
  try {
    const { segment, offset, resource } = schema.parse(JSON.parse(text));
    return { position: { segment, offset }, resource };
  } catch {
    return nothing;
  }
}

/** Remembers how far a stream has been shipped, in one step. */
export function saveShipState(directory: string, stream: string, state: ShipState): void {
  const text = JSON.stringify({ version: 1, ...state.position, resource: state.resource });
  replaceFile(statePath(directory, stream), [text]);
}

/** Whether one place in a stream comes before another. */
export function isBefore(left: JournalPosition, right: JournalPosition): boolean {
  return (
    left.segment < right.segment || (left.segment === right.segment && left.offset < right.offset)
  );
}
