import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { stateDirectory } from "../../format/index.ts";
import type { JournalPosition } from "../../journal/index.ts";
import { namesIn } from "../../lib/names-in.ts";
import { CHECKPOINT_VIEW, CSV_VIEW, JSON_VIEW } from "../views/view.ts";

/** How far a view has got. */
export interface ViewProgress {
  /** As in `view json`. */
  readonly name: string;
  /** By stream. Several: the view does not know yet which of them holds. */
  readonly positions: readonly ReadonlyMap<string, JournalPosition>[];
  /** Paths in the audit directory for which it counts although this process does not keep it. */
  readonly leftovers: readonly string[];
}

const FILES: ReadonlyMap<string, string> = new Map([
  ["csv", CSV_VIEW],
  ["json", JSON_VIEW],
  ["checkpoints", CHECKPOINT_VIEW],
]);

const positions = z.record(
  z.string(),
  z.object({ segment: z.number().int(), offset: z.number().int() }),
);
/** What the states of all views have in common; those of five keys hold it once per mark. */
const schema = z.union([
  z.object({ positions }).transform((state) => [state.positions]),
  z
    .object({ marks: z.array(z.object({ positions })).min(1) })
    .transform(({ marks }) => marks.map((mark) => mark.positions)),
]);

/**
 * How far the views of a directory have got: those that are kept, and those that others may keep,
 * because they left a state, or stand there without one.
 *
 * @param kept names of the views that this process keeps, as in `json`; one without a state has read nothing.
 */
export function viewProgressOf(
  directory: string,
  kept: readonly string[],
): readonly ViewProgress[] {
  const states = listState(directory).flatMap((file) => /^view-(.+)\.json$/.exec(file)?.[1] ?? []);
  const stateless = [...FILES.keys()].filter(
    (name) =>
      existsSync(join(directory, fileOf(name))) &&
      !states.some((known) => fileOf(known) === fileOf(name)),
  );
  const keptFiles = new Set(kept.map(fileOf));
  const leftoversOf = (name: string): readonly string[] =>
    [`state/view-${name}.json`, fileOf(name)].filter(
      (file) => file !== "" && !keptFiles.has(file) && existsSync(join(directory, file)),
    );
  return [...new Set([...kept, ...states, ...stateless])].map((name) => ({
    name: `view ${name}`,
    positions: loadPositions(directory, name),
    leftovers: kept.includes(name) ? [] : leftoversOf(name),
  }));
}

/** The view itself: one of five keys has the same file as the one of all. */
function fileOf(name: string): string {
  return FILES.get(name.replace(/^five-/, "")) ?? "";
}

/** File names in `state/`; none where there is no such directory. */
export function listState(directory: string): readonly string[] {
  return namesIn(stateDirectory(directory));
}

function loadPositions(
  directory: string,
  name: string,
): readonly ReadonlyMap<string, JournalPosition>[] {
  const state = stateDirectory(directory);
  try {
    const states = schema.parse(readJson(join(state, `view-${name}.json`)));
    const ended = loadEnded(join(state, `ended-${name}.json`));
    return states.map((byStream) => new Map(Object.entries({ ...ended, ...byStream })));
  } catch {
    // No state, or none that can be used: the view is built anew, from the start of every journal.
    return [new Map()];
  }
}

function loadEnded(path: string): Readonly<Record<string, JournalPosition>> {
  return existsSync(path) ? z.object({ positions }).parse(readJson(path)).positions : {};
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, "utf8"));
}
