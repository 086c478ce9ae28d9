/** In which order files are read, so that a trail can be verified while it is written. */
import { basename, dirname, resolve } from "node:path";
import { type PipeCopies, type TrailFile, trailFilesOf } from "../read/index.ts";
import { isSegment } from "./examine-piece.ts";

/** What is to be read. */
export interface FilesToRead {
  /** What was made from journals: the view of the checkpoints, then all others as they were named. */
  readonly copies: readonly TrailFile[];
  /**
   * Segments of journals, to be read behind everything that was made from them: else a service that
   * writes meanwhile has put into a view what was not in its journal when that was read.
   */
  readonly segments: readonly TrailFile[];
}

/** With the checkpoints at hand nothing has to be kept until they come. */
const CHECKPOINTS = "audit_checkpoints.jsonl";

/**
 * The files under some paths, each once.
 *
 * @param pipes copies, which are read where pipes are named.
 * @throws {AuditError} as a rejection: `unreadable` where a path is not there.
 */
export async function filesToRead(
  paths: readonly string[],
  pipes?: PipeCopies,
): Promise<FilesToRead> {
  const files = await trailFilesOf(paths, pipes);
  const isCheckpoints = ({ path }: TrailFile): boolean => basename(path) === CHECKPOINTS;
  const copies = files.filter(({ path }) => !isSegment(path));
  return {
    copies: [...copies.filter(isCheckpoints), ...copies.filter((file) => !isCheckpoints(file))],
    segments: files.filter(({ path }) => isSegment(path)),
  };
}

/**
 * The segments that are there by now, looked for again: others were begun since.
 *
 * @param copies that were found under the same paths: such a path has no segments, and rotation may have
 * taken the file from it.
 * @throws {AuditError} as a rejection: `unreadable` where another path is not there any more.
 */
export async function segmentsNow(
  paths: readonly string[],
  copies: readonly TrailFile[],
): Promise<readonly TrailFile[]> {
  const places = new Set(copies.map(({ path }) => resolve(path)));
  const { segments } = await filesToRead(paths.filter((path) => !places.has(resolve(path))));
  return segments;
}

/** The directory of the journals that a segment is among; other files stand for themselves. */
export function journalOf(path: string): string {
  return isSegment(path) ? dirname(dirname(resolve(path))) : path;
}
