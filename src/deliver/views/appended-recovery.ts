import { closeSync, ftruncateSync, openSync, readSync } from "node:fs";
import {
  ATTR_RECORD_ID,
  ATTR_RECORD_KIND,
  ATTR_SEQUENCE_NUMBER,
  streamOf,
} from "../../event/index.ts";
import { messageOf } from "../../lib/errors.ts";
import { sizeOf } from "../../lib/files.ts";
import type { AppendedForm } from "./appended-view.ts";
import { findByIdentity, identityAt } from "./file-watch.ts";
import { CHANGED, IN_THE_WAY, setForeignAside } from "./foreign-view.ts";
import { STREAM_START, type StreamPosition } from "./merge.ts";
import type { ViewOptions } from "./view.ts";
import { EMPTY_VIEW_STATE, loadViewState, type ViewState } from "./view-state.ts";

/** A state, and the record ids of intents that the rows behind it show. */
export interface RecoveredView extends ViewState {
  readonly shownIntents: ReadonlySet<string>;
}

const NOTHING: RecoveredView = { ...EMPTY_VIEW_STATE, shownIntents: new Set() };

/** What has to be known of a view to recover it. */
type RowForm = Pick<AppendedForm, "stateName" | "header" | "decodeRows">;

interface RecoveryOptions extends ViewOptions {
  readonly form: RowForm;
}

/** Read at once of the rows behind the state, unless one row is longer. */
const PIECE_BYTES = 4 * 1024 * 1024;

/** The state to go on from, after the file was brought back to whole rows that the state knows. */
export function recoverAppended(options: ViewOptions, path: string, form: RowForm): RecoveredView {
  const state = loadViewState(options.directory, form.stateName);
  const size = sizeOf(path) ?? 0;
  const renamed = state === null || size > 0 ? undefined : otherNameOf(options, path, state);
  if (state !== null && renamed !== undefined)
    return goOnBehind(renamed, path, state, { ...options, form });
  // Without a header it has no byte before there was something to show.
  if (size === 0) return state?.size === 0 ? { ...NOTHING, ...state } : NOTHING;
  if (state === null) {
    // The header alone is what a first start leaves that was killed before its state was saved.
    if (size <= form.header.length && form.header.startsWith(readText(path, 0, size))) {
      truncate(path, 0);
    } else {
      setForeignAside(path, IN_THE_WAY, options);
    }
    return NOTHING;
  }
  if (!isOurs(path, state, form)) {
    setForeignAside(path, CHANGED, options);
    return NOTHING;
  }
  return recoverTail(path, state, { ...options, form });
}

function otherNameOf(
  { directory }: ViewOptions,
  path: string,
  { file }: ViewState,
): string | undefined {
  if (file === undefined || identityAt(path) === file) return undefined;
  return findByIdentity(directory, file);
}

function isOurs(path: string, state: ViewState, { header }: RowForm): boolean {
  return (
    (sizeOf(path) ?? 0) >= Math.max(state.size, header.length) &&
    readText(path, 0, header.length) === header
  );
}

/** It was renamed while nobody looked: its rows count, and a new file goes on behind them. */
function goOnBehind(
  renamed: string,
  path: string,
  state: ViewState,
  { report, form }: RecoveryOptions,
): RecoveredView {
  try {
    // The number of a file that is gone may have been given to another one.
    if (!isOurs(renamed, state, form)) return NOTHING;
    const { rows } = readRows(renamed, state, form);
    report(`${path} was renamed by somebody else to ${renamed}: a new one goes on behind its rows`);
    return { ...state, ...rows, size: 0 };
  } catch {
    // Whatever it is now, it does not tell how far the view had got.
    return NOTHING;
  }
}

function recoverTail(path: string, state: ViewState, options: RecoveryOptions): RecoveredView {
  try {
    const { rows, end, size } = readRows(path, state, options.form);
    if (end < size) {
      truncate(path, end);
      options.report(
        `${path} ended in a row that was cut: the cut row was taken off, the journal has it whole`,
      );
    }
    return { ...state, ...rows, size: end };
  } catch (error) {
    const why = `has rows that are no audit records (${messageOf(error)})`;
    setForeignAside(path, { change: "replaced", why }, options);
    return NOTHING;
  }
}

interface TailRows {
  readonly rows: {
    readonly live: ReadonlyMap<string, StreamPosition>;
    readonly done: ReadonlyMap<string, StreamPosition>;
    readonly shownIntents: ReadonlySet<string>;
  };
  /** Place behind the last whole row. */
  readonly end: number;
  readonly size: number;
}

/** What the rows behind the saved state tell of how far the view had got. */
function readRows(path: string, state: ViewState, { decodeRows }: RowForm): TailRows {
  const live = new Map(state.live);
  const done = new Map(state.done);
  const shownIntents = new Set<string>();
  const size = sizeOf(path) ?? 0;
  let end = state.size;
  for (let piece = PIECE_BYTES; end < size;) {
    const rows = decodeRows(readText(path, end, Math.min(piece, size - end)));
    for (const { record } of rows) {
      const id = String(record.attributes[ATTR_RECORD_ID]);
      const stream = streamOf(id);
      if (record.attributes[ATTR_RECORD_KIND] === "intent") shownIntents.add(id);
      const sequence = Number(record.attributes[ATTR_SEQUENCE_NUMBER]);
      const known = live.get(stream) ?? done.get(stream) ?? STREAM_START;
      live.set(stream, { ...known, sequence: Math.max(known.sequence, sequence) });
      done.delete(stream);
    }
    const whole = rows.at(-1)?.endBytes ?? 0;
    end += whole;
    if (whole > 0) continue;
    if (piece >= size - end) break;
    piece *= 2;
  }
  return { rows: { live, done, shownIntents }, end, size };
}

function readText(path: string, offset: number, length: number): string {
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
