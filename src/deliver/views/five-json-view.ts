import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { encodeFiveJson, FIVE_JSON_EMPTY, parseFiveJson } from "../../format/index.ts";
import { messageOf } from "../../lib/errors.ts";
import { replaceFile, sizeOf } from "../../lib/files.ts";
import { createFileWatch, type Finding } from "./file-watch.ts";
import {
  type FiveMark,
  loadFiveMarks,
  NO_FILE,
  placesBehindParts,
  placesOf,
  saveFiveMarks,
} from "./five-state.ts";
import { CHANGED, IN_THE_WAY, setForeignAside } from "./foreign-view.ts";
import { freePartPath, watchClosedParts } from "./json-parts.ts";
import { DEFAULT_MAX_PART_BYTES, type JsonViewOptions, rewritePause } from "./json-view.ts";
import { flatOf } from "./merge.ts";
import { createNewestFirst, type Frame, type Item } from "./newest-first.ts";
import { createChangeCheck, tellOfChange } from "./outside-change.ts";
import { createViewProgress, type Places } from "./reading-progress.ts";
import { checkRoom } from "./room.ts";
import { createViewStateSaver } from "./view-state.ts";
import { JSON_VIEW, type View, type ViewOptions } from "./view.ts";

const STATE_NAME = "five-json";

/** No line end behind it: Python's `json.dump` writes none. */
const FRAME: Frame = { open: "[\n", between: ",\n", close: "\n]", empty: FIVE_JSON_EMPTY };

/**
 * Opens the five-key JSON view: an array of events, newest first, indented as Python writes it. The
 * file is replaced in one step, so it parses at every instant; it is there from its first event on.
 */
export function openFiveJsonView(options: JsonViewOptions): View {
  const { directory, nowMillis } = options;
  const maxPartBytes = options.maxPartBytes ?? DEFAULT_MAX_PART_BYTES;
  const path = join(directory, JSON_VIEW);
  const recovered = recover(options, path);
  let { mark } = recovered;
  const progress = createViewProgress(recovered.places);
  const saver = createViewStateSaver(directory, STATE_NAME, progress);
  const watch = createFileWatch(path, { seesRewriting: true });
  // Python prepends to the same file.
  const isFileOurs = createChangeCheck({ watch, nowMillis, deal });
  const newest = createNewestFirst(FRAME);
  newest.add(recovered.items.map(itemOf));
  newest.written();
  const parts = watchClosedParts(directory, options);
  let { closed, closedTurn } = mark;
  /** How far the files show it; what is in memory may be further. */
  let shown = here();
  let count = mark.parts;
  const ownParts = new Set(recovered.ownParts);
  let closing: readonly string[] = [];
  let isPending = false;
  let nextAt = 0;
  if (sizeOf(path) !== undefined) watch.remember();

  function write(): void {
    const started = nowMillis();
    checkRoom(options, newest.size());
    const { size, digest } = digestOf(newest.file());
    const next: FiveMark = {
      size,
      digest,
      closing,
      parts: count,
      ended: saver.saveEnded(),
      ...here(),
      closed,
      closedTurn,
    };
    saveFiveMarks(directory, STATE_NAME, [mark, next]);
    replaceFile(path, newest.file());
    newest.written();
    shown = here();
    watch.remember();
    mark = next;
    closing = [];
    isPending = false;
    nextAt = nowMillis() + rewritePause(size, nowMillis() - started);
  }

  function here(): Pick<FiveMark, "positions" | "turn"> {
    return { positions: new Map(progress.live), turn: progress.turn() };
  }

  function closeAt(place: typeof shown): void {
    shown = place;
    ({ positions: closed, turn: closedTurn } = place);
  }

  /** The same file, and what is known of streams that have ended. */
  function saveMark(): void {
    mark = { ...mark, ended: saver.saveEnded(), ...here() };
    saveFiveMarks(directory, STATE_NAME, [mark]);
  }

  function closePart(): void {
    checkRoom(options, newest.size());
    const { digest } = digestOf(newest.file());
    ownParts.add(digest);
    closing = [...closing, digest];
    saveFiveMarks(directory, STATE_NAME, [mark, { ...mark, closing }]);
    const isOurs = (there: string): boolean => ownParts.has(digestOf([readFileSync(there)]).digest);
    replaceFile(freePartPath(directory, count + 1, options, isOurs), newest.file());
    count++;
    parts.add(count);
    closeAt(here());
    newest.clear();
    isPending = true;
    nextAt = 0;
  }

  /** What a file that was renamed has, is not shown again; of any other everything is in memory. */
  function deal(found: Finding): void {
    isPending = tellOfChange(path, found, options);
    watch.forget();
    nextAt = 0;
    if (isPending) return;
    newest.dropWritten();
    closeAt(shown);
    isPending = newest.size() > 0;
    const ended = saver.saveEnded();
    mark = { ...mark, ...shown, size: 0, digest: "", ended, closed, closedTurn };
    saveFiveMarks(directory, STATE_NAME, [mark]);
  }

  return {
    progress,
    check() {
      parts.check();
      return isFileOurs() && newest.size() < 2 * maxPartBytes;
    },
    append(records, readTo) {
      newest.add(records.map((record) => itemOf(encodeFiveJson(flatOf(record)))));
      progress.advance(readTo);
      isPending ||= records.length > 0;
    },
    settle({ isForced }) {
      // Here and not in append: what fails here is tried again, and nothing is shown twice.
      if (newest.size() >= maxPartBytes) closePart();
      if (!(isPending || saver.isStale())) return;
      if ((!isForced && nowMillis() < nextAt) || !isFileOurs()) return;
      if (isPending) write();
      else saveMark();
    },
    saveAgain() {
      saver.forget();
      nextAt = 0;
    },
    close: watch.close,
  };
}

function itemOf(text: string): Item {
  const bytes = Buffer.from(text);
  return { bytes, start: 0, end: bytes.length };
}

function digestOf(chunks: Iterable<string | Uint8Array>): { size: number; digest: string } {
  const hash = createHash("sha256");
  let size = 0;
  for (const chunk of chunks) {
    hash.update(chunk);
    size += chunk.length;
  }
  return { size, digest: hash.digest("base64url") };
}

interface Recovered {
  /** SHA-256 of closed parts that the mark may not know of. */
  readonly ownParts: readonly string[];
  readonly mark: FiveMark;
  readonly places: Places;
  /** Oldest first. */
  readonly items: readonly string[];
}

function recover(options: ViewOptions, path: string): Recovered {
  const { directory } = options;
  const marks = loadFiveMarks(directory, STATE_NAME);
  const last = marks.at(-1) ?? NO_FILE;
  const ownParts = marks.flatMap(({ closing }) => closing);
  if (sizeOf(path) === undefined) return { ...behindParts(directory, last), ownParts };
  try {
    const text = readFileSync(path);
    const { digest } = digestOf([text]);
    const mark = marks.find((known) => known.digest === digest);
    const places = mark === undefined ? undefined : placesOf(directory, STATE_NAME, mark);
    if (mark !== undefined && places !== undefined)
      return { mark, places, ownParts, items: parseFiveJson(text.toString()).toReversed() };
    if (text.length > 0) setForeignAside(path, marks.length === 0 ? IN_THE_WAY : CHANGED, options);
  } catch (error) {
    const why = `cannot be read (${messageOf(error)})`;
    setForeignAside(path, { change: "replaced", why }, options);
  }
  return { ...behindParts(directory, last), ownParts };
}

/** What stands in closed parts is there; the rest comes from the journal again. */
function behindParts(directory: string, last: FiveMark): Omit<Recovered, "ownParts"> {
  const places = placesBehindParts(directory, STATE_NAME, last) ?? {
    live: new Map(),
    done: new Map(),
  };
  const mark = { ...last, size: 0, digest: "", positions: places.live, turn: last.closedTurn };
  return { mark, places, items: [] };
}
