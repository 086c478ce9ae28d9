/**
 * What a five-key view remembers. Its events carry no record ids, so nothing in the file tells how
 * far it got: the state is saved BEFORE the file is written, with what the file is and what it will
 * be. After a crash the file is one of the two, or was changed by somebody else.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { stateDirectory } from "../format/index.ts";
import { systemCodeOf } from "../lib/errors.ts";
import { replaceFile } from "../lib/files.ts";
import type { StreamPosition } from "./merge.ts";

/** A version of the file, and how far it had got. */
export interface FiveMark {
  readonly size: number;
  /** SHA-256 of the file, base64url; empty for CSV, where the size is enough. */
  readonly digest: string;
  /** Closed parts, `audit_log-1.json` to this number. Always 0 for CSV. */
  readonly parts: number;
  readonly positions: ReadonlyMap<string, StreamPosition>;
  /** The positions behind the closed parts. */
  readonly closed: ReadonlyMap<string, StreamPosition>;
}

/** A view that has no file yet. */
export const NO_FILE: FiveMark = {
  size: 0,
  digest: "",
  parts: 0,
  positions: new Map(),
  closed: new Map(),
};

const positions = z
  .record(
    z.string(),
    z.object({
      segment: z.number().int().positive(),
      offset: z.number().int().nonnegative(),
      sequence: z.number().int().nonnegative(),
    }),
  )
  .transform((byStream) => new Map(Object.entries(byStream)));

const schema = z.object({
  version: z.literal(1),
  marks: z
    .array(
      z.object({
        size: z.number().int().nonnegative(),
        digest: z.string(),
        parts: z.number().int().nonnegative(),
        positions,
        closed: positions,
      }),
    )
    .min(1),
});

function statePath(directory: string, view: string): string {
  return join(stateDirectory(directory), `view-five-${view}.json`);
}

/** The versions that the file may be, the older one first; none where there is no usable state. */
export function loadFiveMarks(directory: string, view: string): readonly FiveMark[] {
  let text: string;
  try {
    text = readFileSync(statePath(directory, view), "utf8");
  } catch (error) {
    if (systemCodeOf(error) === "ENOENT") return [];
    throw error;
  }
  const parsed = schema.safeParse(parseJson(text));
  return parsed.success ? parsed.data.marks : [];
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A state that cannot be read is no state: the view is built anew from the journal.
    return undefined;
  }
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
