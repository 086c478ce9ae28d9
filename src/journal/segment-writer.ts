import { closeSync, fdatasyncSync, ftruncateSync, openSync } from "node:fs";
import { join } from "node:path";
import { FILE_MODE, makeDirectory, syncDirectory, writeFully } from "../lib/files.ts";
import { journalDirectory, segmentFile, streamDirectory } from "../format/index.ts";

/** A segment that has reached this size is closed and the next one begun. */
const DEFAULT_MAX_SEGMENT_BYTES = 64 * 1024 * 1024;

/** Appends whole lines to the segments of one stream. */
export interface SegmentWriter {
  /** Path of the segment that is being written. */
  readonly path: () => string;
  /** Writes a line and its line end. Throws the system error, and then nothing of it is in the file. */
  readonly appendLine: (line: string) => void;
  /** Blocks until all that was appended survives power loss. */
  readonly syncNow: () => void;
  readonly close: () => void;
}

/**
 * Opens the journal of a new stream: `journal/<stream>/1.jsonl`, 0600 in directories 0700.
 *
 * @throws the system error when the directories or the file cannot be made.
 */
export function openSegmentWriter(
  directory: string,
  stream: string,
  maxSegmentBytes: number = DEFAULT_MAX_SEGMENT_BYTES,
): SegmentWriter {
  const folder = streamDirectory(directory, stream);
  makeDirectory(folder);
  let segment = 0;
  let path = "";
  let fd = -1;
  let size = 0;
  let isTorn = false;

  function openNext(): void {
    // What was promised of the old segment must be kept before nobody looks at it any more.
    if (fd >= 0) fdatasyncSync(fd);
    const nextPath = join(folder, segmentFile(segment + 1));
    const next = openSync(nextPath, "ax", FILE_MODE);
    syncDirectory(folder);
    if (fd >= 0) closeSync(fd);
    segment++;
    path = nextPath;
    fd = next;
    size = 0;
    isTorn = false;
  }

  openNext();
  syncDirectory(journalDirectory(directory));
  syncDirectory(directory);
  return {
    path: () => path,
    appendLine(line) {
      const bytes = Buffer.from(`${line}\n`);
      if (isTorn || (size > 0 && size + bytes.length > maxSegmentBytes)) openNext();
      try {
        writeFully(fd, bytes);
      } catch (error) {
        // A short write left a part: cut it off. Where even that fails, the next line opens a new segment.
        isTorn = true;
        ftruncateSync(fd, size);
        isTorn = false;
        throw error;
      }
      size += bytes.length;
    },
    syncNow: () => fdatasyncSync(fd),
    close: () => {
      if (fd >= 0) closeSync(fd);
      fd = -1;
    },
  };
}
