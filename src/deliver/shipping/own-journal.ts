/**
 * Reads journals that this user wrote, and no others: what stands in a shared directory may have
 * been put there by somebody who wants another's file to be sent away.
 */
import { lstatSync } from "node:fs";
import { join } from "node:path";
import { listSegments, segmentFile, streamDirectory } from "../../format/index.ts";
import { type JournalLine, type JournalPosition, readJournalLines } from "../../journal/index.ts";
import { systemCodeOf } from "../../lib/errors.ts";

/** What a file is does not change often; asked of each segment at each reading it costs more than the reading. */
const VERDICT_MILLIS = 1000;

/** Whole lines of streams, from regular files of our own. */
export interface OwnJournal {
  /** As `readJournalLines`, with segments that are not ours passed over. */
  readonly read: (
    stream: string,
    from: JournalPosition,
    maxBytes: number,
  ) => readonly JournalLine[];
  /** Numbers of the segments that are ours, ascending, from one on (default: all); none where the folder is not ours. */
  readonly segments: (stream: string, from?: number) => readonly number[];
}

/** @param report told once of each file or folder that is passed over. */
export function createOwnJournal(directory: string, report: (line: string) => void): OwnJournal {
  const said = new Set<string>();
  const own = new Set<string>();
  let forgetAt = 0;

  function isOwn(path: string, isKind: "file" | "directory"): boolean {
    const now = performance.now();
    if (now >= forgetAt) {
      own.clear();
      forgetAt = now + VERDICT_MILLIS;
    }
    if (own.has(path)) return true;
    const why = whyForeign(path, isKind);
    if (why === undefined) own.add(path);
    if (why !== undefined && !said.has(path)) {
      said.add(path);
      report(`${path} is not shipped: ${why}`);
    }
    return why === undefined;
  }

  function segments(stream: string, from = 0): readonly number[] {
    const folder = streamDirectory(directory, stream);
    if (!isOwn(folder, "directory")) return [];
    return listSegments(directory, stream).filter(
      (segment) => segment >= from && isOwn(join(folder, segmentFile(segment)), "file"),
    );
  }

  return {
    segments,
    read(stream, from, maxBytes) {
      const found = segments(stream, from.segment);
      for (let position = from; ;) {
        if (!found.some((segment) => segment >= position.segment)) return [];
        const lines = readJournalLines(directory, stream, position, maxBytes);
        const segment = lines[0]?.end.segment;
        if (segment === undefined || found.includes(segment)) return lines;
        position = { segment: segment + 1, offset: 0 };
      }
    },
  };
}

/** Undefined: it is ours, or not there any more. */
export function whyForeign(
  path: string,
  isKind: "file" | "directory",
  ownUid: number | undefined = process.getuid?.(),
): string | undefined {
  try {
    const stats = lstatSync(path);
    const isRight = isKind === "file" ? stats.isFile() : stats.isDirectory();
    if (!isRight) return stats.isSymbolicLink() ? "it is a symbolic link" : `it is no ${isKind}`;
    if (ownUid !== undefined && stats.uid !== ownUid) {
      return `it belongs to user ${stats.uid}, not to ${ownUid}`;
    }
    return undefined;
  } catch (error) {
    if (systemCodeOf(error) === "ENOENT") return undefined;
    throw error;
  }
}
