import {
  closeSync,
  fdatasyncSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readSync,
  truncateSync,
} from "node:fs";
import { join } from "node:path";
import { encodeFiveCsvRow, FIVE_CSV_HEADER } from "../../format/index.ts";
import { appendFully, FILE_MODE, sizeOf } from "../../lib/files.ts";
import { createFileWatch, type Finding } from "./file-watch.ts";
import { type FiveMark, loadFiveMarks, NO_FILE, placesOf, saveFiveMarks } from "./five-state.ts";
import { CHANGED, IN_THE_WAY, setForeignAside } from "./foreign-view.ts";
import { flatOf, type StreamPosition } from "./merge.ts";
import { createChangeCheck, tellOfChange } from "./outside-change.ts";
import { createViewProgress, type Places } from "./reading-progress.ts";
import { checkRoom } from "./room.ts";
import { createViewStateSaver } from "./view-state.ts";
import { CSV_VIEW, type View, type ViewOptions } from "./view.ts";

const STATE_NAME = "five-csv";

/**
 * Opens the five-column CSV view: a row per result, oldest first, appended. The file is there from
 * its first row on.
 */
export function openFiveCsvView(options: ViewOptions): View {
  const { directory, nowMillis } = options;
  const path = join(directory, CSV_VIEW);
  const recovered = recover(options, path);
  let { mark } = recovered;
  const progress = createViewProgress(recovered.places);
  const saver = createViewStateSaver(directory, STATE_NAME, progress);
  const watch = createFileWatch(path, { seesRewriting: false });
  const isFileOurs = createChangeCheck({ watch, nowMillis, deal });
  let fd = -1;
  /** A failed append left a part of a row, which could not be taken back yet. */
  let isTorn = false;
  if (mark.size > 0) watch.remember();

  function deal(found: Finding): void {
    close();
    watch.forget();
    // What a renamed file has, is not shown again; of any other everything comes once more.
    if (tellOfChange(path, found, options)) progress.reset();
    mark = { ...NO_FILE, ended: saver.saveEnded(), ...here() };
    saveFiveMarks(directory, STATE_NAME, [mark]);
  }

  function here(): Pick<FiveMark, "positions" | "turn"> {
    return { positions: new Map(progress.live), turn: progress.turn() };
  }

  function write(text: string, readTo: ReadonlyMap<string, StreamPosition>): void {
    const bytes = Buffer.from(mark.size === 0 ? FIVE_CSV_HEADER + text : text);
    const next: FiveMark = {
      ...NO_FILE,
      size: mark.size + bytes.length,
      ended: saver.saveEnded(),
      positions: new Map([...progress.live, ...readTo]),
      turn: progress.turn(),
    };
    checkRoom(options, bytes.length);
    if (fd < 0) fd = openSync(path, "a", FILE_MODE);
    saveFiveMarks(directory, STATE_NAME, [mark, next]);
    isTorn = true;
    appendFully(fd, bytes);
    fdatasyncSync(fd);
    isTorn = false;
    if (mark.size === 0) watch.remember();
    else watch.grew(bytes.length);
    mark = next;
  }

  function takeBack(): void {
    if (isTorn && fd >= 0 && fstatSync(fd).size > mark.size) ftruncateSync(fd, mark.size);
    isTorn = false;
  }

  function close(): void {
    if (fd >= 0) closeSync(fd);
    fd = -1;
    watch.close();
  }

  return {
    progress,
    check() {
      takeBack();
      return isFileOurs();
    },
    append(records, readTo) {
      const rows = records.map((record) => encodeFiveCsvRow(flatOf(record))).join("");
      if (rows !== "") write(rows, readTo);
      progress.advance(readTo);
    },
    settle() {
      if (!saver.isStale()) return;
      mark = { ...mark, ended: saver.saveEnded(), ...here() };
      saveFiveMarks(directory, STATE_NAME, [mark]);
    },
    saveAgain: saver.forget,
    close,
  };
}

interface Recovered {
  readonly mark: FiveMark;
  readonly places: Places;
}

const NOTHING: Recovered = { mark: NO_FILE, places: { live: new Map(), done: new Map() } };

/** The version that the file is, after a row that a crash cut was taken off. */
function recover(options: ViewOptions, path: string): Recovered {
  const { directory, report } = options;
  const size = sizeOf(path) ?? 0;
  const marks = loadFiveMarks(directory, STATE_NAME);
  if (marks.length === 0) {
    if (size > 0) setForeignAside(path, IN_THE_WAY, options);
    return NOTHING;
  }
  const [before, after] = size === 0 || startsLikeOurs(path) ? marks : [];
  const isCut =
    before !== undefined && after !== undefined && size > before.size && size < after.size;
  const known = isCut ? before : [before, after].find((mark) => mark?.size === size);
  const places = known === undefined ? undefined : placesOf(directory, STATE_NAME, known);
  if (known === undefined || places === undefined) {
    if (size > 0) setForeignAside(path, CHANGED, options);
    return NOTHING;
  }
  if (isCut) {
    truncateSync(path, known.size);
    report(`${path} ended in rows that were cut: they were taken off, the journal has them whole`);
  }
  return { mark: known, places };
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
