import { closeSync, fdatasyncSync, ftruncateSync, openSync, readSync } from "node:fs";
import { join } from "node:path";
import { CSV_HEADER, decodeCsvRows, encodeFlatCsvRow } from "../format/index.ts";
import {
  ATTR_RECORD_ID,
  ATTR_RECORD_KIND,
  ATTR_SEQUENCE_NUMBER,
  streamOf,
} from "../event/index.ts";
import { messageOf } from "../lib/errors.ts";
import { appendFully, FILE_MODE, sizeOf } from "../lib/files.ts";
import { setForeignAside } from "./foreign-view.ts";
import type { StreamPosition } from "./merge.ts";
import { createOpenIntents } from "./open-intents.ts";
import type { View, ViewOptions } from "./view.ts";
import { EMPTY_VIEW_STATE, loadViewState, saveViewState, type ViewState } from "./view-state.ts";

/** Name of the view in the audit directory. */
export const CSV_VIEW = "audit_log.csv";
const STATE_NAME = "csv";
/** The state may be this old: rows behind it are recognised by their record ids. */
const SAVE_PAUSE_MILLIS = 1000;

/**
 * Opens the CSV view: a row per result, oldest first, appended. A row that a crash cut is taken
 * off; rows that were written after the last saved state are recognised and not written twice.
 */
export function openCsvView(options: ViewOptions): View {
  const { directory, report, nowMillis } = options;
  const path = join(directory, CSV_VIEW);
  const recovered = recover(directory, path, report);
  const positions = new Map(recovered.positions);
  const intents = createOpenIntents(recovered.intents, recovered.shownIntents);
  const fd = openSync(path, "a", FILE_MODE);
  try {
    if (recovered.size === 0) appendFully(fd, Buffer.from(CSV_HEADER));
  } catch (error) {
    closeSync(fd);
    throw error;
  }
  let isDirty = true;
  let nextSaveAt = 0;

  return {
    positions,
    intents,
    append(records, readTo) {
      const rows = records.map(({ flat }) => encodeFlatCsvRow(flat)).join("");
      if (rows !== "") appendFully(fd, Buffer.from(rows));
      for (const [stream, position] of readTo) positions.set(stream, position);
      isDirty = true;
    },
    hasPending: () => false,
    settle({ isForced }) {
      if (!isDirty || (!isForced && nowMillis() < nextSaveAt)) return;
      nextSaveAt = nowMillis() + SAVE_PAUSE_MILLIS;
      fdatasyncSync(fd);
      saveViewState(directory, STATE_NAME, {
        positions,
        size: sizeOf(path) ?? 0,
        parts: 0,
        intents: intents.lines(),
      });
      isDirty = false;
    },
    close() {
      closeSync(fd);
    },
  };
}

/** A state, and the record ids of intents that the rows behind it show. */
interface Recovered extends ViewState {
  readonly shownIntents: ReadonlySet<string>;
}

const NOTHING: Recovered = { ...EMPTY_VIEW_STATE, shownIntents: new Set() };

/** The state to go on from, after the file was brought back to whole rows that the state knows. */
function recover(directory: string, path: string, report: (line: string) => void): Recovered {
  const size = sizeOf(path);
  if (size === undefined || size === 0) return NOTHING;
  const state = loadViewState(directory, STATE_NAME);
  if (state === null) {
    // The header alone is what a first start leaves that was killed before its state was saved.
    if (size <= CSV_HEADER.length && CSV_HEADER.startsWith(readFrom(path, 0, size))) {
      truncate(path, 0);
    } else {
      setForeignAside(path, "was not written by this audit directory", report);
    }
    return NOTHING;
  }
  if (size < state.size || readFrom(path, 0, CSV_HEADER.length) !== CSV_HEADER) {
    setForeignAside(path, "was changed by somebody else", report);
    return NOTHING;
  }
  return recoverTail(path, state, size, report);
}

function recoverTail(
  path: string,
  state: ViewState,
  size: number,
  report: (line: string) => void,
): Recovered {
  const positions = new Map<string, StreamPosition>(state.positions);
  try {
    const shownIntents = new Set<string>();
    let end = 0;
    for (const { record, endBytes } of decodeCsvRows(
      readFrom(path, state.size, size - state.size),
    )) {
      end = endBytes;
      const stream = streamOf(String(record.attributes[ATTR_RECORD_ID]));
      if (record.attributes[ATTR_RECORD_KIND] === "intent")
        shownIntents.add(String(record.attributes[ATTR_RECORD_ID]));
      const sequence = Number(record.attributes[ATTR_SEQUENCE_NUMBER]);
      const known = positions.get(stream) ?? { segment: 1, offset: 0, sequence: 0 };
      positions.set(stream, { ...known, sequence: Math.max(known.sequence, sequence) });
    }
    if (state.size + end < size) {
      truncate(path, state.size + end);
      report(
        `${path} ended in a row that was cut: the cut row was taken off, the journal has it whole`,
      );
    }
    return { ...state, positions, size: state.size + end, shownIntents };
  } catch (error) {
    setForeignAside(path, `has rows that are no audit records (${messageOf(error)})`, report);
    return NOTHING;
  }
}

function readFrom(path: string, offset: number, length: number): string {
  const fd = openSync(path, "r");
  try {
    const buffer = Buffer.alloc(length);
    return buffer.toString("utf8", 0, readSync(fd, buffer, 0, length, offset));
  } finally {
    closeSync(fd);
  }
}

function truncate(path: string, size: number): void {
  const fd = openSync(path, "r+");
  try {
    ftruncateSync(fd, size);
  } finally {
    closeSync(fd);
  }
}
