import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseFlatLine } from "../format/index.ts";
import { messageOf } from "../lib/errors.ts";
import { replaceFile, sizeOf } from "../lib/files.ts";
import { setForeignAside } from "./foreign-view.ts";
import type { StreamPosition } from "./merge.ts";
import { createOpenIntents } from "./open-intents.ts";
import type { View, ViewOptions } from "./view.ts";
import { EMPTY_VIEW_STATE, loadViewState, saveViewState, type ViewState } from "./view-state.ts";

/** Name of the newest part in the audit directory. */
export const JSON_VIEW = "audit_log.json";
const STATE_NAME = "json";

/** A part that has reached this size is closed: rewriting it would cost more than it tells. */
export const DEFAULT_MAX_PART_BYTES: number = 16 * 1024 * 1024;
/** The file is rewritten at most every this many times its last duration: at most 5 % of a core. */
const PAUSE_FACTOR = 20;

/** What {@link openJsonView} takes. */
export interface JsonViewOptions extends ViewOptions {
  /** Default 16 MiB. */
  readonly maxPartBytes?: number;
}

/**
 * Opens the JSON view: an array of results, newest first, one record a line. The file is replaced
 * in one step, so it parses at every instant.
 */
export function openJsonView(options: JsonViewOptions): View {
  const { directory, report, nowMillis } = options;
  const maxPartBytes = options.maxPartBytes ?? DEFAULT_MAX_PART_BYTES;
  const path = join(directory, JSON_VIEW);
  const recovered = recover(directory, path, report);
  const positions = new Map(recovered.state.positions);
  const intents = createOpenIntents(recovered.state.intents, recovered.shownIntents);
  let { parts } = recovered.state;
  /** Oldest first, as they came. */
  let lines = recovered.lines;
  let bytes = lines.reduce((sum, line) => sum + Buffer.byteLength(line), 0);
  let isPending = true;
  let nextAt = 0;

  function write(target: string): void {
    const started = nowMillis();
    replaceFile(target, newestFirst(lines));
    nextAt = nowMillis() + (nowMillis() - started) * PAUSE_FACTOR;
  }

  function closePart(): void {
    write(join(directory, partFile(parts + 1)));
    parts++;
    lines = [];
    bytes = 0;
  }

  return {
    positions,
    intents,
    append(records, readTo) {
      for (const { line } of records) {
        lines.push(line);
        bytes += Buffer.byteLength(line);
      }
      for (const [stream, position] of readTo) positions.set(stream, position);
      isPending = true;
    },
    hasPending: () => isPending,
    settle({ isForced }) {
      // Here and not in append: what fails here is tried again, and nothing is shown twice.
      if (bytes >= maxPartBytes) closePart();
      if (!isPending || (!isForced && nowMillis() < nextAt)) return;
      write(path);
      saveViewState(directory, STATE_NAME, {
        positions,
        size: sizeOf(path) ?? 0,
        parts,
        intents: intents.lines(),
      });
      isPending = false;
    },
    close() {},
  };
}

/** Name of a closed part. */
export function partFile(part: number): string {
  return `audit_log-${part}.json`;
}

function* newestFirst(lines: readonly string[]): Generator<string> {
  yield "[";
  // Joined in pieces: one write per record would be slow, one string of all of them large.
  const PIECE = 1000;
  for (let end = lines.length; end > 0; end -= PIECE) {
    const piece = lines.slice(Math.max(0, end - PIECE), end).toReversed();
    yield `${end === lines.length ? "\n" : ",\n"}${piece.join(",\n")}`;
  }
  yield "\n]\n";
}

interface Recovered {
  readonly state: ViewState;
  readonly lines: string[];
  /** Record ids of the intents among all lines that are newer than the state. */
  readonly shownIntents: ReadonlySet<string>;
}

/** The state to go on from: what is in the file counts, the saved state may be older. */
function recover(directory: string, path: string, report: (line: string) => void): Recovered {
  const nothing: Recovered = { state: EMPTY_VIEW_STATE, lines: [], shownIntents: new Set() };
  const state = loadViewState(directory, STATE_NAME);
  // No crash takes the file away: somebody did, and it is built anew behind the closed parts.
  if (sizeOf(path) === undefined) return fromParts(directory, EMPTY_VIEW_STATE, nothing, report);
  try {
    const lines = readPart(path);
    if (state === null && lines.length > 0) {
      setForeignAside(path, "was not written by this audit directory", report);
      return fromParts(directory, EMPTY_VIEW_STATE, nothing, report);
    }
    return fromParts(directory, state ?? EMPTY_VIEW_STATE, { ...nothing, lines }, report);
  } catch (error) {
    setForeignAside(path, `is no audit view (${messageOf(error)})`, report);
    // What the closed parts have is still shown; the rest comes from the journal again.
    return fromParts(directory, EMPTY_VIEW_STATE, nothing, report);
  }
}

/** A crash after a part was closed leaves its records in `audit_log.json` too: they are dropped there. */
function fromParts(
  directory: string,
  state: ViewState,
  current: Recovered,
  report: (line: string) => void,
): Recovered {
  const positions = new Map(state.positions);
  let { parts } = state;
  const closed = new Set<string>();
  for (const part of listParts(directory)) {
    if (part <= state.parts) continue;
    const path = join(directory, partFile(part));
    try {
      for (const line of readPart(path)) closed.add(line);
      parts = Math.max(parts, part);
    } catch (error) {
      setForeignAside(path, `is no part of this audit view (${messageOf(error)})`, report);
    }
  }
  const lines = current.lines.filter((line) => !closed.has(line));
  const shownIntents = new Set<string>();
  for (const line of [...closed, ...lines]) advance(positions, shownIntents, line);
  return { state: { ...state, positions, parts }, lines, shownIntents };
}

/** Numbers of the closed parts that are there. */
function listParts(directory: string): readonly number[] {
  return readdirSync(directory).flatMap((name) => {
    const number = /^audit_log-(\d+)\.json$/.exec(name)?.[1];
    return number === undefined ? [] : [Number(number)];
  });
}

function advance(
  positions: Map<string, StreamPosition>,
  shownIntents: Set<string>,
  line: string,
): void {
  const { stream, sequence, kind, record_id: id } = parseFlatLine(line);
  if (kind === "intent") shownIntents.add(id);
  const known = positions.get(stream) ?? { segment: 1, offset: 0, sequence: 0 };
  positions.set(stream, { ...known, sequence: Math.max(known.sequence, sequence) });
}

/** The lines of a part, oldest first. Throws when it is not one that we wrote. */
function readPart(path: string): string[] {
  const values: unknown = JSON.parse(readFileSync(path, "utf8"));
  if (!Array.isArray(values)) throw new Error("not an array");
  return values
    .map((value) => {
      const line = JSON.stringify(value);
      parseFlatLine(line);
      return line;
    })
    .toReversed();
}
