/** In which order files are read, so that a trail can be verified while it is written. */
import { stat } from "node:fs/promises";
import { basename, dirname, resolve } from "node:path";
import { filesOf } from "../read/index.ts";
import { isSegment } from "./examine-piece.ts";

/** A file that is to be read. */
export interface SizedFile {
  readonly path: string;
  readonly bytes: number;
  /** Why it is not read: what is no file may have no end. */
  readonly refusal?: string;
}

/** What is to be read. */
export interface FilesToRead {
  /** What was made from journals: the view of the checkpoints, then all others as they were named. */
  readonly copies: readonly SizedFile[];
  /**
   * Segments of journals, to be read behind everything that was made from them: else a service that
   * writes meanwhile has put into a view what was not in its journal when that was read.
   */
  readonly segments: readonly SizedFile[];
}

/** With the checkpoints at hand nothing has to be kept until they come. */
const CHECKPOINTS = "audit_checkpoints.jsonl";

/**
 * The files under some paths, each once.
 *
 * @throws {AuditError} as a rejection: `unreadable` where a path is not there.
 */
export async function filesToRead(paths: readonly string[]): Promise<FilesToRead> {
  const known = new Map<string, string>();
  for (const path of paths) {
    for (const file of filesOf(path)) {
      if (!known.has(resolve(file))) known.set(resolve(file), file);
    }
  }
  const files = [...known.values()];
  const named = new Set(paths);
  const isCheckpoints = (path: string): boolean => basename(path) === CHECKPOINTS;
  const copies = files.filter((path) => !isSegment(path));
  return {
    copies: await sized(
      [...copies.filter(isCheckpoints), ...copies.filter((path) => !isCheckpoints(path))],
      named,
    ),
    segments: await sized(files.filter(isSegment), named),
  };
}

/** The directory of the journals that a segment is among; other files stand for themselves. */
export function journalOf(path: string): string {
  return isSegment(path) ? dirname(dirname(resolve(path))) : path;
}

/** @param named paths that somebody asks for: such a one may be a pipe. */
function sized(
  paths: readonly string[],
  named: ReadonlySet<string>,
): Promise<readonly SizedFile[]> {
  return Promise.all(
    paths.map(async (path) => ({ path, ...(await sizeOf(path, named.has(path))) })),
  );
}

/** A segment that retention deletes meanwhile is told of by a record. */
async function sizeOf(path: string, isNamed: boolean): Promise<Omit<SizedFile, "path">> {
  try {
    const stats = await stat(path);
    if (isNamed || stats.isFile()) return { bytes: stats.size };
    return { bytes: 0, refusal: "it is no file" };
  } catch {
    return { bytes: 0 };
  }
}
