/**
 * Reads journals that this user wrote, and no others: what stands in a shared directory may have
 * been put there by somebody who wants another's file to be sent away.
 */
import { lstatSync } from "node:fs";
import { join } from "node:path";
import { listSegments, segmentFile, streamDirectory } from "../format/index.ts";
import { type JournalLine, type JournalPosition, readJournalLines } from "../journal/index.ts";
import { systemCodeOf } from "../lib/errors.ts";

/** Whole lines of streams, from regular files of our own. */
export interface OwnJournal {
  /** As `readJournalLines`, with segments that are not ours passed over. */
  readonly read: (
    stream: string,
    from: JournalPosition,
    maxBytes: number,
  ) => readonly JournalLine[];
  /** Numbers of the segments that are ours, ascending; none where the folder is not. */
  readonly segments: (stream: string) => readonly number[];
}

/** @param report told once of each file or folder that is passed over. */
export function createOwnJournal(directory: string, report: (line: string) => void): OwnJournal {
  const said = new Set<string>();
  const ownUid = process.getuid?.();

  function isOwn(path: string, isKind: "file" | "directory"): boolean {
    const why = whyForeign(path, isKind, ownUid);
    if (why !== undefined && !said.has(path)) {
      said.add(path);
      report(`${path} is not shipped: ${why}`);
    }
    return why === undefined;
  }

  function segments(stream: string): readonly number[] {
    const folder = streamDirectory(directory, stream);
    if (!isOwn(folder, "directory")) return [];
    return listSegments(directory, stream).filter((segment) =>
      isOwn(join(folder, segmentFile(segment)), "file"),
    );
  }

  return {
    segments,
    read(stream, from, maxBytes) {
      const own = segments(stream);
      for (let position = from; ;) {
        if (!own.some((segment) => segment >= position.segment)) return [];
        const lines = readJournalLines(directory, stream, position, maxBytes);
        const found = lines[0]?.end.segment;
        if (found === undefined || own.includes(found)) return lines;
        position = { segment: found + 1, offset: 0 };
      }
    },
  };
}

/** Undefined: it is ours, or not there any more. */
function whyForeign(
  path: string,
  isKind: "file" | "directory",
  ownUid: number | undefined,
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
