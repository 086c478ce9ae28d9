import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type FlatRecord, parseFlatLine } from "../../format/index.ts";
import { messageOf } from "../../lib/errors.ts";
import { sizeOf } from "../../lib/files.ts";
import { findByIdentity, identityAt } from "./file-watch.ts";
import { IN_THE_WAY, setForeignAside } from "./foreign-view.ts";
import { listParts, partFile } from "./json-parts.ts";
import { STREAM_START, type StreamPosition } from "./merge.ts";
import type { Frame, Item } from "./newest-first.ts";
import { lastTurnOf } from "./reading-progress.ts";
import type { ViewOptions } from "./view.ts";
import { EMPTY_VIEW_STATE, loadViewState, stateBehindParts, type ViewState } from "./view-state.ts";

/** A line a record: a part can be cut into its records without parsing it as a whole. */
export const JSON_FRAME: Frame = {
  open: "[\n",
  between: ",\n",
  close: "\n]\n",
  empty: "[\n]\n",
};

/** A record in a part. */
export interface PartRecord extends Item {
  readonly flat: FlatRecord;
}

/** What a JSON view goes on from. */
export interface RecoveredJson {
  readonly state: ViewState;
  /** There is no state yet. */
  readonly isFirst: boolean;
  /** Records of the newest part, oldest first. */
  readonly records: readonly PartRecord[];
  /** Record ids of the intents among all records that are newer than the state. */
  readonly shownIntents: ReadonlySet<string>;
}

/** The state to go on from: what is in the files counts, the saved state may be older. */
export function recoverJson(options: ViewOptions, path: string, stateName: string): RecoveredJson {
  const saved = loadViewState(options.directory, stateName);
  return { ...recoverFrom(saved, path, options), isFirst: saved === null };
}

type Recovery = Omit<RecoveredJson, "isFirst">;

function recoverFrom(saved: ViewState | null, path: string, options: ViewOptions): Recovery {
  const size = sizeOf(path) ?? 0;
  const renamed = saved === null || size > 0 ? undefined : otherNameOf(options, path, saved);
  if (saved !== null && renamed !== undefined) return goOnBehind(renamed, path, saved, options);
  // No crash takes the file away: somebody did, and it is built anew behind the closed parts.
  const anew = saved === null ? EMPTY_VIEW_STATE : stateBehindParts(saved);
  if (size === 0) return withParts(anew, [], options);
  if (saved === null && size > JSON_FRAME.empty.length) {
    // Records without a state are nobody's. It is not read: it may be of any size.
    setForeignAside(path, IN_THE_WAY, options);
    return withParts(anew, [], options);
  }
  try {
    const records = readPart(path);
    return withParts(saved ?? EMPTY_VIEW_STATE, records, options);
  } catch (error) {
    const why = `is no audit view (${messageOf(error)})`;
    setForeignAside(path, { change: saved === null ? "foreign" : "replaced", why }, options);
  }
  // What the closed parts have is still shown; the rest comes from the journal again.
  return withParts(anew, [], options);
}

function otherNameOf(
  { directory }: ViewOptions,
  path: string,
  { file, size }: ViewState,
): string | undefined {
  if (file === undefined || identityAt(path) === file) return undefined;
  const found = findByIdentity(directory, file);
  // The number of a file that is gone may have been given to another one.
  return found !== undefined && sizeOf(found) === size ? found : undefined;
}

/** It was renamed while nobody looked: its records count, and a new file goes on behind them. */
function goOnBehind(
  renamed: string,
  path: string,
  saved: ViewState,
  options: ViewOptions,
): Recovery {
  try {
    const found = withParts(saved, readPart(renamed), options);
    options.report(
      `${path} was renamed by somebody else to ${renamed}: a new one goes on behind its records`,
    );
    const { live, intents } = found.state;
    const behindParts = { positions: live, intents, turn: lastTurnOf(found.state) };
    const state = { ...found.state, behindParts };
    return { ...found, state, records: [] };
  } catch {
    // Whatever it is now, it does not tell how far the view had got.
    return withParts(stateBehindParts(saved), [], options);
  }
}

/** Brings positions forward by what the files show, which is read one part at a time. */
interface Advance {
  readonly live: Map<string, StreamPosition>;
  readonly done: Map<string, StreamPosition>;
  readonly shownIntents: Set<string>;
}

/**
 * A crash after a part was closed leaves its records in `audit_log.json` too: they are dropped
 * there. A result is in a closed part if one of its stream with a higher number is; intents are
 * shown out of their order, and known by their ids.
 */
function withParts(
  state: ViewState,
  current: readonly PartRecord[],
  options: ViewOptions,
): Recovery {
  const { directory } = options;
  const live = new Map(state.live);
  const advance: Advance = { live, done: new Map(state.done), shownIntents: new Set() };
  const inParts = new Map<string, number>();
  let { parts } = state;
  for (const part of listParts(directory)) {
    if (part <= state.parts) continue;
    const path = join(directory, partFile(part));
    try {
      for (const { flat } of readPart(path)) {
        see(advance, flat);
        if (flat.kind !== "intent")
          inParts.set(flat.stream, Math.max(flat.sequence, inParts.get(flat.stream) ?? 0));
      }
      parts = part;
    } catch (error) {
      const why = `is no part of this audit view (${messageOf(error)})`;
      setForeignAside(path, { change: "foreign", why }, options);
    }
  }
  const records = current.filter(({ flat }) =>
    flat.kind === "intent"
      ? !advance.shownIntents.has(flat.record_id)
      : flat.sequence > (inParts.get(flat.stream) ?? 0),
  );
  for (const { flat } of records) see(advance, flat);
  const { done, shownIntents } = advance;
  return { state: { ...state, live, done, parts }, records, shownIntents };
}

function see({ live, done, shownIntents }: Advance, flat: FlatRecord): void {
  const { stream, sequence, kind, record_id: id } = flat;
  if (kind === "intent") shownIntents.add(id);
  const known = live.get(stream) ?? done.get(stream) ?? STREAM_START;
  if (sequence <= known.sequence) return;
  live.set(stream, { ...known, sequence });
  done.delete(stream);
}

const LINE_END = 0x0a;
const COMMA = 0x2c;

/** The records of a part, oldest first. Throws when it is not one that we wrote. */
function readPart(path: string): PartRecord[] {
  const bytes = readFileSync(path);
  const { open, close, empty } = JSON_FRAME;
  if (bytes.equals(Buffer.from(empty))) return [];
  const isFramed =
    bytes.length > open.length + close.length &&
    bytes.subarray(0, open.length).equals(Buffer.from(open)) &&
    bytes.subarray(-close.length).equals(Buffer.from(close));
  if (!isFramed) throw new Error("not an array of lines");
  const records: PartRecord[] = [];
  const last = bytes.length - close.length;
  for (let start = open.length; start < last;) {
    const lineEnd = Math.min(bytes.indexOf(LINE_END, start), last);
    const end = lineEnd < last && bytes[lineEnd - 1] === COMMA ? lineEnd - 1 : lineEnd;
    records.push({ flat: parseFlatLine(bytes.toString("utf8", start, end)), bytes, start, end });
    start = lineEnd + 1;
  }
  return records.toReversed();
}
