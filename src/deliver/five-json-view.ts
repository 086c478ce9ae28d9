import { createHash } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { encodeFiveJson, FIVE_JSON_EMPTY, parseFiveJson } from "../format/index.ts";
import { messageOf } from "../lib/errors.ts";
import { replaceFile, sizeOf } from "../lib/files.ts";
import { type FiveMark, loadFiveMarks, NO_FILE, saveFiveMarks } from "./five-state.ts";
import { setForeignAside } from "./foreign-view.ts";
import { DEFAULT_MAX_PART_BYTES, JSON_VIEW, type JsonViewOptions, partFile } from "./json-view.ts";
import type { View } from "./view.ts";

const STATE_NAME = "json";
/** As for the full view: at most 5 % of a core goes into rewriting. */
const PAUSE_FACTOR = 20;

/**
 * Opens the five-key JSON view: an array of events, newest first, indented as Python writes it. The
 * file is replaced in one step, so it parses at every instant; it is there from its first event on.
 */
export function openFiveJsonView(options: JsonViewOptions): View {
  const { directory, report, nowMillis } = options;
  const maxPartBytes = options.maxPartBytes ?? DEFAULT_MAX_PART_BYTES;
  const path = join(directory, JSON_VIEW);
  const recovered = recover(directory, path, report);
  let { mark, items } = recovered;
  const positions = new Map(mark.positions);
  let closed = mark.closed;
  let { parts } = mark;
  let bytes = items.reduce((sum, item) => sum + item.length, 0);
  let seen = stampOf(path);
  let isPending = false;
  let nextAt = 0;

  function write(): void {
    const started = nowMillis();
    // Python prepends to the same file: what it adds there is not ours to take away.
    const now = stampOf(path);
    if (now !== undefined && now !== seen) setForeignAside(path, CHANGED, report);
    const hash = createHash("sha256");
    let size = 0;
    for (const chunk of newestFirst(items)) {
      hash.update(chunk);
      size += chunk.length;
    }
    const digest = hash.digest("base64url");
    const next: FiveMark = { size, digest, parts, positions: new Map(positions), closed };
    saveFiveMarks(directory, STATE_NAME, [mark, next]);
    replaceFile(path, newestFirst(items));
    mark = next;
    seen = stampOf(path);
    nextAt = nowMillis() + (nowMillis() - started) * PAUSE_FACTOR;
  }

  function closePart(): void {
    replaceFile(join(directory, partFile(parts + 1)), newestFirst(items));
    parts++;
    closed = new Map(positions);
    items = [];
    bytes = 0;
  }

  return {
    positions,
    append(records, readTo) {
      for (const { flat } of records) {
        const item = encodeFiveJson(flat);
        items.push(item);
        // ASCII throughout: a character is a byte.
        bytes += item.length;
      }
      for (const [stream, position] of readTo) positions.set(stream, position);
      isPending ||= records.length > 0;
    },
    hasPending: () => isPending,
    settle({ isForced }) {
      // Here and not in append: what fails here is tried again, and nothing is shown twice.
      if (bytes >= maxPartBytes) closePart();
      if (!isPending || (!isForced && nowMillis() < nextAt)) return;
      write();
      isPending = false;
    },
    close() {},
  };
}

/** Tells one version of a file from another without reading it. */
function stampOf(path: string): string | undefined {
  if (sizeOf(path) === undefined) return undefined;
  const { ino, size, mtimeNs } = statSync(path, { bigint: true });
  return `${ino} ${size} ${mtimeNs}`;
}

/** No line end behind it: Python's `json.dump` writes none. */
function* newestFirst(items: readonly string[]): Generator<string> {
  if (items.length === 0) {
    yield FIVE_JSON_EMPTY;
    return;
  }
  // Joined in pieces: one write per event would be slow, one string of all of them large.
  const PIECE = 1000;
  for (let end = items.length; end > 0; end -= PIECE) {
    const piece = items.slice(Math.max(0, end - PIECE), end).toReversed();
    yield `${end === items.length ? "[\n" : ",\n"}${piece.join(",\n")}`;
  }
  yield "\n]";
}

interface Recovered {
  readonly mark: FiveMark;
  /** Oldest first. */
  readonly items: string[];
}

function recover(directory: string, path: string, report: (line: string) => void): Recovered {
  const marks = loadFiveMarks(directory, STATE_NAME);
  const last = marks.at(-1) ?? NO_FILE;
  // What stands in closed parts is there; the rest comes from the journal again.
  const anew: Recovered = {
    mark: { ...last, size: 0, digest: "", positions: last.closed },
    items: [],
  };
  if (sizeOf(path) === undefined) return anew;
  try {
    const text = readFileSync(path);
    const digest = createHash("sha256").update(text).digest("base64url");
    const mark = marks.find((known) => known.digest === digest);
    if (mark !== undefined) return { mark, items: parseFiveJson(text.toString()).toReversed() };
    const why = marks.length === 0 ? "was not written by this audit directory" : CHANGED;
    setForeignAside(path, why, report);
  } catch (error) {
    setForeignAside(path, `cannot be read (${messageOf(error)})`, report);
  }
  return anew;
}

const CHANGED = "was changed by somebody else";
