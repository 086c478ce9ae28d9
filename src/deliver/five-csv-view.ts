import { closeSync, fdatasyncSync, fstatSync, openSync, readSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { encodeFiveCsvRow, FIVE_CSV_HEADER } from "../format/index.ts";
import { appendFully, FILE_MODE, sizeOf } from "../lib/files.ts";
import { CSV_VIEW } from "./csv-view.ts";
import { type FiveMark, loadFiveMarks, NO_FILE, saveFiveMarks } from "./five-state.ts";
import { setForeignAside } from "./foreign-view.ts";
import type { StreamPosition } from "./merge.ts";
import type { View, ViewOptions } from "./view.ts";

const STATE_NAME = "csv";

/**
 * Opens the five-column CSV view: a row per result, oldest first, appended. The file is there from
 * its first row on.
 */
export function openFiveCsvView({ directory, report }: ViewOptions): View {
  const path = join(directory, CSV_VIEW);
  let mark = recover(directory, path, report);
  const positions = new Map(mark.positions);
  let fd = -1;

  /** Somebody else wrote: their file is kept, and ours begins again from the journal. */
  function startAnew(): void {
    close();
    if (sizeOf(path) !== undefined) setForeignAside(path, "was changed by somebody else", report);
    mark = NO_FILE;
    positions.clear();
  }

  function isOurs(): boolean {
    if ((sizeOf(path) ?? 0) !== mark.size) return false;
    if (fd < 0) fd = openSync(path, "a", FILE_MODE);
    return fstatSync(fd).size === mark.size;
  }

  function write(text: string, readTo: ReadonlyMap<string, StreamPosition>): void {
    const bytes = Buffer.from(mark.size === 0 ? FIVE_CSV_HEADER + text : text);
    const next: FiveMark = {
      ...NO_FILE,
      size: mark.size + bytes.length,
      positions: new Map([...positions, ...readTo]),
    };
    saveFiveMarks(directory, STATE_NAME, [mark, next]);
    appendFully(fd, bytes);
    fdatasyncSync(fd);
    mark = next;
  }

  function close(): void {
    if (fd >= 0) closeSync(fd);
    fd = -1;
  }

  return {
    positions,
    append(records, readTo) {
      const rows = records.map(({ flat }) => encodeFiveCsvRow(flat)).join("");
      if (rows !== "") {
        // With its positions at the start again, the view is given everything once more.
        if (!isOurs()) return startAnew();
        write(rows, readTo);
      }
      for (const [stream, position] of readTo) positions.set(stream, position);
    },
    hasPending: () => false,
    settle() {},
    close,
  };
}

/** The version that the file is, after a row that a crash cut was taken off. */
function recover(directory: string, path: string, report: (line: string) => void): FiveMark {
  const size = sizeOf(path);
  if (size === undefined || size === 0) return NO_FILE;
  const marks = loadFiveMarks(directory, STATE_NAME);
  if (marks.length === 0) {
    setForeignAside(path, "was not written by this audit directory", report);
    return NO_FILE;
  }
  const [before, after] = startsLikeOurs(path) ? marks : [];
  const known = [before, after].find((mark) => mark?.size === size);
  if (known !== undefined) return known;
  if (before !== undefined && after !== undefined && size > before.size && size < after.size) {
    truncateSync(path, before.size);
    report(`${path} ended in rows that were cut: they were taken off, the journal has them whole`);
    return before;
  }
  setForeignAside(path, "was changed by somebody else", report);
  return NO_FILE;
}

/** A crash in the first append may have cut the header itself. */
function startsLikeOurs(path: string): boolean {
  const fd = openSync(path, "r");
  try {
    const start = Buffer.alloc(FIVE_CSV_HEADER.length);
    const length = readSync(fd, start, 0, start.length, 0);
    return FIVE_CSV_HEADER.startsWith(start.toString("utf8", 0, length));
  } finally {
    closeSync(fd);
  }
}
