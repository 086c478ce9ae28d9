import { closeSync, fdatasyncSync, fstatSync, ftruncateSync, openSync } from "node:fs";
import { join } from "node:path";
import type { DecodedRow } from "../../format/index.ts";
import { appendFully, FILE_MODE, sizeOf } from "../../lib/files.ts";
import { recoverAppended } from "./appended-recovery.ts";
import { createFileWatch, type Finding } from "./file-watch.ts";
import { IN_THE_WAY, setForeignAside } from "./foreign-view.ts";
import { createOpenIntents } from "./open-intents.ts";
import { createChangeCheck, tellOfChange } from "./outside-change.ts";
import { createViewProgress } from "./reading-progress.ts";
import { checkRoom } from "./room.ts";
import { createViewStateSaver } from "./view-state.ts";
import { RESULTS, type ShownKind, type View, type ViewOptions } from "./view.ts";

/** What an appended view looks like. */
export interface AppendedForm {
  /** Name in the audit directory. */
  readonly file: string;
  /** As in `view-csv.json`. */
  readonly stateName: string;
  /** What stands before the first row. */
  readonly header: string;
  readonly shows: ShownKind;
  readonly createRows: () => Rows;
  /** The whole rows of a text that begins with one; throws where one is none of ours. */
  readonly decodeRows: (text: string) => readonly DecodedRow[];
}

/** Makes rows of journal lines. */
export interface Rows {
  readonly add: (line: Uint8Array, start: number, end: number) => void;
  /** The rows since the last call. They are good until the next line is added. */
  readonly take: () => Uint8Array;
}

/** The state may be this old: rows behind it are recognised by their record ids. */
const SAVE_PAUSE_MILLIS = 1000;
/** A large state is saved at most every this many times the duration of its last saving. */
const PAUSE_FACTOR = 20;

/**
 * Opens a view whose rows are appended, oldest first. A row that a crash cut is taken off; rows that
 * were written after the last saved state are recognised and not written twice.
 */
export function openAppendedView(options: ViewOptions, form: AppendedForm): View {
  const { directory, nowMillis } = options;
  const { header, shows } = form;
  const path = join(directory, form.file);
  const recovered = recoverAppended(options, path, form);
  const progress = createViewProgress(recovered);
  // Only results follow an intent.
  const intents =
    shows === RESULTS
      ? createOpenIntents({
          lines: recovered.intents,
          shownIds: recovered.shownIntents,
          progress,
        })
      : undefined;
  const saver = createViewStateSaver(directory, form.stateName, progress);
  const watch = createFileWatch(path, { seesRewriting: false });
  const isFileOurs = createChangeCheck({ watch, nowMillis, deal });
  const rows = form.createRows();
  let fd = -1;
  let lastAppend = 0;
  /** A failed append left a part of a row, which could not be taken back yet. */
  let isTorn = false;
  let isToBegin = false;
  let isDirty = true;
  let nextSaveAt = 0;

  function close(): void {
    if (fd >= 0) closeSync(fd);
    fd = -1;
    watch.close();
  }

  /** Opens the file, and begins it where it is empty. */
  function open(): void {
    close();
    fd = openSync(path, "a", FILE_MODE);
    const isNew = fstatSync(fd).size === 0;
    if (isNew && header !== "") {
      checkRoom(options, header.length);
      appendFully(fd, Buffer.from(header));
    }
    watch.remember();
    isTorn = false;
    isDirty = true;
    // Before the first row: rows without a state are nobody's.
    if (isNew) save();
  }

  function begin(): void {
    isToBegin = true;
    if ((sizeOf(path) ?? 0) > 0) setForeignAside(path, IN_THE_WAY, options);
    open();
    isToBegin = false;
  }

  function deal({ change, sizeThere = 0 }: Finding): void {
    // What was cut off at once, and holds nothing but the rows that were just appended, is ours.
    const isLeftOver = change === "truncated" && sizeThere === lastAppend;
    if (isLeftOver) ftruncateSync(fd, 0);
    if (tellOfChange(path, { change, sizeThere: isLeftOver ? 0 : sizeThere }, options)) {
      progress.reset();
      intents?.clear();
    }
    begin();
  }

  function save(): void {
    const started = nowMillis();
    fdatasyncSync(fd);
    saver.save({
      size: watch.size(),
      file: watch.identity(),
      parts: 0,
      intents: intents?.lines() ?? [],
    });
    isDirty = false;
    nextSaveAt = nowMillis() + Math.max(SAVE_PAUSE_MILLIS, (nowMillis() - started) * PAUSE_FACTOR);
  }

  try {
    open();
  } catch (error) {
    // Nobody gets this view, so nobody could close it.
    close();
    throw error;
  }
  return {
    shows,
    progress,
    ...(intents === undefined ? {} : { intents }),
    check() {
      if (isToBegin) begin();
      if (isTorn && fstatSync(fd).size > watch.size()) ftruncateSync(fd, watch.size());
      isTorn = false;
      return isFileOurs();
    },
    append(records, readTo) {
      // What an append left that threw.
      rows.take();
      for (const { bytes, start, end } of records) rows.add(bytes, start, end);
      const bytes = rows.take();
      // Also where there is nothing to append: the state that follows takes room.
      checkRoom(options, bytes.length);
      if (bytes.length > 0) {
        isTorn = true;
        appendFully(fd, bytes);
        isTorn = false;
        lastAppend = bytes.length;
        watch.grew(bytes.length);
      }
      progress.advance(readTo);
      isDirty = true;
    },
    settle({ isForced }) {
      if (fd < 0 || !(isDirty || saver.isStale())) return;
      if (isForced || nowMillis() >= nextSaveAt) save();
    },
    saveAgain() {
      saver.forget();
      isDirty = true;
      if (fd >= 0) save();
    },
    close,
  };
}
