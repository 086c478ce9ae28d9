import { closeSync, openSync, readSync } from "node:fs";
import { join } from "node:path";
import {
  type FlatRecord,
  segmentFile,
  streamDirectory,
  tryParseFlatLine,
} from "../../format/index.ts";
import type { JournalPosition } from "../../journal/index.ts";
import { sizeOf } from "../../lib/files.ts";
import type { OwnJournal } from "./own-journal.ts";
import { type Backlog, NO_BACKLOG } from "./ship-source.ts";

/** What waits of one stream. */
export interface StreamBacklog {
  /** The same while nothing was written and nothing shipped. */
  readonly key: string;
  readonly backlog: Backlog;
}

/** Most lines are shorter; a longer one is found with a second, larger look. */
const TAIL_BYTES = 4096;
const LINE_END = 0x0a;

/**
 * What of a stream stands behind a position: bytes by the sizes of its segments, records by the
 * sequence numbers of the first and the last one, which are read only when a size or the position
 * changed.
 *
 * @param last what this function gave the last time.
 */
export function streamBacklog(
  place: { readonly directory: string; readonly stream: string; readonly journal: OwnJournal },
  from: JournalPosition,
  last: StreamBacklog | undefined,
): StreamBacklog {
  const { directory, stream, journal } = place;
  let bytes = 0;
  let newest = "";
  for (const segment of journal.segments(stream, from.segment)) {
    const path = join(streamDirectory(directory, stream), segmentFile(segment));
    const size = sizeOf(path) ?? 0;
    bytes += Math.max(0, segment === from.segment ? size - from.offset : size);
    if (size > 0) newest = path;
  }
  const key = `${from.segment}:${from.offset}:${bytes}`;
  if (last?.key === key) return last;
  if (bytes === 0) return { key, backlog: NO_BACKLOG };
  const [oldest] = journal.read(stream, from, TAIL_BYTES);
  // What has no line end is no record yet, and may never be one.
  const first = oldest === undefined ? undefined : tryParseFlatLine(oldest.text);
  const end = first === undefined ? undefined : (lastRecordOf(newest) ?? first);
  if (first === undefined || end === undefined) return { key, backlog: NO_BACKLOG };
  const records = Math.max(1, end.sequence - first.sequence + 1);
  return { key, backlog: { records, bytes, oldestTime: first.timestamp } };
}

function lastRecordOf(path: string): FlatRecord | undefined {
  const line = lastLineOf(path);
  return line === undefined ? undefined : tryParseFlatLine(line);
}

/** The last whole line of a file; undefined where there is none. */
export function lastLineOf(path: string): string | undefined {
  const size = sizeOf(path) ?? 0;
  if (size === 0) return undefined;
  const fd = openSync(path, "r");
  try {
    for (let length = Math.min(TAIL_BYTES, size); length > 0;) {
      const buffer = Buffer.allocUnsafe(length);
      const tail = buffer.subarray(0, readSync(fd, buffer, 0, length, size - length));
      const end = tail.lastIndexOf(LINE_END);
      const start = end <= 0 ? -1 : tail.lastIndexOf(LINE_END, end - 1);
      if (start >= 0 || (end >= 0 && length === size)) {
        return tail.toString("utf8", start + 1, end);
      }
      if (length === size) return undefined;
      length = Math.min(length * 8, size);
    }
    return undefined;
  } finally {
    closeSync(fd);
  }
}

/** What waits of all streams. */
export function sumOfBacklogs(all: readonly Backlog[]): Backlog {
  let [records, bytes] = [0, 0];
  let oldestTime: string | undefined;
  for (const one of all) {
    records += one.records;
    bytes += one.bytes;
    const time = one.oldestTime;
    if (time !== undefined && (oldestTime === undefined || time < oldestTime)) oldestTime = time;
  }
  return { records, bytes, oldestTime };
}
