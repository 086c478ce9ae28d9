import { type Dirent, readdirSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { isId } from "../event/index.ts";
import {
  journalDirectory,
  listSegments,
  listStreams,
  segmentFile,
  streamDirectory,
} from "../format/index.ts";
import { systemCodeOf } from "../lib/errors.ts";
import { cannotRead } from "./cannot-read.ts";

/** Files that may hold records; compressed ones too, so that they are said to be. */
const RECORD_FILE = /\.(?:jsonl|json|csv)(?:\.(?:gz|zst|zip))?$/;
/** A part of the JSON view; the newest has no number. */
const VIEW_PART = /^audit_log(?:-(\d+))?\.json$/;
const JOURNAL = basename(journalDirectory(""));

/**
 * The files of a directory that hold records, an audit directory's journal first: its segments stream by
 * stream in their order, then the JSON view from its newest part on, then all other `.jsonl`, `.json` and
 * `.csv` files by name. A path that is no directory is itself the only one.
 *
 * Left out: `state/` and `quarantine/` (copies of what stands in the journal), all other directories, and
 * names that end in `.foreign` or `.tmp`. `journal/` and a stream in it may be named by themselves.
 *
 * @throws {AuditError} `unreadable` when there is nothing under the path, or it cannot be listed.
 */
export function filesOf(path: string): readonly string[] {
  try {
    if (!statSync(path).isDirectory()) return [path];
    const place = resolve(path);
    const above = dirname(place);
    if (basename(place) === JOURNAL) return segmentsOf(above, listStreams(above));
    if (basename(above) === JOURNAL && isId(basename(place)))
      return segmentsOf(dirname(above), [basename(place)]);
    return [...segmentsOf(path, listStreams(path)), ...othersIn(path)];
  } catch (error) {
    throw cannotRead(path, error);
  }
}

/**
 * Folders in the journal of a directory that hold segments and are none of a stream, by their names: what
 * stands there is not read.
 *
 * @throws {AuditError} `unreadable` when it cannot be listed.
 */
export function strangeFoldersOf(path: string): readonly string[] {
  const place = resolve(path);
  const journal = basename(place) === JOURNAL ? path : journalDirectory(path);
  return namesIn(journal)
    .filter((entry) => entry.isDirectory() && !isId(entry.name))
    .map(({ name }) => join(journal, name))
    .filter((folder) => namesIn(folder).some(({ name }) => RECORD_FILE.test(name)));
}

/** Whether a directory is one that a service keeps its trail in, or was about to. */
export function isOfTrail(path: string): boolean {
  const place = resolve(path);
  if (basename(place) === JOURNAL || basename(dirname(place)) === JOURNAL) return true;
  return namesIn(path).some((entry) => entry.isDirectory() && entry.name === JOURNAL);
}

/** The stream that a file is a segment of, by where it stands; undefined: it is none of a journal. */
export function journalStreamOf(path: string): string | undefined {
  const folder = dirname(resolve(path));
  const stream = basename(folder);
  const isSegment = basename(dirname(folder)) === JOURNAL && isId(stream);
  return isSegment && /^\d+\.jsonl$/.test(basename(path)) ? stream : undefined;
}

function namesIn(directory: string): readonly Dirent[] {
  try {
    return readdirSync(directory, { withFileTypes: true });
  } catch (error) {
    const code = systemCodeOf(error) ?? "";
    if (["ENOENT", "ENOTDIR"].includes(code)) return [];
    throw cannotRead(directory, error);
  }
}

function segmentsOf(directory: string, streams: readonly string[]): readonly string[] {
  return streams.flatMap((stream) => {
    const folder = streamDirectory(directory, stream);
    try {
      return listSegments(directory, stream).map((segment) => join(folder, segmentFile(segment)));
    } catch {
      // Whoever put something else there keeps nobody from reading the others: this one says why it cannot be read.
      return [folder];
    }
  });
}

function othersIn(directory: string): readonly string[] {
  const names = readdirSync(directory, { withFileTypes: true }).flatMap((entry) =>
    !entry.isDirectory() && RECORD_FILE.test(entry.name) ? [entry.name] : [],
  );
  return names.toSorted(byPlace).map((name) => join(directory, name));
}

function byPlace(left: string, right: string): number {
  const [leftPart, rightPart] = [partOf(left), partOf(right)];
  if (leftPart !== rightPart) return rightPart - leftPart;
  return left < right ? -1 : 1;
}

/** The number of a part of the JSON view, the newest being the largest; below all of them: it is none. */
function partOf(name: string): number {
  const [whole, number] = VIEW_PART.exec(name) ?? [];
  if (whole === undefined) return -1;
  return number === undefined ? Number.MAX_SAFE_INTEGER : Number(number);
}
